# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("member_qa", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(model_name="Entry", name="verdict", field=fields.SmallIntField(default=0)),
        ops.AddField(model_name="Question", name="author_id", field=fields.BigIntField(default=0)),
        ops.AddField(model_name="Question", name="ignored", field=fields.BooleanField(default=False)),
    ]
