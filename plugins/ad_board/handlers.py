"""The commands of 广告贴."""

from __future__ import annotations

from typing import Annotated, Any

from lizheng import Context, Declined, Pending, Role, State, atomic
from lizheng.grammar import Misread, Words
from lizheng.messages.templates import compose
from lizheng.parts import decisions
from lizheng.parts.command_message import clear, is_cleared
from lizheng.text import clip
from plugins.ad_board import register, rules, texts
from plugins.ad_board.models import Entry

Number = Annotated[int, "编号"]


class Content(str):
    """What a member wants on the board."""

    label = "<内容>"
    __slots__ = ()

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Content:
        if words.others():
            raise Misread(texts.TEXT_ONLY)
        return cls(rules.check_text(words.rest()))


# — showing ————————————————————————————————————————————————————————————————————————————————


async def show(ctx: Context) -> None:
    entries = await register.board(ctx)
    if not entries:
        await ctx.say(texts.EMPTY)
        return
    zone = ctx.zone
    if rules.is_long(entries):
        pages = [rules.page(entry, zone) for entry in entries]
        ticket = await ctx.forward([(name, compose("{text}", {"text": text})) for name, text in pages])
        if (await ticket.outcome()).state is not State.NOT_DONE:
            return
    # What did not go out as a whole goes out in part.
    first = entries[: rules.MOST_LINES]
    lines = rules.lines(
        first, zone, rules.MOST_CHARACTERS // rules.MOST_LINES if len(entries) > len(first) else rules.LONGEST
    )
    if left := len(entries) - len(first):
        lines += texts.BOARD_MORE.format(count=left)
    await ctx.say(texts.BOARD, count=len(entries), lines=lines)


async def show_one(ctx: Context, number: Number) -> None:
    if entry := await register.find_live(ctx, number):
        await ctx.names_of([entry.author_id])
        one = register.shown(ctx, entry)
        day = rules.say_day(one.expires_at, ctx.zone)
        await ctx.say(texts.ONE, pin=one.pin, number=number, who=one.who, day=day, text=one.text)
        return
    for pending in [one for one in await register.waiting(ctx) if one.number == number]:
        if pending.author_id == ctx.author_id or await ctx.confirmed_role(Role.DEPUTY) >= Role.DEPUTY:
            await ctx.names_of([pending.author_id])
            who = register.name(ctx, pending.author_id)
            await ctx.say(texts.WAITING, number=number, who=who, text=pending.payload["text"])
            return
    raise Declined(texts.MISSING.format(number=number))


# — submitting and deciding ————————————————————————————————————————————————————————————————


async def submit(ctx: Context, content: Content) -> None:
    if why := await register.why_not(ctx, ctx.author_id, content):
        raise Declined(why)
    await register.SUBMISSIONS.take(ctx, rules.MOST_A_DAY)
    await ctx.names_of([ctx.author_id])
    pending = await ctx.submit(
        register.DECISION,
        texts.SUBMITTED,
        payload={"text": str(content), "message_id": ctx.message_id, register.CLEARED: is_cleared(ctx)},
        who=register.name(ctx, ctx.author_id),
        text=clip(content, rules.NOTICE_LENGTH),
        aside=texts.ASIDE if is_cleared(ctx) else "",
    )
    await clear(ctx, texts.RECALL_REASON)
    if ctx.answers_to:
        await ctx.say(texts.SUBMITTED_ASIDE, number=pending.number)


async def approve(ctx: Context, number: Number | None = None) -> None:
    await decisions.approve(ctx, await _meant(ctx, number))


async def reject(ctx: Context, number: Number | None = None, reason: Annotated[str, "理由"] = "") -> None:
    await decisions.reject(ctx, await _meant(ctx, number), reason)


async def _meant(ctx: Context, number: int | None) -> int:
    """The submission that is named, quoted, or the only one; closed ones too, which are refused later."""
    if number is None and ctx.quoted is None:
        numbers = [pending.number for pending in await register.waiting(ctx)]
    else:
        own = Pending.filter(group_id=ctx.group.id, feature=ctx.feature.id, kind=register.DECISION)
        named = await own.get_or_none(number=number) if number else await ctx.quoted_pending()
        numbers = [named.number] if named and named.kind == register.DECISION else []
    if not numbers:
        raise Declined(texts.NOT_WAITING.format(number=number) if number else texts.NONE_WAITING)
    if len(numbers) > 1:
        raise Declined(texts.SEVERAL.format(numbers="、".join(map(str, sorted(numbers)))))
    return numbers[0]


# — what is on the board ———————————————————————————————————————————————————————————————————


async def take_down(ctx: Context, number: Number) -> None:
    entry = await register.find_live(ctx, number)
    if entry is None:
        await _withdraw(ctx, number)
        return
    if entry.author_id != ctx.author_id and await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        raise Declined(texts.NOT_YOURS.format(number=number))
    record = await _change(ctx, entry, f"下架 {number} 号广告", down_at=ctx.now)
    await ctx.say(texts.DOWN, number=number, record=record)


async def _withdraw(ctx: Context, number: int) -> None:
    """The author takes back what nobody has decided yet."""
    if number not in {one.number for one in await register.waiting(ctx, ctx.author_id)}:
        raise Declined(texts.MISSING.format(number=number))
    await ctx.withdraw(number)


async def pin(ctx: Context, number: Number) -> None:
    entry = await register.find_live(ctx, number)
    if entry is None:
        raise Declined(texts.MISSING.format(number=number))
    if entry.pinned_at:
        await _change(ctx, entry, f"{number} 号广告不再置顶", pinned_at=None)
        await ctx.say(texts.UNPINNED, number=number)
    else:
        await _change(ctx, entry, f"置顶 {number} 号广告", pinned_at=ctx.now)
        await ctx.say(texts.PINNED, number=number)


@atomic
async def _change(ctx: Context, entry: Entry, what: str, **values: Any) -> int:
    """Change an entry and record how it was; the record's number."""
    undo = {"name": register.UNDO, "before": register.before([entry])}
    await Entry.filter(id=entry.id).update(**values)
    return (await ctx.note("entry", what, target=entry.author_id, undo=undo)).number


@atomic
async def undo_change(ctx: Context, undo: dict[str, Any]) -> None:
    now = ctx.now
    for state in undo["before"]:
        await Entry.filter(group_id=ctx.group.id, number=state["number"]).update(
            down_at=None if state["live"] else now, pinned_at=now if state["pinned"] else None
        )
