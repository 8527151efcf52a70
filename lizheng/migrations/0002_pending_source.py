# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Pending",
            name="needed_role",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="Pending",
            name="source",
            field=fields.CharField(null=True, max_length=255),
        ),
    ]
