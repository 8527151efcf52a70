# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Application",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("number", fields.IntField(default=0)),
                ("pending_id", fields.BigIntField(default=0)),
                ("flag", fields.TextField(default="", unique=False)),
                ("keys", fields.TextField(default="", unique=False)),
                ("open_key", fields.CharField(null=True, unique=True, max_length=48)),
                ("nickname", fields.TextField(default="", unique=False)),
                ("question", fields.TextField(default="", unique=False)),
                ("answer", fields.TextField(default="", unique=False)),
                ("answer_key", fields.CharField(default="", max_length=32)),
                ("shape_key", fields.CharField(default="", max_length=32)),
                ("level", fields.IntField(null=True)),
                ("marks", fields.JSONField(default=list)),
                ("advice", fields.TextField(default="", unique=False)),
                ("state", fields.CharField(default="open", max_length=12)),
                ("tries", fields.IntField(default=1)),
                ("missed", fields.IntField(default=0)),
                ("attempts", fields.IntField(default=0)),
                ("reminded", fields.IntField(default=0)),
                ("inviter_id", fields.BigIntField(default=0)),
                ("grade", fields.CharField(default="", max_length=1)),
                ("vouch", fields.CharField(default="", max_length=8)),
                ("vouched_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decided_by", fields.BigIntField(default=0)),
                ("rule", fields.TextField(default="", unique=False)),
                ("reason", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "join_review_request",
                "app": "join_review",
                "indexes": [
                    Index(fields=["group_id", "user_id"]),
                    Index(fields=["group_id", "state"]),
                    Index(fields=["group_id", "at"]),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Asking",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField(db_index=True)),
                ("number", fields.IntField()),
                ("kind", fields.CharField(max_length=4)),
                ("text", fields.TextField(unique=False)),
                ("reason", fields.TextField(default="", unique=False)),
                ("by", fields.BigIntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "join_review_rule",
                "app": "join_review",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Edge",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("inviter_id", fields.BigIntField(default=0, db_index=True)),
                ("grade", fields.CharField(default="", max_length=1)),
                ("answer", fields.TextField(default="", unique=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("how", fields.CharField(default="", max_length=4)),
            ],
            options={
                "table": "join_review_edge",
                "app": "join_review",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Look",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField(unique=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "join_review_look", "app": "join_review", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
