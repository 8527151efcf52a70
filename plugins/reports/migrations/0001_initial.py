# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Case",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.IntField()),
                ("user_id", fields.BigIntField(db_index=True)),
                ("owner_id", fields.BigIntField(default=0)),
                ("kind", fields.CharField(max_length=16)),
                ("to_owner", fields.BooleanField(default=False)),
                ("state", fields.CharField(default="open", max_length=16)),
                ("open_key", fields.CharField(null=True, unique=True, max_length=80)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("proposed", fields.BooleanField(default=False)),
                ("pending", fields.IntField(default=0)),
                ("measure", fields.CharField(default="", max_length=32)),
                ("decided_by", fields.BigIntField(default=0)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reports_case",
                "app": "reports",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Standing",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("veil", fields.CharField(max_length=32)),
                ("upheld", fields.IntField(default=0)),
                ("denied", fields.IntField(default=0)),
                ("malicious", fields.IntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reports_standing",
                "app": "reports",
                "unique_together": (("group_id", "veil"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Voice",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("case_id", fields.BigIntField()),
                ("veil", fields.CharField(max_length=32)),
                ("weight", fields.FloatField()),
                ("circle", fields.IntField()),
                ("words", fields.TextField(default="", unique=False)),
                ("evidence", fields.TextField(default="", unique=False)),
                ("source", fields.CharField(unique=True, max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reports_voice",
                "app": "reports",
                "unique_together": (("case_id", "veil"),),
                "indexes": [Index(fields=["group_id", "veil"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
