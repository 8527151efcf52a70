"""有用 and 没用 under an answer: what they do to its standing, and when the deputies are asked about it."""

from __future__ import annotations

import re
from typing import Any

from tortoise.expressions import F

from lizheng import CannotUndo, Context, Declined, GroupContext, Pending, Record, Role, atomic, is_anonymous
from lizheng.messages.templates import plain
from lizheng.text import clip, fold
from plugins.member_qa import rules, texts
from plugins.member_qa.library import label
from plugins.member_qa.models import Entry, Vote

DOUBT, UNDO = "doubt", "verdict"
VALUES = {"有用": 1, "没用": -1, "没有用": -1}
ENTRY = "entry"
# For answers of releases until 0.1, which did not say what they are about; of no use 60 days after the upgrade.
_NUMBER = re.compile(
    r"—— 问答 (?:(?P<shelf>\S{1,32})-)?(?P<number>\d{1,18}) 号，引用回「有用」或「没用」\s*$"
)


async def hear(ctx: Context, text: str) -> bool:
    """Take a quoting message for an opinion when it is one about an answer of ours; True when it was."""
    value = VALUES.get(text.rstrip("。！!~～ "))
    entry = await quoted_entry(ctx) if value else None
    if value is None or entry is None or is_anonymous(ctx.event):
        return False
    if not fold(plain(ctx.quoted.segments if ctx.quoted else ())).startswith(fold(entry.answer)):
        await ctx.say(texts.OLD_ANSWER, number=label(entry))
        return True
    was_doubted = rules.is_doubted(entry.useful, entry.useless)
    counted = await _vote(ctx, entry, value)
    await entry.refresh_from_db(fields=["useful", "useless", "verdict"])
    if not entry.shelf and entry.verdict != value and await ctx.confirmed_role() >= Role.DEPUTY:
        await _judge(ctx, entry, value, asked=False)
    elif not counted:
        return True
    elif entry.shelf and value < 0 and await ctx.confirmed_role() >= Role.ADMIN:
        await ctx.say(texts.SHARED_DOUBTED, number=label(entry), shelf=entry.shelf)
    elif not was_doubted and await _is_to_be_judged(ctx, entry):
        await _ask_deputies(ctx, entry)
    else:
        await ctx.say(texts.THANKS)
    return True


async def quoted_entry(ctx: Context) -> Entry | None:
    """The entry whose answer, as we said it, is quoted."""
    if ctx.quoted is None or ctx.quoted.user_id not in ctx.host.accounts():
        return None
    if about := await ctx.quoted_about(ENTRY):
        return await Entry.get_or_none(id=about[1], forgotten=False)
    said = _NUMBER.search(plain(ctx.quoted.segments))
    if not said:
        return None
    shelf = said["shelf"] or ""
    owner = 0 if shelf else ctx.group.id
    return await Entry.get_or_none(group_id=owner, shelf=shelf, number=int(said["number"]), forgotten=False)


@atomic
async def _vote(ctx: Context, entry: Entry, value: int) -> bool:
    """Count it; False when this member has said the same before."""
    now = ctx.now
    vote, new = await Vote.get_or_create(
        {"value": value, "at": now}, entry_id=entry.id, user_id=ctx.author_id
    )
    if not new:
        changed = await Vote.filter(id=vote.id, value=-value).update(value=value, at=now)
        if not changed:
            return False
    gained, lost = ("useful", "useless") if value > 0 else ("useless", "useful")
    await Entry.filter(id=entry.id).update(**{gained: F(gained) + 1})
    if not new:
        await Entry.filter(id=entry.id).update(**{lost: F(lost) - 1})
    return True


# — the deputies' word —————————————————————————————————————————————————————————————————————


async def _is_to_be_judged(ctx: Context, entry: Entry) -> bool:
    """Whether members doubt it and nobody has been asked about it. A shared answer is not this group's to judge."""
    if entry.shelf or entry.verdict or not rules.is_doubted(entry.useful, entry.useless):
        return False
    return all(one.payload["entry"] != entry.id for one in await ctx.waiting(DOUBT))


async def _ask_deputies(ctx: Context, entry: Entry) -> None:
    await ctx.submit(
        DOUBT,
        texts.DOUBTED,
        payload={"entry": entry.id, "version": entry.version},
        number=entry.number,
        question=clip(entry.questions[0], 30),
        count=entry.useless,
    )


async def _judge(ctx: GroupContext, entry: Entry, value: int, *, asked: bool = True) -> None:
    """Hold the answer back, or stand by it; `asked` when that is what was asked, and not an opinion by the way."""
    before = entry.verdict

    @atomic
    async def write() -> Record | None:
        if not await Entry.filter(id=entry.id, version=entry.version).update(verdict=value):
            raise Declined(texts.CHANGED_MEANWHILE.format(number=entry.number))
        if value > 0:
            return None
        undo = {"name": UNDO, "entry": entry.id, "version": entry.version, "verdict": before}
        return await ctx.note("held", f"先不主动答问答 {entry.number} 号", undo=undo)

    if record := await write():
        await ctx.say(texts.HELD, number=entry.number, record=record.number)
    elif before < 0:
        await ctx.say(texts.RESTORED, number=entry.number)
    else:
        await ctx.say(texts.STOOD_BY if asked else texts.THANKS, number=entry.number)


async def undo_verdict(ctx: Context, undo: dict[str, Any]) -> None:
    held = Entry.filter(id=undo["entry"], version=undo["version"], verdict=-1)
    if not await held.update(verdict=undo["verdict"]):
        raise CannotUndo("后来又改过了")


async def held_back(ctx: GroupContext, pending: Pending) -> None:
    await _decide(ctx, pending, -1)


async def stood_by(ctx: GroupContext, pending: Pending) -> None:
    await _decide(ctx, pending, 1)


async def _decide(ctx: GroupContext, pending: Pending, value: int) -> None:
    asked = pending.payload
    entry = await Entry.get_or_none(id=asked["entry"], version=asked["version"], forgotten=False)
    if entry is None:
        await ctx.say(texts.DOUBT_OVER)
        return
    await _judge(ctx, entry, value)
