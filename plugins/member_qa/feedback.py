"""有用 and 没用 under an answer: what they do to its standing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tortoise.expressions import F

from lizheng.context import is_anonymous
from lizheng.speech import plain
from lizheng.store import atomic
from plugins.member_qa import rules, texts
from plugins.member_qa.library import label
from plugins.member_qa.models import Entry, Vote

if TYPE_CHECKING:
    from lizheng.context import Context
    from plugins.member_qa.library import Library

VALUES = {"有用": 1, "没用": -1, "没有用": -1}
_NUMBER = re.compile(
    r"—— 问答 (?:(?P<shelf>\S{1,32})-)?(?P<number>\d{1,18}) 号，引用回「有用」或「没用」\s*$"
)


async def hear(ctx: Context, text: str, library: Library) -> bool:
    """Take a quoting message for an opinion when it is one about an answer of ours; True when it was."""
    value = VALUES.get(text.rstrip("。！!~～ "))
    entry = await quoted_entry(ctx) if value else None
    if value is None or entry is None or is_anonymous(ctx.event):
        return False
    before = (entry.useful, entry.useless)
    if not await _vote(ctx, entry, value):
        return True
    await entry.refresh_from_db(fields=["useful", "useless"])
    if rules.is_bad(entry.useful, entry.useless) and not rules.is_bad(*before):
        await ctx.say(texts.BAD, number=label(entry), count=entry.useless)
    else:
        await ctx.say(texts.THANKS)
    return True


async def quoted_entry(ctx: Context) -> Entry | None:
    """The entry whose answer, as we said it, is quoted."""
    if ctx.quoted is None or ctx.quoted.user_id not in ctx.host.accounts():
        return None
    said = _NUMBER.search(plain(ctx.quoted.segments))
    if not said:
        return None
    shelf = said["shelf"] or ""
    owner = 0 if shelf else ctx.group.id
    return await Entry.get_or_none(group_id=owner, shelf=shelf, number=int(said["number"]), forgotten=False)


@atomic
async def _vote(ctx: Context, entry: Entry, value: int) -> bool:
    """Count it; False when this member has said the same before."""
    now = ctx.host.clock.now()
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
