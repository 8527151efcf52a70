# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0007_pending_looked_up")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Gathered",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("feature", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=64)),
                ("group_id", fields.BigIntField()),
                ("item", fields.JSONField(default=dict)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(null=True, unique=True, max_length=255)),
                ("batch", fields.BigIntField(null=True)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lizheng_gathered",
                "app": "lizheng",
                "indexes": [Index(fields=["group_id", "feature", "name"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Slot",
            name="next_due_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Slot",
            name="next_from",
            field=fields.CharField(null=True, max_length=255),
        ),
        ops.AddField(
            model_name="Slot",
            name="next_payload",
            field=fields.JSONField(null=True),
        ),
        ops.AddField(
            model_name="Pending",
            name="people",
            field=fields.JSONField(null=True),
        ),
        ops.AddField(
            model_name="Pending",
            name="seconded_by",
            field=fields.BigIntField(null=True),
        ),
    ]
