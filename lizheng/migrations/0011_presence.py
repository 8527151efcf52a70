# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0010_deeds")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Gap",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account", fields.BigIntField()),
                ("group_id", fields.BigIntField(default=0)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_from", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("open", fields.BooleanField(default=False)),
            ],
            options={
                "table": "lizheng_gap",
                "app": "lizheng",
                "unique_together": (("account", "group_id", "since"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Presence",
            fields=[
                (
                    "account",
                    fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True),
                ),
                ("seen_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "lizheng_presence", "app": "lizheng", "pk_attr": "account"},
            bases=["Model"],
        ),
    ]
