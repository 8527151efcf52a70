# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from lizheng.store.checks import append_only, checked


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0002_pending_source")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Balance",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("kind", fields.CharField(max_length=16)),
                ("user_id", fields.BigIntField(default=0)),
                ("amount", fields.BigIntField(default=0)),
            ],
            options={
                "table": "lizheng_balance",
                "app": "lizheng",
                "unique_together": (("group_id", "kind", "user_id"),),
                "constraints": [
                    CheckConstraint(check="kind <> 'member' OR amount >= 0", name="lizheng_balance_member"),
                    CheckConstraint(check="kind <> 'outside' OR amount <= 0", name="lizheng_balance_outside"),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Entry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("kind", fields.CharField(max_length=16)),
                ("giver", fields.CharField(max_length=16)),
                ("giver_id", fields.BigIntField(default=0)),
                ("taker", fields.CharField(max_length=16)),
                ("taker_id", fields.BigIntField(default=0)),
                ("amount", fields.BigIntField()),
                ("order_id", fields.BigIntField(db_index=True)),
                ("actor_id", fields.BigIntField(default=0)),
                ("key", fields.CharField(unique=True, max_length=255)),
                ("reverses", fields.BigIntField(null=True, unique=True)),
            ],
            options={
                "table": "lizheng_entry",
                "app": "lizheng",
                "constraints": [
                    CheckConstraint(check="amount > 0", name="lizheng_entry_amount"),
                    CheckConstraint(check="giver <> taker", name="lizheng_entry_sides"),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Evidence",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("message_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("grade", fields.SmallIntField()),
                ("wish", fields.CharField(default="", max_length=255)),
                ("amount", fields.BigIntField(null=True)),
                ("order_id", fields.BigIntField(null=True)),
                ("notice_id", fields.BigIntField(null=True, db_index=True)),
            ],
            options={
                "table": "lizheng_evidence",
                "app": "lizheng",
                "unique_together": (("group_id", "message_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Order",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.BigIntField()),
                ("feature", fields.CharField(max_length=64)),
                ("user_id", fields.BigIntField()),
                ("purpose", fields.CharField(max_length=64)),
                ("text", fields.TextField(default="", unique=False)),
                ("price", fields.BigIntField()),
                ("paid", fields.BigIntField(default=0)),
                ("state", fields.CharField(default="open", max_length=16)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_by", fields.BigIntField(default=0)),
                ("reason", fields.TextField(default="", unique=False)),
                ("source", fields.CharField(null=True, unique=True, max_length=255)),
                ("used_by", fields.CharField(null=True, unique=True, max_length=255)),
            ],
            options={
                "table": "lizheng_order",
                "app": "lizheng",
                "unique_together": (("group_id", "number"),),
                "constraints": [
                    CheckConstraint(check="price > 0", name="lizheng_order_price"),
                    CheckConstraint(check="paid >= 0", name="lizheng_order_paid"),
                ],
                "indexes": [Index(fields=["group_id", "user_id", "state"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(
            checked(
                "lizheng_balance",
                {
                    "lizheng_balance_member": "kind <> 'member' OR amount >= 0",
                    "lizheng_balance_outside": "kind <> 'outside' OR amount <= 0",
                },
            )
        ),
        ops.RunPython(
            checked(
                "lizheng_entry",
                {"lizheng_entry_amount": "amount > 0", "lizheng_entry_sides": "giver <> taker"},
            )
        ),
        ops.RunPython(
            checked("lizheng_order", {"lizheng_order_price": "price > 0", "lizheng_order_paid": "paid >= 0"})
        ),
        ops.RunPython(append_only("lizheng_entry")),
    ]
