# ruff: noqa: RUF012
from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


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
