"""What an effect is known by: its cause, whose it is, and a name or a count that does not depend on who else spoke."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lizheng import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Outgoing, Pending, Record
from tests.kit.test_deliveries import Place
from tests.support.probe_feature import feature as probe


async def sources() -> list[str]:
    found = await Outgoing.exclude(source=None).order_by("id").values_list("source", flat=True)
    return [str(source).partition("#")[2] for source in found if str(source).startswith("message:")]


@pytest.mark.parametrize("others", ["", " 问广告"])
async def test_whose_effect_it_is_does_not_depend_on_who_else_spoke(stage: HostStage, others: str) -> None:
    verdict = "里正：没有人管\n" if others else ""
    await stage.play(f"开：试探{others}\n小王：/试代 试价 3 卖\n里正：「卖」是多出来的。…\n{verdict}")
    assert [source for source in await sources() if source.startswith("probe")] == ["probe.1"]
    assert [source for source in await sources() if source.startswith("asker")] == ["asker.1"] * bool(others)


async def test_a_named_effect_happens_once_whatever_else_its_cause_still_has_to_do(stage: HostStage) -> None:
    player = await stage.play("开：试探\n小王：在\n小李：在\n")
    group, wang, li = player.group.group_id, player.person("小王"), player.person("小李")

    async def run(*targets: int) -> None:
        ctx = GroupContext(stage.host, stage.host.groups[group], probe, source="slot:7:1")
        for target in targets:
            await ctx.say("{n}", n=target, key=f"said/{target}")
            await ctx.note("test", str(target), key=f"noted/{target}")
            await ctx.submit("contribute", "{n}", payload={}, n=target, key=f"asked/{target}")
            await ctx.mute(target, timedelta(minutes=1), "测试", key=f"mute/{target}")

    await run(wang, li)
    await stage.restart()
    await run(li)  # who was first is done with
    await stage.settle()
    assert await Pending.all().count() == 2
    assert await Record.filter(kind="test").count() == 2
    assert await Record.filter(kind="mute").count() == 2
    assert await Outgoing.filter(source__startswith="slot:7:1/said").count() == 2
    again = GroupContext(stage.host, stage.host.groups[group], probe, source="slot:7:1")
    record = await again.record_of(f"mute/{li}")
    assert record is not None
    assert record.target_id == li
    assert await again.record_of("mute/1") is None


async def heard(stage: HostStage, feature: str, text: str) -> tuple[Place, dict[str, Any]]:
    """A group with this feature on, in which somebody has said something; the event can be handed out again."""
    place = Place(stage)
    await stage.introduce(place.id)
    await stage.switch_on(place.id, feature)
    event = place.make("小王", text)
    assert event is not None
    await hear(stage, event)
    return place, event


async def hear(stage: HostStage, event: dict[str, Any]) -> None:
    stage.host.adapter._seen.clear()
    stage.wire._take(dict(event))
    await stage.settle()


@pytest.mark.parametrize("key", ["#1", "", "#probe", "#probe.1", "#probe/said"])
@pytest.mark.parametrize("table", [Outgoing, Record])
async def test_a_command_handled_before_a_restart_is_not_run_again(
    stage: HostStage, key: str, table: type[Outgoing | Record]
) -> None:
    """The first two are what releases until 0.1 wrote, which counted the effects of all features together."""
    _, event = await heard(stage, "probe", "/试价 3")
    row = await Outgoing.get(source__endswith="#probe.1")
    cause = str(row.source).removesuffix("#probe.1")
    if table is Outgoing:
        await Outgoing.filter(id=row.id).update(source=f"{cause}{key or '#1'}")
    else:
        await row.delete()
        await Record.create(
            group_id=row.group_id, number=1, at=stage.now(), feature="probe", kind="x", source=f"{cause}{key}"
        )
    before = await Outgoing.all().count()
    await stage.restart()
    await hear(stage, event)
    assert await Outgoing.all().count() == before


async def test_what_the_last_release_had_begun_goes_on_under_its_keys(stage: HostStage) -> None:
    """Observers run again when a message comes again after an upgrade; what they did is not done twice."""
    _, event = await heard(stage, "asker", "卖房")
    row = await Outgoing.get(source__endswith="#asker.1")
    await Outgoing.filter(id=row.id).update(source=str(row.source).replace("#asker.1", "#1"))
    await stage.restart()
    await hear(stage, event)
    assert await sources() == ["1"]
