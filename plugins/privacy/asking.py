"""`/我的数据` and `/删除我的数据`: always about whoever asks, in the group where it is asked."""

from __future__ import annotations

from typing import Any

from lizheng import Context, Declined, GroupContext, Keep, Mention, Pending, State, atomic
from lizheng.parts.administration import Administration, Share, forget, shares
from plugins.privacy import rules, texts

FORGET = "forget"
PAUSE = 60


def _keeps(ctx: GroupContext) -> list[Keep]:
    """What every loaded feature keeps, whether it is on here or not."""
    return Administration(ctx).keeps()


async def _held(ctx: GroupContext) -> list[Share]:
    return await shares(_keeps(ctx), ctx.group.id, ctx.author_id, ctx.now)


async def show_own(ctx: Context) -> None:
    held = await _held(ctx)
    if ctx.channel != "private":
        # A group, and who reads its messages later, is not even told that there is something.
        held = [share for share in held if not share.keep.aside]
    if not held:
        raise Declined(texts.NOTHING)
    if not ctx.now_and_then(str(ctx.author_id), PAUSE):
        raise Declined(texts.SOON)
    kinds = rules.say_kinds([(share.keep.what, share.rows) for share in held])
    if ctx.channel == "private":
        await ctx.say(texts.ALONE)
    else:
        await ctx.say(texts.HELD, kinds=kinds)
    await _send(ctx, await _export(ctx, held))


async def _export(ctx: Context, held: list[Share]) -> str:
    kinds: dict[str, Any] = {}
    for share in held:
        keep = share.keep
        days = keep.kept_days(Administration(ctx).most_days)
        kinds[keep.what] = {
            "留多久": f"{days} 天" if days else keep.until,
            "删除": _says_going(share),
            "内容": await keep.export(ctx.group.id, ctx.author_id),
        }
    head = {"群": ctx.group.id, "QQ": ctx.author_id, "时间": ctx.now}
    return rules.document(head, kinds, ctx.zone)


def _says_going(share: Share) -> str:
    if share.going == share.rows and not share.keep.stays:
        return "可以删"
    return f"可以处理 {share.going} 条；{share.keep.stays}" if share.going else f"留下：{share.keep.stays}"


async def _send(ctx: Context, text: str) -> None:
    """In private, as one message that opens on a tap; the group learns when that is not possible."""
    source = ctx.source and f"{ctx.source}/private"
    private = ctx.under(source, author_id=ctx.author_id, priority=ctx.priority)
    private.answers_to = ctx.author_id
    pieces, complete = rules.pages(text)
    said = [
        (texts.PAGE.format(nth=nth, count=len(pieces)), [{"type": "text", "data": {"text": piece}}])
        for nth, piece in enumerate(pieces, 1)
    ]
    if not complete:
        said.append(("", [{"type": "text", "data": {"text": texts.TOO_LONG}}]))
    outcome = await (await private.forward(said)).outcome()
    if outcome.state is State.NOT_DONE and len(pieces) == 1:
        outcome = await (await private.say("{text}", text=pieces[0])).outcome()
    if outcome.state is State.NOT_DONE and ctx.channel != "private":
        await ctx.say(texts.NOT_SENT, who=Mention(ctx.author_id))


async def forget_own(ctx: Context) -> None:
    held = await _held(ctx)
    if not held:
        raise Declined(texts.NOTHING)
    staying = rules.say_staying(
        [(s.keep.what, s.rows - s.going, s.keep.stays) for s in held if s.rows > s.going and not s.keep.aside]
    )
    going = [(share.keep.what, share.going) for share in held if share.going and not share.keep.aside]
    if not any(share.going for share in held):
        raise Declined(texts.NOTHING_GOES.format(staying=staying))
    await ctx.preview(
        FORGET,
        texts.PREVIEW,
        payload={},
        going=rules.say_kinds(going) or texts.ASIDE,
        staying=texts.STAYING.format(staying=staying) if staying else "",
    )


async def forget_confirmed(ctx: GroupContext, pending: Pending) -> None:
    @atomic
    async def carry_out() -> None:
        count = await forget(_keeps(ctx), ctx.group.id, ctx.author_id, ctx.now)
        await ctx.note("forgotten", texts.RECORD.format(count=count), target=ctx.author_id)
        await ctx.say(texts.DELETED, count=count, rest=texts.REST)

    await carry_out()
