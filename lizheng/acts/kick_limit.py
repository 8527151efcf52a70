"""One kick too many: a preview, carried out when somebody confirms it."""

from __future__ import annotations

from lizheng.acts.decisions import feature
from lizheng.base.outcome import Outcome, State, Why
from lizheng.plugin.act import Act
from lizheng.plugin.context import GroupContext
from lizheng.store.tables import Pending
from lizheng.text import shown_name


async def ask_first(ctx: GroupContext, act: Act) -> Outcome:
    """Make an act that goes beyond its budget a preview. NOT_DONE: it happens, if at all, when somebody confirms."""
    payload = {"feature": ctx.feature.id, "target": act.target, "reason": act.reason, "rule": act.rule}
    payload["for_good"] = act.params["reject_add_request"]
    asking = ctx.on_behalf(feature, ctx.author_id, ctx.needed_role, ctx.next_source())
    await asking.preview(
        "kick",
        "10 分钟里已经移出不少人了，{who} 要不要也移出？原因：{reason}",
        payload=payload,
        who=shown_name(await ctx.names_of([act.target])),
        reason=act.reason or "无",
    )
    return Outcome(State.NOT_DONE, why=Why.ASKED.value)


async def kick_confirmed(ctx: GroupContext, pending: Pending) -> None:
    told = pending.payload
    owner = ctx.host.features.get(told["feature"], feature)
    acting = ctx.on_behalf(owner, ctx.author_id, ctx.needed_role, ctx.source)
    outcome = await acting.kick(told["target"], told["reason"], rule=told["rule"], for_good=told["for_good"])
    if outcome.state is State.NOT_DONE:
        who = shown_name(ctx.name_of(told["target"]))
        await ctx.say("没有移出 {who}：{why}。", who=who, why=outcome.why)


feature.decision("kick", kick_confirmed)
