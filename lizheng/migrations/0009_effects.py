# ruff: noqa: RUF012
import json
from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

_ABOUT = (
    'INSERT INTO "lizheng_about" ("outgoing_id", "group_id", "message_id", "feature", "kind", "ref", "at") '
)
_MESSAGES = "\"api\" IN ('send_group_msg', 'send_private_msg')"


async def take_notices_along(apps: Any, editor: Any) -> None:
    """What could be quoted goes on being understood: notices of decisions and of payments, and for plugins that know their
    messages by source, those sources.
    """
    postgres = editor.client.capabilities.dialect == "postgres"

    def number(column: str) -> str:
        return f'to_jsonb("{column}")' if postgres else f'CAST("{column}" AS TEXT)'

    def words(column: str) -> str:
        return f'to_jsonb("{column}")' if postgres else f'json_quote("{column}")'

    def after(prefix: str) -> str:
        tail = f'CAST(SUBSTR("source", {len(prefix) + 1}) AS BIGINT)'
        return f"to_jsonb({tail})" if postgres else f"CAST({tail} AS TEXT)"

    answer = "\"answer\"->>'message_id'" if postgres else "json_extract(\"answer\", '$.message_id')"
    said = f"CAST({answer} AS BIGINT)"
    run = editor._run_sql
    for table, feature, kind, at in (
        ("lizheng_pending", "pending", "notice", "created_at"),
        ("lizheng_evidence", "ledger", "evidence", "at"),
    ):
        await run(
            f'{_ABOUT} SELECT NULL, "group_id", "notice_id", \'{feature}\', \'{kind}\', {number("id")}, "{at}" '
            f'FROM "{table}" WHERE "notice_id" IS NOT NULL'
        )
    for prefix, feature, kind in (("pending:", "pending", "notice"), ("evidence:", "ledger", "evidence")):
        # Those that are still on their way; their ids are learned when they arrive.
        await run(
            f'{_ABOUT} SELECT "id", "group_id", NULL, \'{feature}\', \'{kind}\', {after(prefix)}, "created_at" '
            f'FROM "lizheng_outgoing" WHERE "source" LIKE \'{prefix}%\' AND "source" NOT LIKE \'%/%\' '
            "AND \"state\" IN ('queued', 'sending', 'unknown')"
        )
    await run(
        f'{_ABOUT} SELECT "id", "group_id", {said}, "feature", \'source\', {words("source")}, "created_at" '
        f'FROM "lizheng_outgoing" WHERE {_MESSAGES} AND "source" IS NOT NULL AND "state" = \'done\' AND {answer} IS NOT NULL'
    )
    # Questions that were said once more, because an answer could not be understood.
    asked = await editor.client.execute_query_dict(
        'SELECT "id", "group_id", "payload", "created_at" FROM "lizheng_pending" WHERE "state" = \'open\''
    )
    mark = ["$1", "$2", "$3", "$4"] if postgres else ["?"] * 4
    for row in asked:
        payload = row["payload"] if isinstance(row["payload"], dict) else json.loads(row["payload"])
        for message_id in payload.get("again", ()):
            await editor.client.execute_query(
                f"{_ABOUT} VALUES (NULL, {mark[0]}, {mark[1]}, 'pending', 'notice', {mark[2]}, {mark[3]})",
                [row["group_id"], message_id, json.dumps(row["id"]), row["created_at"]],
            )


class Migration(migrations.Migration):
    dependencies = [("lizheng", "0008_time")]

    initial = False

    operations = [
        ops.CreateModel(
            name="About",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("outgoing_id", fields.BigIntField(null=True, unique=True)),
                ("group_id", fields.BigIntField(default=0)),
                ("message_id", fields.BigIntField(null=True)),
                ("feature", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=32)),
                ("ref", fields.JSONField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lizheng_about",
                "app": "lizheng",
                "indexes": [Index(fields=["group_id", "message_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Completion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("outgoing_id", fields.BigIntField(null=True, unique=True)),
                ("record_id", fields.BigIntField(null=True, unique=True)),
                ("group_id", fields.BigIntField(default=0)),
                ("feature", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=64)),
                ("payload", fields.JSONField(default=dict)),
                ("state", fields.CharField(default="waiting", db_index=True, max_length=16)),
                ("outcome", fields.CharField(default="", max_length=16)),
                ("why", fields.TextField(default="", unique=False)),
                ("message_id", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "lizheng_completion", "app": "lizheng", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunPython(code=take_notices_along),
    ]
