# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0005_decided_from")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Slot",
            name="planned_from",
            field=fields.CharField(null=True, max_length=255),
        ),
    ]
