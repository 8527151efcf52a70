# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Card",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("payer_id", fields.BigIntField()),
                ("announced_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("message_id", fields.BigIntField(null=True)),
                ("handed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("got_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("wrong_id", fields.BigIntField(default=0)),
                ("nags", fields.IntField(default=0)),
            ],
            options={
                "table": "exclusive_packet_card",
                "app": "exclusive_packet",
                "unique_together": (("group_id", "number"), ("group_id", "message_id")),
                "indexes": [Index(fields=["group_id", "payer_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
