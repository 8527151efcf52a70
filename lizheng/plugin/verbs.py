"""Acting on people and messages: what each verb is in QQ, how it is recorded, and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from nonebot.adapters.onebot.v11 import NetworkError

from lizheng.base.outcome import Outcome, State
from lizheng.grammar import say_duration
from lizheng.groups.members import MemberInfo
from lizheng.plugin.act import Act
from lizheng.plugin.speaking import Speaking
from lizheng.store import audit
from lizheng.store.tables import Record


class Verbs(Speaking):
    """The part of a context that acts; `confirmed` when a person has just agreed to what it does."""

    confirmed: bool = False

    async def perform(self, act: Act) -> Outcome:
        """Do one act, or say why not; see `acts.perform`."""
        return await self.host.perform(self, act)

    @property
    def now(self) -> datetime:
        """This moment, in the host's zone. It may stand in queries: the database keeps every time in UTC."""
        return self.host.now()

    def local(self, at: datetime) -> datetime:
        """The same moment in the host's zone, for people: what the database gives back is in UTC."""
        return at.astimezone(self.host.zone)

    async def kick(self, target: int, reason: str, *, rule: str = "", for_good: bool = False) -> Outcome:
        """Remove a member; `for_good` also refuses later requests. There is no way back, so nothing undoes it.

        Beyond five in ten minutes that nobody confirmed it becomes a preview (NOT_DONE meanwhile): what kicks so much
        may be a mistake, and QQ freezes accounts for it.
        """
        params = {"group_id": self.group.id, "user_id": target, "reject_add_request": for_good}
        act = Act("kick", "移出本群", "set_group_kick", params, target, reason, rule)
        return await self.perform(act)

    async def mute(
        self,
        target: int,
        span: timedelta,
        reason: str,
        *,
        rule: str = "",
        shorten: bool = False,
        undo: dict[str, Any] | None = None,
    ) -> Outcome:
        """Mute a member for up to 30 days, rounded to seconds. A mute that ends later stays as it is (NOT_DONE).

        With `shorten` this one replaces it. `undo` is what `/撤销` does instead of lifting it.
        """
        params = {"group_id": self.group.id, "user_id": target, "duration": int(span.total_seconds())}
        label = f"禁言 {say_duration(span)}"
        undo = undo or {"name": "unmute", "target": target}
        lasts = None if shorten else span
        return await self.perform(
            Act("mute", label, "set_group_ban", params, target, reason, rule, undo=undo, lasts=lasts)
        )

    async def unmute(self, target: int, reason: str, *, rule: str = "") -> Outcome:
        params = {"group_id": self.group.id, "user_id": target, "duration": 0}
        return await self.perform(Act("unmute", "解除禁言", "set_group_ban", params, target, reason, rule))

    async def recall(
        self, message_id: int, author_id: int, reason: str, *, rule: str = "", again: bool = False
    ) -> Outcome:
        """Take back a member's message. The author may have left meanwhile.

        With `again` an author who cannot be looked up just now is no end: the caller tries the same once more.
        """
        params = {"message_id": message_id}
        act = Act(
            "recall",
            "撤回消息",
            "delete_msg",
            params,
            author_id,
            reason,
            rule,
            may_be_gone=True,
            again=again,
        )
        return await self.perform(act)

    async def rename(
        self, target: int, card: str, reason: str, *, rule: str = "", own: bool = False
    ) -> Outcome:
        """Set a member's card ("" takes it away). `own` when the member asked for it."""
        before = await self._member_now(target)
        params = {"group_id": self.group.id, "user_id": target, "card": card}
        undo = {"name": "rename", "target": target, "card": before.card if before else "", "own": own}
        act = Act(
            "rename",
            f"改名片为「{card}」",
            "set_group_card",
            params,
            target,
            reason,
            rule,
            own=own,
            undo=undo,
        )
        outcome = await self.perform(act)
        if outcome.state is State.DONE and (known := self.host.roster.seen(self.group.id, target)):
            known.card = card
        elif outcome.state is State.UNKNOWN:
            self.host.roster.forget(self.group.id, target)
        return outcome

    async def _member_now(self, target: int) -> MemberInfo | None:
        """As the endpoint knows them, or as last seen while it does not answer."""
        try:
            return await self.host.roster.member(self.group.id, target, fresh=True)
        except NetworkError:
            return self.host.roster.seen(self.group.id, target)

    async def note(
        self,
        kind: str,
        reason: str,
        *,
        target: int = 0,
        params: Mapping[str, Any] | None = None,
        undo: dict[str, Any] | None = None,
    ) -> Record:
        """Record a change that is not an act in QQ: a switch, a setting, a case. `undo` names one of the feature's undos."""
        return await audit.write(
            self.group.id,
            self.now,
            self.feature.id,
            kind,
            actor_id=self.author_id,
            target_id=target,
            params=dict(params or {}),
            reason=reason,
            undo=undo,
            source=self.source,
        )
