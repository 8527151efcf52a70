# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("ad_window", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(
            model_name="FreeAd",
            name="closes",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
