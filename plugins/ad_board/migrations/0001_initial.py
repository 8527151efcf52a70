# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Entry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("author_id", fields.BigIntField()),
                ("text", fields.TextField(unique=False)),
                ("approved_by", fields.BigIntField(default=0)),
                ("approved_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("pinned_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("down_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ad_board_entry",
                "app": "ad_board",
                "unique_together": (("group_id", "number"),),
                "indexes": [Index(fields=["group_id", "expires_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
