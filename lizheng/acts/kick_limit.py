"""One kick too many: a preview, carried out when somebody confirms it."""

from __future__ import annotations

from typing import Any

from lizheng.acts.decisions import feature
from lizheng.base.outcome import Outcome, State, Why
from lizheng.delivery.outbox import Then
from lizheng.plugin.act import Act
from lizheng.plugin.context import GroupContext
from lizheng.plugin.identity import FeatureInfo
from lizheng.store import atomic
from lizheng.store.tables import Pending, Slot
from lizheng.text import shown_name

UNASKED = "unconfirmed"


async def ask_first(ctx: GroupContext, act: Act) -> Outcome:
    """Make an act that goes beyond its budget a preview. NOT_DONE: it happens, if at all, when somebody confirms."""
    payload = {"feature": ctx.feature.id, "target": act.target, "reason": act.reason, "rule": act.rule}
    payload["for_good"] = act.params["reject_add_request"]
    if act.then is not None:
        payload["then"] = {"name": act.then.name, "payload": dict(act.then.payload)}
    asking = ctx.on_behalf(feature, ctx.author_id, ctx.needed_role, ctx.next_source(act.key))
    pending = await asking.preview(
        "kick",
        "10 分钟里已经移出不少人了，{who} 要不要也移出？原因：{reason}",
        payload=payload,
        who=shown_name(await ctx.names_of([act.target])),
        reason=act.reason or "无",
    )
    if act.then is not None:
        await asking.plan(UNASKED, pending.expires_at, key=str(pending.id), payload={"id": pending.id})
    return Outcome(State.NOT_DONE, why=Why.ASKED.value)


async def kick_confirmed(ctx: GroupContext, pending: Pending) -> None:
    told = pending.payload
    owner = ctx.host.features.get(told["feature"], feature)
    acting = ctx.on_behalf(owner, ctx.author_id, ctx.needed_role, ctx.source)
    outcome = await acting.kick(
        told["target"], told["reason"], rule=told["rule"], for_good=told["for_good"], **_then(owner, told)
    )
    if outcome.state is State.NOT_DONE:
        who = shown_name(ctx.name_of(told["target"]))
        await ctx.say("没有移出 {who}：{why}。", who=who, why=outcome.why)


def _then(owner: FeatureInfo, told: dict[str, Any]) -> dict[str, Any]:
    """Who is told how it ended, by the names of `kick`; nobody when the feature does not declare it any more."""
    then = told.get("then")
    if then is None or then["name"] not in owner.completion_names:
        return {}
    return {"then": then["name"], "payload": then["payload"]}


@atomic
async def tell_unconfirmed(ctx: GroupContext, slot: Slot) -> None:
    """The slot at the end of the time to confirm: a kick that nobody agreed to is not done, and that is told once."""
    pending = await Pending.get_or_none(id=slot.payload["id"])
    if pending is None or pending.state == "approved" or "then" not in pending.payload:
        return
    told = {**pending.payload}
    then = told.pop("then")
    await Pending.filter(id=pending.id).update(payload=told)
    named = Then(told["feature"], then["name"], then["payload"])
    await ctx.host.outbox.end_at_once(None, ctx.group.id, named, Outcome(State.NOT_DONE, why=Why.ASKED.value))


feature.decision("kick", kick_confirmed)
feature.job(UNASKED, tell_unconfirmed)
