# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Claim",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("round_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("rank", fields.IntField()),
                ("seconds", fields.FloatField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "grabber_claim",
                "app": "grabber_check",
                "unique_together": (("round_id", "user_id"),),
                "indexes": [Index(fields=["group_id", "user_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Cleared",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("by", fields.BigIntField()),
                ("source", fields.CharField(unique=True, max_length=128)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "grabber_cleared",
                "app": "grabber_check",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Round",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField(db_index=True)),
                ("number", fields.IntField()),
                ("by", fields.BigIntField()),
                ("parts", fields.IntField()),
                ("state", fields.CharField(default="open", max_length=8)),
                ("open_key", fields.CharField(null=True, unique=True, max_length=32)),
                ("draft", fields.TextField(default="", unique=False)),
                ("source", fields.CharField(unique=True, max_length=128)),
                ("closed_source", fields.CharField(null=True, unique=True, max_length=128)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "grabber_round", "app": "grabber_check", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
