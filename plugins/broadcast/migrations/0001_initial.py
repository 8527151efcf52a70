# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Broadcast",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("number", fields.BigIntField(unique=True)),
                ("group_id", fields.BigIntField()),
                ("author_id", fields.BigIntField()),
                ("content", fields.JSONField(default=list)),
                ("upkeep", fields.BooleanField(default=False)),
                ("aside", fields.BooleanField(default=False)),
                ("state", fields.CharField(default="open", max_length=16)),
                ("told", fields.BooleanField(default=False)),
                ("pause_told", fields.BooleanField(default=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(unique=True, max_length=64)),
            ],
            options={"table": "broadcast_cast", "app": "broadcast", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Label",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("word", fields.CharField(max_length=32)),
                ("by", fields.BigIntField(default=0)),
            ],
            options={
                "table": "broadcast_label",
                "app": "broadcast",
                "unique_together": (("group_id", "word"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Target",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("broadcast_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("name", fields.CharField(default="", max_length=255)),
                ("state", fields.CharField(default="waiting", max_length=16)),
                ("why", fields.CharField(default="", max_length=255)),
                ("attempt", fields.IntField(default=0)),
                ("message_id", fields.BigIntField(null=True)),
                ("recall", fields.CharField(default="", max_length=16)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("put_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "broadcast_target",
                "app": "broadcast",
                "unique_together": (("broadcast_id", "group_id"),),
                "indexes": [Index(fields=["group_id", "put_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Timed",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("author_id", fields.BigIntField()),
                ("when", fields.JSONField(default=dict)),
                ("content", fields.JSONField(default=list)),
                ("urgent", fields.BooleanField(default=False)),
                ("next_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("missed", fields.IntField(default=0)),
                ("deleted", fields.BooleanField(default=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "broadcast_timed",
                "app": "broadcast",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
