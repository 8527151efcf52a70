# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0012_rewards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="GroupHour",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("day", fields.DateField()),
                ("hour", fields.SmallIntField()),
                ("messages", fields.IntField(default=0)),
                ("joined", fields.IntField(default=0)),
                ("left", fields.IntField(default=0)),
                ("first_minute", fields.SmallIntField(null=True)),
                ("last_minute", fields.SmallIntField(null=True)),
                ("bots", fields.IntField(default=0, db_default=0)),
                ("own", fields.IntField(default=0, db_default=0)),
                ("pushed", fields.IntField(default=0, db_default=0)),
                ("unanswered", fields.IntField(default=0, db_default=0)),
            ],
            options={
                "table": "lizheng_group_hour",
                "app": "lizheng",
                "unique_together": (("group_id", "day", "hour"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MemberDay",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("day", fields.DateField()),
                ("messages", fields.IntField(default=0)),
                ("long", fields.IntField(default=0)),
                ("given", fields.IntField(default=0)),
                ("got", fields.IntField(default=0)),
                ("commands", fields.IntField(default=0)),
                ("first_minute", fields.SmallIntField(null=True)),
                ("last_minute", fields.SmallIntField(null=True)),
            ],
            options={
                "table": "lizheng_member_day",
                "app": "lizheng",
                "unique_together": (("group_id", "day", "user_id"),),
                "indexes": [Index(fields=["group_id", "user_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MemberWeek",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("week", fields.DateField()),
                ("days", fields.IntField(default=0)),
                ("messages", fields.IntField(default=0)),
                ("long", fields.IntField(default=0)),
                ("given", fields.IntField(default=0)),
                ("got", fields.IntField(default=0)),
                ("commands", fields.IntField(default=0)),
            ],
            options={
                "table": "lizheng_member_week",
                "app": "lizheng",
                "unique_together": (("group_id", "week", "user_id"),),
                "indexes": [Index(fields=["group_id", "user_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Seen",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField(db_index=True)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "lizheng_seen", "app": "lizheng", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Uncounted",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("by", fields.BigIntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lizheng_uncounted",
                "app": "lizheng",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
