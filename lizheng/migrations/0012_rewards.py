# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0011_presence")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="account",
            field=fields.CharField(default="income", db_default="income", max_length=16),
        ),
        ops.AddField(
            model_name="Order",
            name="kind",
            field=fields.CharField(default="charge", db_default="charge", max_length=16),
        ),
        ops.AddField(
            model_name="Order",
            name="payer_id",
            field=fields.BigIntField(default=0, db_default=0),
        ),
    ]
