"""What a yes or a no does, by number, by quoting, or by a reaction under the notice."""

from __future__ import annotations

from lizheng import Declined, GroupContext, Pending, Quoted, ReactionChanged, Role
from lizheng.parts import decisions
from plugins.join_review import applications, texts
from plugins.join_review.models import Application

YES, NO = frozenset({"76", "128077", "👍"}), frozenset({"77", "128078", "👎"})
"""The thumbs, as QQ numbers them: of its own faces, and of emoji."""


async def agreed(ctx: GroupContext, pending: Pending) -> None:
    row = await _meant(pending)
    await applications.decide(ctx, row, yes=True)


async def refused(ctx: GroupContext, pending: Pending) -> None:
    """Not when it was only closed because it was settled elsewhere."""
    if pending.state == "rejected":
        await applications.decide(ctx, await _meant(pending), yes=False, reason=pending.reason)


async def _meant(pending: Pending) -> Application:
    row = await Application.get_or_none(id=pending.payload["id"])
    if row is None:
        raise Declined(texts.ENDED.format(number=pending.number, state=applications.STATES["gone"]))
    return row


async def expired(ctx: GroupContext, pending: Pending) -> None:
    row = await Application.get_or_none(id=pending.payload["id"])
    if row is not None and await applications.end(ctx, row, "expired"):
        await ctx.announce(f"expired/{row.id}", texts.EXPIRED, number=row.number, who=applications.who(row))


async def reacted(ctx: GroupContext, happened: ReactionChanged) -> None:
    """A thumb of somebody who may decide, under the notice of an application; who it was must be told."""
    if not happened.added or not happened.user_id or happened.emoji not in YES | NO:
        return
    ctx.quoted = Quoted(happened.message_id)
    pending = await ctx.quoted_pending()
    if pending is None or pending.kind != applications.DECISION or pending.state != "open":
        return
    if pending.expires_at <= ctx.now or await ctx.role_of(happened.user_id) < Role.DEPUTY:
        return
    acting = ctx.under(ctx.source, author_id=happened.user_id)
    await decisions.decide(acting, pending, "approved" if happened.emoji in YES else "rejected")
