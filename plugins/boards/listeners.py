"""What 信息板 hears: answers to calls for help, postings in the chat, files that were asked for, who comes and goes."""

from __future__ import annotations

from datetime import timedelta

from lizheng import Context, Declined, FileShared, GroupContext, MemberJoined, MemberLeft
from lizheng.parts.quota import Quota
from plugins.boards import commands, decisions, items, kinds, library, rules, texts
from plugins.boards.models import Item, Used
from plugins.boards.rules import LIBRARY, NEED
from plugins.boards.settings import Settings

HINTS = Quota(Used, "hint", timedelta(days=1))


async def look(ctx: Context) -> bool:
    if ctx.quoted is not None:
        await _answer(ctx)
    elif ctx.command is None and ctx.settings(Settings).hint:
        await _hint(ctx)
    return False


async def _answer(ctx: Context) -> None:
    """Somebody answers a call for help: by quoting its author's message or what we said of it."""
    assert ctx.quoted is not None
    calls = items.live(ctx, NEED)
    about = await ctx.quoted_about(decisions.ITEM)
    own = calls.filter(number=about[1]) if about else calls.filter(message_id=ctx.quoted.message_id)
    item = await own.first()
    if item is None or item.author_id == ctx.author_id:
        return
    await Item.filter(id=item.id, answered_at=None).update(answered_at=ctx.now)
    await ctx.call_joined(f"X{item.number}", ctx.author_id)


async def _hint(ctx: Context) -> None:
    """Tell once a day where a posting stays."""
    name = rules.looks_like(ctx.message.extract_plain_text())
    if not name:
        return
    kind = (await kinds.all_of(ctx))[name]
    if not kind.on:
        return
    try:
        await HINTS.take(ctx, 1, 0)
    except Declined:
        return
    await ctx.say(texts.HINT, place=kind.place, days=kind.days)


async def shared(ctx: GroupContext, happened: FileShared) -> None:
    """A file that 资料 waits for."""
    waited = library.AWAITED.of(ctx).take(ctx, happened.user_id)
    if waited is None:
        return
    title, why = waited
    author = ctx.under(ctx.source, author_id=happened.user_id)
    data = {"name": happened.name, "file_id": happened.file_id, "size": happened.size}
    try:
        kind = await kinds.open_kind(ctx, LIBRARY)
        parts = library.with_file(rules.read_parts(title, kind), data)
        await commands.post(author, kind, title, parts, why)
    except Declined as refusal:
        await ctx.say(texts.SENTENCE, sentence=str(refusal))


async def left(ctx: GroupContext, happened: MemberLeft) -> None:
    """Whose author was removed goes at once; others are hidden a day later, unless they are back."""
    own = Item.filter(group_id=ctx.group.id, author_id=happened.user_id, state__in=("up", "waiting"))
    if happened.kicked:
        await own.update(state="down", outcome=texts.REMOVED, until=ctx.now, asks_at=None)
    else:
        await own.filter(left_at=None).update(left_at=ctx.now)


async def joined(ctx: GroupContext, happened: MemberJoined) -> None:
    """Somebody is back: what is a week old at most is there again."""
    own = Item.filter(group_id=ctx.group.id, author_id=happened.user_id, left_at__not_isnull=True)
    await own.filter(left_at__gt=ctx.now - items.RESTORED_WITHIN).update(left_at=None)
    await own.filter(state="up").update(state="down", outcome=texts.LEFT, until=ctx.now, asks_at=None)
    await items.LIFE.watch(ctx)
