# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from lizheng.parts.split_off import SplitOff

BEFORE = SplitOff(
    feature="word_rules",
    formerly="violations",
    old_table="violations_rule",
    table="word_rules_rule",
    columns=("id", "group_id", "number", "text", "by", "at", "removed"),
    jobs={"recall": "message:"},
    records=("rule",),
    counters=("rule",),
)


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Rule",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("text", fields.TextField(unique=False)),
                ("by", fields.BigIntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("removed", fields.BooleanField(default=False)),
            ],
            options={
                "table": "word_rules_rule",
                "app": "word_rules",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(code=BEFORE.take_over),
    ]
