# ruff: noqa: RUF012
from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


async def index_the_queue(apps: Any, editor: Any) -> None:
    """Hosts that share a database look for rows put by another; a lone host on SQLite never does."""
    if editor.client.capabilities.dialect == "postgres":
        await editor._run_sql(
            'CREATE INDEX "lizheng_outgoing_open" ON "lizheng_outgoing" ("group_id") '
            "WHERE \"state\" IN ('queued', 'sending', 'unknown')"
        )


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0003_ledger")]

    initial = False

    operations = [
        ops.CreateModel(
            name="HostRow",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32)),
                ("alive_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("accounts", fields.JSONField(default=list)),
            ],
            options={"table": "lizheng_host", "app": "lizheng", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Lease",
            fields=[
                ("id", fields.BigIntField(primary_key=True, unique=True, db_index=True, generated=False)),
                ("host", fields.CharField(db_index=True, max_length=32)),
                ("account", fields.BigIntField()),
            ],
            options={"table": "lizheng_lease", "app": "lizheng", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="GroupRow",
            name="revision",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Slot",
            name="claimed_by",
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.RunPython(code=index_the_queue),
    ]
