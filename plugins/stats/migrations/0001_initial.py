# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Chronicle",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.IntField()),
                ("day", fields.DateField()),
                ("text", fields.CharField(max_length=100)),
                ("by", fields.BigIntField(default=0)),
            ],
            options={
                "table": "stats_chronicle",
                "app": "stats",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Cohort",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("week", fields.DateField()),
                ("size", fields.IntField(default=0)),
                ("spoke", fields.IntField(default=0)),
                ("week0", fields.IntField(null=True)),
                ("week1", fields.IntField(null=True)),
                ("week2", fields.IntField(null=True)),
                ("week4", fields.IntField(null=True)),
            ],
            options={
                "table": "stats_cohort",
                "app": "stats",
                "unique_together": (("group_id", "week"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Present",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("first_seen", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("joined_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("removed", fields.BooleanField(default=False)),
                ("returned", fields.BooleanField(default=False)),
                ("known", fields.BooleanField(null=True)),
            ],
            options={
                "table": "stats_present",
                "app": "stats",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Reader",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("failures", fields.IntField(default=0)),
            ],
            options={
                "table": "stats_reader",
                "app": "stats",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Recipient"],
        ),
        ops.CreateModel(
            name="State",
            fields=[
                (
                    "group_id",
                    fields.BigIntField(primary_key=True, generated=False, unique=True, db_index=True),
                ),
                ("reported", fields.DateField(null=True)),
                ("stage", fields.CharField(default="", max_length=8)),
                ("checked_up_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("quiet_told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "stats_state", "app": "stats", "pk_attr": "group_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Week",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("week", fields.DateField()),
                ("seen", fields.IntField(default=0)),
                ("present", fields.IntField(default=0)),
                ("active", fields.IntField(default=0)),
                ("messages", fields.IntField(default=0)),
                ("joined", fields.IntField(default=0)),
                ("left", fields.IntField(default=0)),
                ("own", fields.IntField(default=0)),
                ("pushed", fields.IntField(default=0)),
                ("unanswered", fields.IntField(default=0)),
                ("deeds", fields.IntField(default=0)),
            ],
            options={
                "table": "stats_week",
                "app": "stats",
                "unique_together": (("group_id", "week"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
