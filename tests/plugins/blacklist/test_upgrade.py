"""What 违规处理 kept until this was split off from it comes along, on either engine."""

from datetime import UTC, datetime
from importlib import import_module

from tortoise.migrations.executor import MigrationExecutor

from lizheng.sandbox.stage import HostStage
from lizheng.store.sql import connection
from lizheng.store.tables import Pending, Record, Slot, Switch
from plugins.blacklist.models import Barred

AT = datetime(2026, 11, 1, tzinfo=UTC)


async def test_the_list_and_all_that_waits_comes_along(stage: HostStage) -> None:
    before = import_module("plugins.blacklist.migrations.0001_initial").BEFORE
    where = {"feature": "violations", "group_id": 77}
    await Switch.create(**where, on=True)
    await Switch.create(feature="violations", group_id=78, on=False)
    await Slot.create(**where, name="sweep", due_at=AT)
    await Slot.create(**where, name="enforce", key="1", due_at=AT)
    asked = {"decider": "admin", "created_at": AT, "expires_at": AT}
    await Pending.create(**where, number=1, kind="sweep", source="violations:present:77:5#1", **asked)
    await Pending.create(**where, number=2, kind="appeal", source="message:1#1", **asked)
    await Record.create(**where, number=1, at=AT, kind="blacklist", undo={"name": "bar", "people": [1]})
    await Record.create(**where, number=2, at=AT, kind="case", undo={"name": "case", "case": 1})

    run = connection().execute_script
    await run('CREATE TABLE "violations_barred" AS SELECT * FROM "blacklist_barred" WHERE 1 = 0')
    await Barred.create(owner_id=1, group_id=77, user_id=1, at=AT, reason="骗子")
    await run('INSERT INTO "violations_barred" SELECT * FROM "blacklist_barred"')
    await run('UPDATE "violations_barred" SET "id" = 41')
    await run('DELETE FROM "blacklist_barred"')
    executor = MigrationExecutor(connection(), {})
    await before.take_over(None, executor._schema_editor(atomic=False))
    await before.take_over(None, executor._schema_editor(atomic=False))  # nothing is left to take

    assert await Barred.all().values_list("id", "user_id", "reason") == [(41, 1, "骗子")]
    assert (await Barred.create(owner_id=1, group_id=77, user_id=2, at=AT)).id > 41
    assert dict(await Switch.filter(feature="blacklist").values_list("group_id", "on")) == {
        77: True,
        78: False,
    }
    mine = {"feature": "blacklist", "group_id": 77}
    assert await Slot.filter(**mine).values_list("name", flat=True) == ["sweep"]
    assert await Pending.filter(**mine).values_list("kind", "source") == [
        ("sweep", "blacklist:present:77:5#1")
    ]
    assert await Record.filter(**mine).values_list("kind", flat=True) == ["blacklist"]
    assert await Switch.filter(feature="violations").count() == 2
    assert await Slot.filter(feature="violations", group_id=77).count() == 1
