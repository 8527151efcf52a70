# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Brief",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("day", fields.DateField()),
                ("text", fields.TextField(unique=False)),
                ("state", fields.CharField(default="sending", max_length=16)),
                ("attempt", fields.IntField(default=1)),
                ("lied", fields.IntField(default=0)),
                ("looks", fields.IntField(default=0)),
                ("recalled", fields.BooleanField(default=False)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("why", fields.CharField(default="", max_length=255)),
            ],
            options={
                "table": "morning_brief_brief",
                "app": "morning_brief",
                "unique_together": (("group_id", "day"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Item",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("source_id", fields.BigIntField()),
                ("key", fields.CharField(max_length=64)),
                ("keys", fields.JSONField(default=list)),
                ("title", fields.CharField(max_length=255)),
                ("link", fields.CharField(default="", max_length=500)),
                ("published_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "morning_brief_item",
                "app": "morning_brief",
                "unique_together": (("source_id", "key"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Shown",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("key", fields.CharField(max_length=64)),
                ("day", fields.DateField()),
            ],
            options={
                "table": "morning_brief_shown",
                "app": "morning_brief",
                "unique_together": (("group_id", "key"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Source",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("url", fields.CharField(unique=True, max_length=1000)),
                ("title", fields.CharField(default="", max_length=64)),
                ("etag", fields.CharField(default="", max_length=255)),
                ("modified", fields.CharField(default="", max_length=255)),
                ("tried_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("fetched_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("why", fields.CharField(default="", max_length=255)),
            ],
            options={"table": "morning_brief_source", "app": "morning_brief", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Submission",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("author_id", fields.BigIntField()),
                ("who", fields.CharField(max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("day", fields.DateField(null=True)),
            ],
            options={
                "table": "morning_brief_submission",
                "app": "morning_brief",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Subscription",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.IntField()),
                ("source_id", fields.BigIntField()),
                ("added_by", fields.BigIntField(default=0)),
                ("told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "morning_brief_subscription",
                "app": "morning_brief",
                "unique_together": (("group_id", "number"), ("group_id", "source_id")),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Tally",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("day", fields.DateField()),
                ("messages", fields.BigIntField(default=0)),
                ("joined", fields.BigIntField(default=0)),
                ("left", fields.BigIntField(default=0)),
            ],
            options={
                "table": "morning_brief_tally",
                "app": "morning_brief",
                "unique_together": (("group_id", "day"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
