# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Change",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("entry_id", fields.BigIntField(db_index=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("by", fields.BigIntField(default=0)),
                ("what", fields.CharField(max_length=32)),
                ("content", fields.JSONField()),
            ],
            options={"table": "member_qa_change", "app": "member_qa", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Entry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("shelf", fields.CharField(default="", max_length=32)),
                ("number", fields.BigIntField()),
                ("questions", fields.JSONField()),
                ("answer", fields.TextField(default="", unique=False)),
                ("pictures", fields.JSONField(default=list)),
                ("exact", fields.BooleanField(default=False)),
                ("author_id", fields.BigIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("forgotten", fields.BooleanField(default=False)),
                ("version", fields.IntField(default=1)),
                ("useful", fields.IntField(default=0)),
                ("useless", fields.IntField(default=0)),
                ("told", fields.IntField(default=0)),
                ("told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "member_qa_entry",
                "app": "member_qa",
                "unique_together": (("group_id", "shelf", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Question",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("key", fields.CharField(max_length=255)),
                ("text", fields.TextField(unique=False)),
                ("asked", fields.IntField(default=1)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed", fields.BooleanField(default=False)),
            ],
            options={
                "table": "member_qa_question",
                "app": "member_qa",
                "unique_together": (("group_id", "key"), ("group_id", "number")),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Spending",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("day", fields.DateField()),
                ("used", fields.IntField(default=0)),
            ],
            options={
                "table": "member_qa_spending",
                "app": "member_qa",
                "unique_together": (("group_id", "day"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Vote",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("entry_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("value", fields.SmallIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "member_qa_vote",
                "app": "member_qa",
                "unique_together": (("entry_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
