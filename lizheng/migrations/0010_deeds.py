# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0009_effects")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Call",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("feature", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=64)),
                ("key", fields.CharField(max_length=128)),
                ("by", fields.BigIntField(default=0)),
                ("audience", fields.IntField(default=0)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lizheng_call",
                "app": "lizheng",
                "unique_together": (("group_id", "feature", "key"),),
                "indexes": [Index(fields=["group_id", "closed_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Deed",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("feature", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=64)),
                ("dimension", fields.CharField(max_length=8)),
                ("amount", fields.IntField(default=1)),
                ("key", fields.CharField(max_length=128)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reversed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lizheng_deed",
                "app": "lizheng",
                "unique_together": (("group_id", "feature", "key"),),
                "indexes": [Index(fields=["group_id", "at"]), Index(fields=["group_id", "user_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Taker",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("feature", fields.CharField(max_length=64)),
                ("key", fields.CharField(max_length=128)),
                ("user_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lizheng_taker",
                "app": "lizheng",
                "unique_together": (("group_id", "feature", "key", "user_id"),),
                "indexes": [Index(fields=["group_id", "user_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
