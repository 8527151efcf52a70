# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Friend",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("by", fields.BigIntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lister_friend",
                "app": "lister",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["ListedMember"],
        ),
        ops.CreateModel(
            name="Guest",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("by", fields.BigIntField(default=0)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reason", fields.TextField(default="", unique=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lister_guest",
                "app": "lister",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["ListedMember"],
        ),
        ops.CreateModel(
            name="Row",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("who", fields.BigIntField(default=0)),
                ("text", fields.TextField(unique=False)),
            ],
            options={"table": "lister_row", "app": "lister", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Used",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("kind", fields.CharField(max_length=32)),
                ("used", fields.IntField(default=0)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(null=True, max_length=255)),
            ],
            options={
                "table": "lister_used",
                "app": "lister",
                "unique_together": (("group_id", "user_id", "kind"),),
                "pk_attr": "id",
            },
            bases=["UsedQuota"],
        ),
        ops.CreateModel(
            name="Flower",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("author_id", fields.BigIntField()),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("asks_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("renewed", fields.SmallIntField(default=0)),
                ("name", fields.CharField(max_length=20)),
                ("picked", fields.BooleanField(default=False)),
            ],
            options={"table": "lister_flower", "app": "lister", "pk_attr": "id"},
            bases=["Lived"],
        ),
        ops.CreateModel(
            name="Reader",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("failures", fields.IntField(default=0)),
            ],
            options={
                "table": "lister_reader",
                "app": "lister",
                "unique_together": (("group_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Recipient"],
        ),
    ]
