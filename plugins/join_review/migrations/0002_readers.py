# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("join_review", "0001_initial")]

    initial = False

    operations = [
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
                "table": "join_review_reader",
                "app": "join_review",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Recipient"],
        ),
    ]
