# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from lizheng.parts.split_off import SplitOff

BEFORE = SplitOff(
    feature="blacklist",
    formerly="violations",
    old_table="violations_barred",
    table="blacklist_barred",
    columns=("id", "owner_id", "group_id", "user_id", "reason", "by", "at", "case_id"),
    jobs={"sweep": ""},
    decisions=("sweep",),
    records=("blacklist",),
    causes=("present:",),
)


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Barred",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("owner_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField(db_index=True)),
                ("reason", fields.TextField(default="", unique=False)),
                ("by", fields.BigIntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("case_id", fields.BigIntField(default=0)),
            ],
            options={
                "table": "blacklist_barred",
                "app": "blacklist",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(code=BEFORE.take_over),
    ]
