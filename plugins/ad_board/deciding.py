"""What follows when a submission is decided."""

from __future__ import annotations

from lizheng import GroupContext, Pending, atomic
from lizheng.messages.templates import Mention
from lizheng.parts.command_message import clear_later
from plugins.ad_board import register, rules, texts
from plugins.ad_board.models import Entry
from plugins.ad_board.settings import Settings


@atomic
async def approved(ctx: GroupContext, pending: Pending) -> None:
    """Put it on the board, in place of the author's oldest when there are too many; once, however often this runs."""
    if await Entry.filter(group_id=ctx.group.id, number=pending.number).exists():
        return
    chosen, now = ctx.settings(Settings), ctx.now
    own = [entry for entry in await register.live(ctx) if entry.author_id == pending.author_id]
    gone = rules.to_replace([entry.number for entry in own], chosen.per_member)
    replaced = [entry for entry in own if entry.number in gone]
    undo = [{"number": pending.number, "live": False, "pinned": False}, *register.before(replaced)]
    await Entry.filter(id__in=[0, *(entry.id for entry in replaced)]).update(down_at=now)
    entry = await Entry.create(
        group_id=ctx.group.id,
        number=pending.number,
        author_id=pending.author_id,
        text=pending.payload["text"],
        approved_by=ctx.author_id,
        approved_at=now,
        expires_at=now + chosen.lifetime,
    )
    record = await ctx.note(
        "entry",
        f"{pending.number} 号上广告贴",
        target=pending.author_id,
        undo={"name": register.UNDO, "before": undo},
    )
    await ctx.say(
        texts.PUBLISHED,
        who=Mention(pending.author_id),
        number=pending.number,
        day=rules.say_day(entry.expires_at, ctx.zone),
        replaced=texts.REPLACED.format(numbers="、".join(map(str, gone))) if gone else "",
        record=record.number,
    )


async def rejected(ctx: GroupContext, pending: Pending) -> None:
    """Nothing of it stays in the group either."""
    if register.CLEARED not in pending.payload and pending.payload.get("message_id"):
        await clear_later(ctx, pending.payload["message_id"], pending.author_id, texts.RECALL_REASON)
    if pending.state == "cancelled":
        await ctx.say(texts.WITHDRAWN, number=pending.number)
        return
    reason = f"：{pending.reason}" if pending.reason else ""
    await ctx.say(
        texts.REJECTED, who=Mention(pending.author_id), number=pending.number, reason=reason.rstrip("。")
    )
