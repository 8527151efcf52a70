# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Item",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("author_id", fields.BigIntField()),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("asks_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("renewed", fields.SmallIntField(default=0)),
                ("number", fields.BigIntField()),
                ("kind", fields.CharField(max_length=16)),
                ("text", fields.TextField(unique=False)),
                ("folded", fields.TextField(unique=False)),
                ("parts", fields.JSONField()),
                ("cities", fields.CharField(default="", max_length=255)),
                ("state", fields.CharField(max_length=16)),
                ("outcome", fields.CharField(default="", max_length=32)),
                ("version", fields.IntField(default=1)),
                ("seen", fields.IntField(default=0)),
                ("posted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("message_id", fields.BigIntField(default=0)),
                ("source", fields.CharField(null=True, unique=True, max_length=255)),
            ],
            options={
                "table": "boards_item",
                "app": "boards",
                "unique_together": (("group_id", "number"),),
                "indexes": [Index(fields=["group_id", "state", "kind"])],
                "pk_attr": "id",
            },
            bases=["Lived"],
        ),
        ops.CreateModel(
            name="KindRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("name", fields.CharField(max_length=16)),
                ("own", fields.BooleanField(default=False)),
                ("on", fields.BooleanField(null=True)),
                ("days", fields.IntField(null=True)),
                ("required", fields.JSONField(null=True)),
            ],
            options={
                "table": "boards_kind",
                "app": "boards",
                "unique_together": (("group_id", "name"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Match",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("one", fields.BigIntField()),
                ("other", fields.BigIntField()),
                ("one_author", fields.BigIntField()),
                ("other_author", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "boards_match",
                "app": "boards",
                "unique_together": (("group_id", "one", "other"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Used",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("kind", fields.CharField(max_length=32)),
                ("used", fields.IntField(default=0)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(null=True, max_length=255)),
            ],
            options={
                "table": "boards_used",
                "app": "boards",
                "unique_together": (("group_id", "user_id", "kind"),),
                "pk_attr": "id",
            },
            bases=["UsedQuota"],
        ),
    ]
