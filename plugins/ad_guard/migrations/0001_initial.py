# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Arrival",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("joined_at", fields.BigIntField(default=0)),
                ("spoken", fields.IntField(default=0)),
            ],
            options={
                "table": "ad_guard_arrival",
                "app": "ad_guard",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Finding",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("message_id", fields.BigIntField()),
                ("source", fields.CharField(unique=True, max_length=255)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("text", fields.TextField(unique=False)),
                ("score", fields.FloatField(default=0.0)),
                ("certain", fields.BooleanField(default=False)),
                ("why", fields.TextField(default="", unique=False)),
                ("state", fields.CharField(default="seen", max_length=16)),
                ("record", fields.BigIntField(null=True)),
                ("reason", fields.TextField(default="", unique=False)),
                ("ways", fields.TextField(default="", unique=False)),
                ("telling", fields.CharField(default="", max_length=16)),
                ("told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("told_source", fields.CharField(default="", max_length=255)),
            ],
            options={
                "table": "ad_guard_finding",
                "app": "ad_guard",
                "unique_together": (("group_id", "number"),),
                "indexes": [Index(fields=["group_id", "state"]), Index(fields=["group_id", "user_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Lessons",
            fields=[
                ("group_id", fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ("taught", fields.TextField(unique=False)),
            ],
            options={"table": "ad_guard_lessons", "app": "ad_guard", "pk_attr": "group_id"},
            bases=["Model"],
        ),
    ]
