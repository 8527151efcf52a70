# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Finding",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("round_id", fields.BigIntField(db_index=True)),
                ("group_id", fields.BigIntField()),
                ("position", fields.IntField()),
                ("user_id", fields.BigIntField()),
                ("score", fields.IntField()),
                ("reasons", fields.TextField(default="", unique=False)),
                ("marks", fields.TextField(default="", unique=False)),
                ("severe", fields.BooleanField(default=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "patrol_finding",
                "app": "patrol",
                "unique_together": (("round_id", "position"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PatrolRecipient",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("failures", fields.IntField(default=0)),
            ],
            options={
                "table": "patrol_recipient",
                "app": "patrol",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Recipient"],
        ),
        ops.CreateModel(
            name="Reminded",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "patrol_reminded",
                "app": "patrol",
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
                ("by", fields.BigIntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("looked_at", fields.IntField()),
                ("clearable", fields.IntField()),
                ("watched", fields.IntField()),
                ("fused", fields.BooleanField(default=False)),
                ("source", fields.CharField(unique=True, max_length=255)),
            ],
            options={"table": "patrol_round", "app": "patrol", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Spared",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("by", fields.BigIntField(default=0)),
                ("reason", fields.TextField(default="", unique=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "patrol_spared",
                "app": "patrol",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Target",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("batch", fields.BigIntField(db_index=True)),
                ("user_id", fields.BigIntField()),
                ("reason", fields.TextField(default="", unique=False)),
                ("by", fields.BigIntField(default=0)),
                ("state", fields.CharField(default="waiting", max_length=16)),
                ("why", fields.TextField(default="", unique=False)),
                ("tries", fields.IntField(default=0)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("open_key", fields.CharField(null=True, unique=True, max_length=64)),
            ],
            options={"table": "patrol_target", "app": "patrol", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
