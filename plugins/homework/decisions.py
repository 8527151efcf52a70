"""What people decide: judging after all, leaves said too late, pieces that were taken away; overrides and their way back."""

from __future__ import annotations

from typing import Any

from lizheng import CannotUndo, Context, Declined, GroupContext, Pending, atomic
from lizheng.ledger import orders
from lizheng.ledger.tables import Order
from plugins.homework import cycles, texts
from plugins.homework.models import Cycle, Leave, Participant, Piece, Result, Season
from plugins.homework.pieces import owing_result
from plugins.homework.rules import Outcome

LATE_LEAVE, GONE_PIECE, END = "leave", "piece", "end"
OVERRIDE, ROSTER = "override", "roster"


# — judging ————————————————————————————————————————————————————————————————————————————————


async def judge_after_all(ctx: GroupContext, pending: Pending) -> None:
    await cycles.judge(ctx, await Cycle.get(id=pending.payload["cycle"]))


async def spare(ctx: GroupContext, pending: Pending) -> None:
    """An admin said no, or nobody said anything: then nobody is harmed."""
    await cycles.judge(ctx, await Cycle.get(id=pending.payload["cycle"]), spare=True)


async def put_out(ctx: GroupContext, pending: Pending) -> None:
    for person in pending.payload["people"]:
        await ctx.kick(person, texts.SECTION, key=f"kick/{person}")


async def end(ctx: GroupContext, pending: Pending) -> None:
    season = await Season.get(id=pending.payload["season"])
    await ctx.names_of(await cycles.kept_by_all(season))
    await cycles.end(ctx, season)


# — leaves and pieces ——————————————————————————————————————————————————————————————————————


@atomic
async def leave_agreed(ctx: GroupContext, pending: Pending) -> None:
    season, cycle = (
        await Season.get(id=pending.payload["season"]),
        await Cycle.get(id=pending.payload["cycle"]),
    )
    user = pending.author_id
    values = {"group_id": ctx.group.id, "reason": pending.payload["reason"], "at": ctx.now}
    await Leave.get_or_create(values, season_id=season.id, cycle=cycle.number, user_id=user)
    if (result := await owing_result(season, cycle, user)) is not None:
        await _change(result, Outcome.EXCUSED, texts.AFTERWARDS_OK, 0)
    await ctx.say(texts.AFTERWARDS_OK, n=cycle.number, name=ctx.who(user))


async def leave_refused(ctx: GroupContext, pending: Pending) -> None:
    cycle = await Cycle.get(id=pending.payload["cycle"])
    name = ctx.who(pending.author_id)
    await ctx.say(texts.AFTERWARDS_NO, n=cycle.number, name=name, reason=pending.reason)


async def piece_stands(ctx: GroupContext, pending: Pending) -> None:
    piece = await Piece.get_or_none(id=pending.payload["piece"])
    if piece is None or not await Piece.filter(id=piece.id, state="waiting").update(state="recalled"):
        return
    cycle = await Cycle.get(id=piece.cycle_id)
    await ctx.say(texts.STILL_COUNTS, n=cycle.number, name=ctx.who(piece.user_id))


async def piece_falls(ctx: GroupContext, pending: Pending) -> None:
    piece = await Piece.get_or_none(id=pending.payload["piece"])
    if piece is None or not await Piece.filter(id=piece.id, state="waiting").delete():
        return
    cycle = await Cycle.get(id=piece.cycle_id)
    await ctx.say(texts.COUNTS_NOT, n=cycle.number, name=ctx.who(piece.user_id))


# — overrides ——————————————————————————————————————————————————————————————————————————————


async def _change(result: Result, outcome: Outcome, reason: str, by: int) -> tuple[str, str]:
    """Give a result another end and waive its fine; what to tell about one that was paid, and the fine's state before."""
    changed = Result.filter(id=result.id, outcome=result.outcome)
    if not await changed.update(outcome=outcome.value, unpaid=False):
        raise Declined("刚刚已有人处理了。")
    if not result.order:
        return "", ""
    order = await Order.get(group_id=result.group_id, number=result.order)
    if order.state in orders.PAYABLE and not order.paid:
        return "", await orders.waive(order, reason, by=by)
    return (texts.PAID_ALREADY.format(number=order.number) if order.paid else ""), ""


@atomic
async def override(
    ctx: Context, user_id: int, number: int, outcome: Outcome, reason: str, template: str
) -> None:
    """`免罚` and `补交`. Raises `Declined` for one's own, and for who owes nothing for that cycle."""
    if user_id == ctx.author_id:
        raise Declined(texts.OWN_CASE)
    season = await cycles.season_of(ctx)
    cycle = await cycles.cycle_of(season, number)
    result = await owing_result(season, cycle, user_id)
    if result is None:
        raise Declined(texts.NOT_JUDGED.format(n=number))
    paid, before = await _change(result, outcome, reason, ctx.author_id)
    undo = {
        "name": OVERRIDE,
        "result": result.id,
        "was": result.outcome,
        "order": result.order,
        "state": before,
    }
    label = f"作业第 {number} 期改为{outcome.value}"
    record = await ctx.note("homework", label, target=user_id, undo=undo)
    await ctx.say(template, n=number, name=ctx.who(user_id), reason=reason, paid=paid, record=record.number)


@atomic
async def undo_override(ctx: Context, undo: dict[str, Any]) -> None:
    changed = Result.filter(id=undo["result"]).exclude(outcome=undo["was"])
    if not await changed.update(outcome=undo["was"]):
        raise CannotUndo("已经不是那样了")
    if undo["state"]:
        order = await Order.get(group_id=ctx.group.id, number=undo["order"])
        await orders.unwaive(order.id, undo["state"])


@atomic
async def take_off(ctx: Context, user_id: int) -> None:
    season = await cycles.season_of(ctx)
    if not await cycles.withdraw(ctx, season, user_id, "removed"):
        raise Declined(texts.NOT_ON_ROSTER.format(name=ctx.who(user_id)))
    undo = {"name": ROSTER, "season": season.id, "user": user_id}
    record = await ctx.note("homework", "移出作业名单", target=user_id, undo=undo)
    await ctx.say(texts.TAKEN_OFF, name=ctx.who(user_id), record=record.number)


async def bring_back(ctx: GroupContext, season_id: int, user_id: int) -> bool:
    """Have somebody on the roster again; False when they are not off it."""
    off = Participant.filter(season_id=season_id, user_id=user_id).exclude(state="in")
    return bool(await off.update(state="in", left_at=None))


async def undo_take_off(ctx: Context, undo: dict[str, Any]) -> None:
    if not await bring_back(ctx, undo["season"], undo["user"]):
        raise CannotUndo("他已经在名单上了")
