# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0004_hosts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Pending",
            name="decided_from",
            field=fields.CharField(null=True, max_length=255),
        ),
    ]
