# ruff: noqa: RUF012
from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0006_planned_from")]

    initial = False

    operations = [
        ops.AddIndex(model_name="Pending", index=Index(fields=["source"])),
        ops.AddIndex(model_name="Pending", index=Index(fields=["group_id", "notice_id"])),
    ]
