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
                ("number", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("name", fields.CharField(default="", max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor_id", fields.BigIntField(default=0)),
                ("rule", fields.CharField(default="", max_length=64)),
                ("reason", fields.TextField(default="", unique=False)),
                ("evidence", fields.TextField(default="", unique=False)),
                ("measure", fields.CharField(max_length=8)),
                ("seconds", fields.BigIntField(default=0)),
                ("rung", fields.IntField()),
                ("entry", fields.IntField(default=0)),
                ("state", fields.CharField(default="open", max_length=16)),
                ("outcome", fields.CharField(default="due", max_length=16)),
                ("why", fields.TextField(default="", unique=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("appealed", fields.BooleanField(default=False)),
                ("telling", fields.CharField(default="no", max_length=8)),
                ("source", fields.CharField(null=True, unique=True, max_length=255)),
            ],
            options={
                "table": "violations_case",
                "app": "violations",
                "unique_together": (("group_id", "number"),),
                "indexes": [Index(fields=["group_id", "user_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
