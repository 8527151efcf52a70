"""What a reply to a notice means: 同意 and 拒绝 decide it, any words answer a question."""

from __future__ import annotations

import re

from lizheng.acts.decisions import (
    AGAIN,
    DECIDERS,
    NOTICE_SOURCE,
    decide,
    find_open,
    notice_of,
    noticed_by,
    refuse_off,
    refuse_other,
    settle,
)
from lizheng.base.roles import Role
from lizheng.grammar import Misread
from lizheng.messages.templates import compose
from lizheng.plugin.context import Context
from lizheng.plugin.feature import Decision
from lizheng.plugin.proposals import HOW_TO_ANSWER
from lizheng.registry.registry import declared
from lizheng.store.tables import Pending

YES = frozenset({"同意", "通过", "可以", "准"})
NO = frozenset({"拒绝", "驳回", "不同意"})
WITH_REASON = re.compile(r"(拒绝|驳回|不同意)[\s，,：:。]+(\S.*)", re.DOTALL)
ENDING = " 。．.！!～~…"
CONSENT = YES | frozenset(
    {
        "好",
        "好的",
        "好啊",
        "好吧",
        "行",
        "行吧",
        "嗯",
        "嗯嗯",
        "是",
        "是的",
        "对",
        "对的",
        "要",
        "可以的",
        "没问题",
    }
    | {"确认", "确定", "收到", "知道了", "ok", "yes", "okay"}
)
"""Says yes, which is no answer where words are wanted."""
SKIP = NO | frozenset(
    {
        "跳过",
        "取消",
        "不设",
        "先不设",
        "不定",
        "先不定",
        "不要",
        "先不要",
        "不用",
        "不用了",
        "不需要",
        "没有",
        "随便",
    }
    | {"都行", "都可以", "算了", "以后再说", "不改"}
)
"""Leaves a question open."""
TOLD_EVERY = 600.0


async def by_quote(ctx: Context) -> bool:
    """同意 or 拒绝 as the whole answer to a quoted notice decides it, 拒绝 with a reason after a pause too; any words do
    where it asks for words.

    Anything else, or another message quoted, is talk.
    """
    said = ctx.message.extract_plain_text().strip()
    split = WITH_REASON.fullmatch(said)
    word, reason = split.groups() if split else (said, "")
    ours = ctx.quoted is not None and ctx.quoted.user_id in {0, *ctx.host.our_accounts()}
    if ctx.quoted is None or not word or not (ours or word in YES | NO):
        return False
    asked = await noticed_by(ctx, ctx.quoted.message_id)
    if asked is None:
        return False
    if asked.decided_from == ctx.source:
        return True
    owner = declared(ctx.host, asked.feature)
    decision = owner.decisions[asked.kind] if owner else None
    if decision is not None and decision.answer is not None:
        return await _take_words(ctx, asked, decision, word, reason)
    if word not in YES | NO:
        return False
    pending = await find_open(ctx, None, ("deputy", "admin"))
    await settle(ctx, pending, "approved" if word in YES else "rejected", reason)
    return True


async def _take_words(ctx: Context, asked: Pending, decision: Decision, word: str, reason: str) -> bool:
    """Answer a question, leave it, or be told what was wrong with the answer, in a notice that may be replied to."""
    if not await _is_asked(ctx, asked):
        return False
    pending = await find_open(ctx, asked.number, ())
    await refuse_other(ctx, pending)
    plain = word.rstrip(ENDING).casefold()
    if plain in SKIP:
        await settle(ctx, pending, "rejected", reason)
        return True
    refuse_off(ctx, pending)
    assert decision.answer is not None
    try:
        if plain in CONSENT:
            raise Misread("要的是答案，不是同意。")
        await decision.answer(ctx, pending, word)
    except Misread as misread:
        await _ask_again(ctx, pending, str(misread))
        return True
    await decide(ctx, pending, "approved")
    return True


async def _ask_again(ctx: Context, pending: Pending, sentence: str) -> None:
    example = pending.payload.get("example")
    template = "{sentence}\n" + ("比如：{example}\n" if example else "") + HOW_TO_ANSWER
    said = compose(template, {"sentence": sentence, "example": example, "n": pending.number})
    source = f"{NOTICE_SOURCE}{pending.id}/{AGAIN}/{ctx.next_source()}"
    await ctx.post(said, source=source, about=notice_of(pending))


async def _is_asked(ctx: Context, pending: Pending) -> bool:
    """Whether any words are to be taken for an answer: from whoever decides while it is open; else they are talk, once
    it was told why they are none.
    """
    needed = DECIDERS.get(pending.decider, Role.MEMBER)
    decides = await ctx.confirmed_role(needed) >= needed
    is_open = pending.state == "open" and pending.expires_at > ctx.now
    if decides and is_open:
        return True
    return (decides or is_open) and ctx.now_and_then(f"asked:{pending.id}", TOLD_EVERY)
