"""Draws as conversations; what is said is what the script checks."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from lizheng import Declined
from lizheng.grammar import parse_who
from lizheng.parts.deeds import deeds_of, has_deed
from lizheng.parts.people import resolve
from lizheng.sandbox.stage import HostStage
from plugins.events import draws, rules, verifier
from plugins.events.models import Draw, Ticket
from tests.support.admin_actions import context

OPENED = """
开：报名
管理员：/抽奖 发起 电影票 1人 截止 明天20:00
里正：C1 抽电影票，1 个，明天 20:00 截止。
  抽的发 /抽奖 C1，或者引用这条回 +1。
  种子承诺 …
"""


async def test_a_draw_from_the_promise_to_the_check(stage: HostStage) -> None:
    player = await stage.play("""
开：报名
小王：/抽奖
里正：现在没有在抽的。
小王：/抽奖 发起 电影票
里正：发起要代管、管理员和群主来，本群是这么定的。
管理员：/抽奖 发起 2人
里正：还没写抽什么，例如 电影票两张。…
管理员：/抽奖 发起 电影票 1人 截止 明天20:00
里正：C1 抽电影票，1 个，明天 20:00 截止。
  抽的发 /抽奖 C1，或者引用这条回 +1。
  种子承诺 …
小王：/抽奖
里正：在抽的 1 个，参加发 /抽奖 加编号：
  C1 电影票（1 个，0 人，明天 20:00 截止）
小王：/抽奖 c１
里正：小王 进来了，C1 现在 1 人。
小李→里正「抽电影票」：+1
里正：小李 进来了，C1 现在 2 人。
小张：/抽奖1
里正：小张 进来了，C1 现在 3 人。
小张：/抽奖 C1
里正：小张 已经在 C1 里了。
小赵：/抽奖 加一句 C1 好运
里正：你不在 C1 里。
小李：/抽奖 加一句 C1 好运来
里正：小李 给 C1 加了一句。
小赵：/抽奖 退 C1
里正：你不在 C1 里。
小赵：/抽奖 C1
里正：小赵 进来了，C1 现在 4 人。
小赵：/抽奖 退 C1
里正：小赵 退出了 C1。
管理员：/抽奖 C1
里正：C1 是你发起的，发起人不抽。
小王：/抽奖 C9
里正：没有 C9；现在有 C1。
小王：/抽奖 验证 C1
里正：C1 还没开。承诺 …；开的时候公布种子，SHA-256 对得上就没换过。
小王：/抽奖 开 C1
里正：C1 不是你发起的，只有发起人和管理员能动它。
管理员：/抽奖 顺延 C1 @小王 没回话
里正：C1 还没开。
管理员：/抽奖 开 C1
里正：C1「电影票」3 人，名单指纹 …
  抽中：…
  种子 …
  怎么验：/抽奖 验证 C1
小赵：/抽奖 C1
里正：C1 已经开过了。
小赵：/抽奖 退 C1
里正：C1 已经开过了。
管理员：/抽奖 开 C1
里正：C1 已经开过了。
小王：/抽奖 验证 C1
里正：C1 承诺 …
  种子 …
  名单 3 人，指纹 …，你排第 …
  私聊我发 /抽奖 验证 C1，给你名单和验证的小程序。
小赵（私聊）：/抽奖 验证 C1
里正（私聊 小赵）：[file]
里正（私聊 小赵）：[file]
里正（私聊 小赵）：名单和小程序传好了，放在一起运行 python3 verifier.py C1.json。
""")
    draw, ctx = await Draw.get(), context(stage, player, "events")
    proof = json.loads(json.dumps(await draws.proof_of(draw)))
    assert verifier.check(proof)
    order = await draws.order_of(draw)
    assert proof["winners"] == order[:1]
    assert await resolve(ctx, parse_who("C1中奖")) == {order[0]}
    assert await resolve(ctx, parse_who("C1")) == set(order)
    assert await has_deed(ctx, order[0], "draw.won")
    names = {player.person(name): name for name in ("小王", "小李", "小张", "小赵")}
    first, second, third = (names[one] for one in order)
    await player.play(f"""
管理员：/抽奖 顺延 C1 @小赵 没回话
里正：小赵 没有抽中 C1。
管理员：/抽奖 顺延 C1 @{first} 没回话
里正：{first} 的 C1 顺延给 @{second} 。原因：没回话
管理员：/抽奖 顺延 C1 @{first} 没回话
里正：{first} 没有抽中 C1。
管理员：/抽奖 顺延 C1 @{second} 没回话
里正：{second} 的 C1 顺延给 @{third} 。原因：没回话
管理员：/抽奖 顺延 C1 @{third} 没回话
里正：{third} 的 C1 没有下一位了。原因：没回话
""")
    assert verifier.check(await draws.proof_of(draw))
    assert await deeds_of(ctx, ctx.now - timedelta(days=1), kinds={"draw.won"}) == []


async def test_closed_while_nobody_entered(stage: HostStage) -> None:
    await stage.play(
        OPENED
        + """
【到 明天 20:00】
里正：C1「电影票」没有人参加，就不抽了。
小王：/抽奖 C1
里正：C1 已经开过了。
"""
    )


async def test_only_for_some(stage: HostStage) -> None:
    await stage.play("""
开：报名
管理员：/报名 发起 爬山 截止 明天20:00
里正：H1 爬山：…
小王：/报名 H1
里正：小王 报上了（1 人）。
管理员：/报名 发起 夜跑 截止 明天20:00 条件 H1
里正：H2 夜跑：不限人数，限 H1，明天 20:00 截止。…
小李：/报名 H2
里正：H2 只给这些人报：H1。
管理员：/抽奖 发起 票 谁能抽 H1 截止 明天20:00 发起人也抽
里正：C1 抽票，1 个，明天 20:00 截止，限 H1。…
小李：/抽奖 C1
里正：C1 只给这些人抽：H1。
小王：/抽奖 C1
里正：小王 进来了，C1 现在 1 人。
【小王 退群】
管理员：/抽奖 开 C1
里正：C1「票」没有人参加，就不抽了。
""")


async def test_one_ticket_each_however_often_at_once(stage: HostStage) -> None:
    player = await stage.play(OPENED)
    draw, ctx = await Draw.get(), context(stage, player, "events")
    tries = [draws._enter(ctx, draw.id, 70_000_000 + number % 10, ctx.now) for number in range(40)]
    entered = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(one, Declined) for one in entered) == 10
    assert await Ticket.all().count() == 10
    drawn = await asyncio.gather(*(draws._draw(ctx, draw.id) for _ in range(10)))
    assert len(drawn) == 10
    assert await Ticket.filter(state="won").count() == 1
    with pytest.raises(Declined):
        await draws._enter(ctx, draw.id, 70_000_099, ctx.now)


async def test_the_same_winners_after_a_restart(stage: HostStage) -> None:
    """The order is a function of what is stored: killed before it was written it comes out the same."""
    player = await stage.play(
        OPENED
        + """
小王：/抽奖 C1
里正：小王 进来了，C1 现在 1 人。
小李：/抽奖 C1
里正：小李 进来了，C1 现在 2 人。
小张：/抽奖 C1
里正：小张 进来了，C1 现在 3 人。
"""
    )
    before = await draws.order_of(await Draw.get())
    await player.play("""
【重启】
【到 明天 20:00】
里正：C1「电影票」3 人，…
""")
    assert await draws.order_of(await Draw.get()) == before
    won = await Ticket.filter(state="won")
    assert [one.user_id for one in won] == before[:1]


async def test_away_when_it_was_due(stage: HostStage) -> None:
    """Tickets of those who asked in time are read back before anything is drawn."""
    await stage.play("""
开：报名
管理员：/抽奖 发起 票 截止 今天12:30
里正：C1 抽票，…
小王：/抽奖 C1
里正：小王 进来了，C1 现在 1 人。
【断线】
小李：/抽奖 C1
【过 40 分】
小张：/抽奖 C1
【连上】
里正：我刚才不在（…），补记了 1 个抽奖。
  没记上：小张：C1 已经截止（11 月 18 日（周三）12:30）。
【过 1 分】
里正：C1「票」2 人，…
""")


async def test_a_clock_that_jumps_asks_before_it_draws(stage: HostStage) -> None:
    await stage.play(
        OPENED
        + """
小王：/抽奖 C1
里正：小王 进来了，C1 现在 1 人。
【到 后天 20:00】
里正：C1 该开了，可是晚了 1 天才轮到。现在就开吗？…
管理员：/确认
里正：C1「电影票」1 人，…
"""
    )


async def test_a_thousand_entrants(stage: HostStage) -> None:
    player = await stage.play(OPENED)
    draw, ctx = await Draw.get(), context(stage, player, "events")
    people = range(70_000_000, 70_001_000)
    rows = [
        Ticket(draw_id=draw.id, group_id=draw.group_id, user_id=one, at=ctx.now, word="好") for one in people
    ]
    await Ticket.bulk_create(rows)
    await Draw.filter(id=draw.id).update(winners=30)
    await player.play("""
管理员：/抽奖 开 C1
里正：C1「电影票」1000 人，…等 30 人
  种子 …
  怎么验：/抽奖 验证 C1
""")
    draw = await Draw.get()
    assert draw.digest == rules.list_digest(people)
    assert len(verifier.check(await draws.proof_of(draw))) == 3
