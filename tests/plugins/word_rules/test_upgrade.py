"""What 违规处理 kept until this was split off from it comes along, on either engine."""

from datetime import UTC, datetime
from importlib import import_module

from tortoise.migrations.executor import MigrationExecutor

from lizheng.sandbox.stage import HostStage
from lizheng.store.sql import connection
from lizheng.store.tables import Counter, Record, Slot, Switch
from plugins.word_rules.models import Rule

AT = datetime(2026, 11, 1, tzinfo=UTC)


async def test_the_rules_their_numbers_and_what_undoes_them_come_along(stage: HostStage) -> None:
    before = import_module("plugins.word_rules.migrations.0001_initial").BEFORE
    where = {"feature": "violations", "group_id": 77}
    await Switch.create(**where, on=True)
    await Slot.create(**where, name="recall", key="message:5", due_at=AT)
    await Slot.create(**where, name="recall", key="gone:1", due_at=AT)
    await Counter.create(group_id=77, name="violations.rule", value=5)
    await Record.create(
        **where, number=1, at=AT, kind="rule", undo={"name": "rule", "id": 41, "removed": True}
    )

    run = connection().execute_script
    await run('CREATE TABLE "violations_rule" AS SELECT * FROM "word_rules_rule" WHERE 1 = 0')
    await Rule.create(group_id=77, number=5, text="关键词 代充", at=AT)
    await run('INSERT INTO "violations_rule" SELECT * FROM "word_rules_rule"')
    await run('UPDATE "violations_rule" SET "id" = 41')
    await run('DELETE FROM "word_rules_rule"')
    executor = MigrationExecutor(connection(), {})
    await before.take_over(None, executor._schema_editor(atomic=False))

    assert await Rule.all().values_list("id", "number", "text") == [(41, 5, "关键词 代充")]
    assert (await Rule.create(group_id=77, number=6, text="链接", at=AT)).id > 41
    mine = {"feature": "word_rules", "group_id": 77}
    assert await Switch.filter(**mine).values_list("on", flat=True) == [True]
    assert await Slot.filter(**mine).values_list("key", flat=True) == ["message:5"]
    assert await Record.filter(**mine).values_list("kind", flat=True) == ["rule"]
    assert await Counter.filter(group_id=77).values_list("name", "value") == [("word_rules.rule", 5)]
