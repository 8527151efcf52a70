"""A start in spite of everything: what one group or one feature has stored stops neither the host nor the others."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from lizheng import Context, GroupContext
from lizheng.host.startup import FIRST_PAUSE
from lizheng.plugin.feature import Feature, Watch
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.sql import connection
from lizheng.store.tables import GroupRow, Record, SettingValue, Slot, Standing, Switch
from plugins.ad_guard.models import Arrival, Lessons
from plugins.blacklist.models import Barred
from plugins.violations.models import Case
from plugins.word_rules.models import Rule

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
ALL = "开：违规处理、广告识别、广告时段、名片、早报、问答、广告税、入群欢迎\n"
HEAVY = r"正则 [天气今][\s\S]{{0,300}}[吃饭][\s\S]{{0,300}}z{0} → 警告"
BROKEN = "not json {"


async def spoil(model: type, column: str, **where: object) -> None:
    """Write something into a row's column that nothing of ours would."""
    table = model._meta.db_table  # type: ignore[attr-defined]
    rows = await model.filter(**where).values_list("id", flat=True)  # type: ignore[attr-defined]
    assert rows
    keys = ", ".join(map(str, rows))
    await connection().execute_query(f"UPDATE {table} SET {column} = '{BROKEN}' WHERE id IN ({keys})")


async def ill_rule(group: int) -> None:
    await Rule.create(group_id=group, number=91, text="一条谁也读不懂的规则", at=NOW)


async def heavy_rules(group: int) -> None:
    for number in range(4):
        await Rule.create(group_id=group, number=80 + number, text=HEAVY.format(number), at=NOW)


async def ill_lessons(group: int) -> None:
    await Lessons.create(group_id=group, taught='[{"d": 3}]')


async def ill_lessons_of_another_kind(group: int) -> None:
    await Lessons.create(group_id=group, taught='[{"d": "x", "ad": 1, "s": 1, "k": 7, "u": [[1]]}]')


async def ill_arrival(group: int) -> None:
    await Arrival.create(group_id=group, user_id=5, joined_at=-(2**62), spoken=-1)


async def ill_case(group: int) -> None:
    await Case.create(
        group_id=group,
        number=900,
        user_id=1,
        at=NOW,
        measure="mute",
        rung=1,
        until=NOW + timedelta(days=3000),
        expires_at=NOW,
        outcome="?",
    )


async def ill_barred(group: int) -> None:
    await Barred.create(owner_id=-1, group_id=group, user_id=-1, at=NOW)


async def ill_setting(group: int) -> None:
    for feature, field, value in (
        ("name_tag", "format", {"is": "{{{{"}),
        ("ad_window", "spans", {"is": "第八天"}),
        ("morning_brief", "at", {"is": "二十五点"}),
        ("violations", "ladder", {"is": "踢 → 踢"}),
        ("ad_tax", "price", {"was": 3}),
        ("nobody", "nothing", {"is": []}),
    ):
        await SettingValue.update_or_create({"value": value}, group_id=group, feature=feature, field=field)


async def setting_that_is_no_json(group: int) -> None:
    if connection().capabilities.dialect != "sqlite":
        pytest.skip("Postgres takes nothing that is no JSON")
    await SettingValue.create(group_id=group, feature="welcome", field="words", value={"is": "x"})
    await spoil(SettingValue, "value", feature="welcome", field="words")


async def ill_standing(group: int) -> None:
    await Standing.create(group_id=group, user_id=7, kind="emperor", by=1, at=NOW)


async def ill_switch(group: int) -> None:
    await Switch.create(group_id=group, feature="long gone", on=True)


async def group_that_is_not_there(group: int) -> None:
    await GroupRow.create(group_id=987654, name="", dry_run=True)
    await Switch.create(group_id=987654, feature="morning_brief", on=True)
    await SettingValue.create(group_id=987654, feature="name_tag", field="format", value={"is": "-"})


async def ill_slot(group: int) -> None:
    await Slot.create(feature="morning_brief", name="brief", group_id=group, key="?", due_at=NOW, payload={})


async def ill_record(group: int) -> None:
    await Record.create(group_id=group, number=999, at=NOW, feature="?", kind="?", state="?")


@pytest.mark.parametrize(
    "row",
    [
        ill_rule,
        heavy_rules,
        ill_lessons,
        ill_lessons_of_another_kind,
        ill_arrival,
        ill_case,
        ill_barred,
        ill_setting,
        setting_that_is_no_json,
        ill_standing,
        ill_switch,
        group_that_is_not_there,
        ill_slot,
        ill_record,
    ],
)
async def test_a_row_that_raises_stops_nothing(stage: HostStage, row) -> None:
    player = await stage.play(ALL)
    await row(player.group.group_id)
    await stage.restart()
    assert [f.id for f in stage.host.features.values() if f.asleep] == []
    await stage.play("开：违规处理\n小李：/帮助\n里正：…\n管理员：/警告 @小李 刷屏\n里正：…\n")


@pytest.fixture
def failing(stage: HostStage):
    """A feature whose start hook raises for as long as `failing` says."""
    feature: Feature = stage.host.features["welcome"]
    state = {"raises": True, "tries": 0}

    async def begin(host: object) -> None:
        state["tries"] += 1
        if state["raises"]:
            raise ValueError("what stands in the way")

    feature.start_hooks.append(begin)
    yield state
    feature.start_hooks.remove(begin)
    feature.asleep = False


async def wait_for_tries(state: dict, number: int) -> None:
    async with asyncio.timeout(5):
        while state["tries"] < number:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)


async def test_a_feature_that_cannot_begin_is_off_named_and_tried_again(stage: HostStage, failing) -> None:
    player: Player = await stage.play("开：入群欢迎、违规处理\n")
    await stage.restart()
    welcome = stage.host.features["welcome"]
    assert welcome.asleep
    await stage.settle()
    told = [row.payload["words"] for row in await Slot.filter(name="warning")]
    assert any("「入群欢迎」启动时出错（ValueError），先停着" in words for words in told), told
    stage.world.say(player.group.group_id, player.person("管理员"), "/警告 @小王 刷屏")
    await stage.settle()
    state = failing
    tried = state["tries"]
    await stage.move(timedelta(seconds=FIRST_PAUSE + 1))
    await wait_for_tries(state, tried + 1)
    assert welcome.asleep
    state["raises"] = False
    await stage.move(timedelta(seconds=2 * FIRST_PAUSE + 1))
    await wait_for_tries(state, tried + 2)
    assert not welcome.asleep


async def test_a_feature_that_has_begun_after_all_looks_on_again(
    stage: HostStage, failing, monkeypatch
) -> None:
    """What was kept of who looks on while it slept is forgotten, and it wakes up as after any start."""
    welcome = stage.host.features["welcome"]
    seen: list[str] = []

    async def look(ctx: Context) -> None:
        seen.append(ctx.message.extract_plain_text())

    async def woke(ctx: GroupContext) -> None:
        seen.append("woke")

    monkeypatch.setattr(welcome, "watches", [Watch(welcome, look, 50)])
    monkeypatch.setattr(welcome, "ready_hooks", [woke])
    player: Player = await stage.play("开：入群欢迎\n")
    await stage.restart()
    seen.clear()
    await player.play("小王：有人吗")
    failing["raises"] = False
    await stage.move(timedelta(seconds=FIRST_PAUSE + 1))
    await wait_for_tries(failing, 2)
    await player.play("小王：现在呢")
    assert seen == ["woke", "现在呢"]


async def test_what_is_due_waits_for_a_feature_that_is_asleep(stage: HostStage, failing) -> None:
    player = await stage.play("开：入群欢迎\n")
    group = player.group.group_id
    job = next(iter(stage.host.features["welcome"].jobs))
    await stage.restart()
    due = stage.host.clock.now()
    await stage.host.schedule.plan("welcome", job, group, due, key="kept", payload={})
    await stage.settle()
    row = await Slot.get(feature="welcome", name=job, group_id=group, key="kept")
    assert (row.state, row.due_at > due) == ("waiting", True)


async def test_admins_read_why_it_is_off(stage: HostStage, failing) -> None:
    await stage.play("开：入群欢迎\n")
    await stage.restart()
    await stage.play("""
开：入群欢迎
管理员：/欢迎语
里正：「入群欢迎」启动时出错，先停着，过一会儿自动重试。
小王：/欢迎语
""")
