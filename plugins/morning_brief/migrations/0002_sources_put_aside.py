# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("morning_brief", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(model_name="Source", name="overruns", field=fields.IntField(default=0, db_default=0)),
        ops.AddField(
            model_name="Source",
            name="aside_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
