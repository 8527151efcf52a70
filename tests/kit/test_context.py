"""What a context tells its feature without the host being asked by name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lizheng import Declined
from lizheng.sandbox.stage import HostStage
from tests.support.admin_actions import context, switch

pytestmark = pytest.mark.asyncio
FEATURE = "probe"
OPENING = "小王：在\n"


@pytest.mark.parametrize(
    ("runs_for", "wanted", "longer"),
    [(0, 60, False), (60, 60, False), (119, 60, False), (121, 60, True), (600, 60, True)],
)
async def test_a_mute_outlasts_another_by_more_than_a_minute(
    stage: HostStage, runs_for: int, wanted: int, longer: bool
) -> None:
    player = await stage.play(OPENING)
    ctx = context(stage, player, FEATURE)
    now = ctx.now
    why = ctx.why_muted_longer(
        (now + timedelta(seconds=runs_for)).timestamp(), now + timedelta(seconds=wanted)
    )
    assert bool(why) is longer
    if longer:
        assert why == f"他已经禁言到 {now + timedelta(seconds=runs_for):%m-%d %H:%M}"


async def test_an_empty_member_list_is_no_answer(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> None:
    player = await stage.play(OPENING)

    async def nobody(*_: object, **__: object) -> list[object]:
        return []

    ctx = context(stage, player, FEATURE)
    assert player.person("小王") in await ctx.members()
    monkeypatch.setattr(stage.host.roster, "_query", nobody)
    with pytest.raises(Declined):
        await ctx.members()


async def test_a_role_that_cannot_be_read_is_declined(stage: HostStage) -> None:
    player = await stage.play(OPENING)
    ctx = context(stage, player, FEATURE)
    assert (await ctx.role_of(player.person("管理员"))).name == "ADMIN"
    for api in ("get_group_member_info", "get_group_member_list"):
        stage.world.faults.add("refused", api, -1)
    with pytest.raises(Declined):
        await ctx.role_of(player.person("管理员"))


async def test_another_cause_counts_its_own_effects(stage: HostStage) -> None:
    player = await stage.play(OPENING)
    ctx = context(stage, player, FEATURE).under("first", author_id=5)
    other = ctx.under("second")
    assert [ctx.next_source(), ctx.next_source(), other.next_source()] == ["first#1", "first#2", "second#1"]
    assert (ctx.author_id, other.author_id) == (5, 0)
    assert (other.group, other.feature) == (ctx.group, ctx.feature)


async def test_a_feature_finds_itself_where_it_is_on(stage: HostStage) -> None:
    player = await stage.play(OPENING)
    await switch(stage, player, FEATURE, on=True)
    ctx = context(stage, player, FEATURE)
    assert player.group.group_id in [there.group.id for there in ctx.in_groups()]
    await switch(stage, player, FEATURE, on=False)
    assert player.group.group_id not in [there.group.id for there in ctx.in_groups()]


async def test_an_account_of_ours_is_known(stage: HostStage) -> None:
    player = await stage.play(OPENING)
    ctx = context(stage, player, FEATURE)
    ours = stage.host.accounts()
    assert ours
    assert all(ctx.is_ours(account) for account in ours)
    assert not ctx.is_ours(player.person("小王"))
