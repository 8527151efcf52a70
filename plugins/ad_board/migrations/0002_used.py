# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("ad_board", "0001_initial")]

    initial = False

    operations = [
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
                "table": "ad_board_used",
                "app": "ad_board",
                "unique_together": (("group_id", "user_id", "kind"),),
                "pk_attr": "id",
            },
            bases=["UsedQuota"],
        ),
    ]
