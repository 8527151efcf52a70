# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Arrival",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("event_time", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("greeted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("merged", fields.BooleanField(default=False)),
            ],
            options={
                "table": "welcome_arrival",
                "app": "welcome",
                "unique_together": (("group_id", "user_id", "event_time"),),
                "indexes": [Index(fields=["group_id", "at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="GreetingPicture",
            fields=[
                ("group_id", fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=64)),
            ],
            options={"table": "welcome_picture", "app": "welcome", "pk_attr": "group_id"},
            bases=["Model"],
        ),
    ]
