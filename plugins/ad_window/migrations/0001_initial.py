# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Announced",
            fields=[
                ("group_id", fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ("turn", fields.IntField(default=0)),
                ("opens_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closes_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("called", fields.BooleanField(default=False)),
            ],
            options={"table": "ad_window_announced", "app": "ad_window", "pk_attr": "group_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FreeAd",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("window", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("user_id", fields.BigIntField()),
                ("nth", fields.IntField()),
                ("message_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ad_window_ad",
                "app": "ad_window",
                "unique_together": (
                    ("group_id", "window", "user_id", "nth"),
                    ("group_id", "window", "message_id"),
                ),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
