"""Acting on people and messages: what each verb is in QQ, how it is recorded, and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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

Payload = Mapping[str, Any] | None


class Verbs(Speaking):
    """The part of a context that acts; `confirmed` when a person has just agreed to what it does."""

    confirmed: bool = False

    async def perform(self, act: Act) -> Outcome:
        """Do one act, or say why not; see `acts.perform`."""
        return await self.host.perform(self, act)

    async def _perform(self, act: Act, key: str, then: str, payload: Payload) -> Outcome:
        return await self.perform(replace(act, key=key, then=self._then(then, payload)))

    @property
    def now(self) -> datetime:
        """This moment, in the host's zone. It may stand in queries: the database keeps every time in UTC."""
        return self.host.now()

    def local(self, at: datetime) -> datetime:
        """The same moment in the host's zone, for people: what the database gives back is in UTC."""
        return at.astimezone(self.host.zone)

    async def kick(
        self,
        target: int,
        reason: str,
        *,
        rule: str = "",
        for_good: bool = False,
        key: str = "",
        then: str = "",
        payload: Payload = None,
    ) -> Outcome:
        """Remove a member; `for_good` also refuses later requests. There is no way back, so nothing undoes it.

        Beyond five in ten minutes that nobody confirmed it becomes a preview (NOT_DONE meanwhile): what kicks so much
        may be a mistake, and QQ freezes accounts for it.
        """
        params = {"group_id": self.group.id, "user_id": target, "reject_add_request": for_good}
        act = Act("kick", "移出本群", "set_group_kick", params, target, reason, rule)
        return await self._perform(act, key, then, payload)

    async def mute(
        self,
        target: int,
        span: timedelta,
        reason: str,
        *,
        rule: str = "",
        shorten: bool = False,
        undo: dict[str, Any] | None = None,
        key: str = "",
        then: str = "",
        payload: Payload = None,
    ) -> Outcome:
        """Mute a member for up to 30 days, rounded to seconds. A mute that ends later stays as it is (NOT_DONE).

        With `shorten` this one replaces it. `undo` is what `/撤销` does instead of lifting it.
        """
        params = {"group_id": self.group.id, "user_id": target, "duration": int(span.total_seconds())}
        label = f"禁言 {say_duration(span)}"
        undo = undo or {"name": "unmute", "target": target}
        lasts = None if shorten else span
        act = Act("mute", label, "set_group_ban", params, target, reason, rule, undo=undo, lasts=lasts)
        return await self._perform(act, key, then, payload)

    async def unmute(
        self,
        target: int,
        reason: str,
        *,
        rule: str = "",
        key: str = "",
        then: str = "",
        payload: Payload = None,
    ) -> Outcome:
        params = {"group_id": self.group.id, "user_id": target, "duration": 0}
        act = Act("unmute", "解除禁言", "set_group_ban", params, target, reason, rule)
        return await self._perform(act, key, then, payload)

    async def recall(
        self,
        message_id: int,
        author_id: int,
        reason: str,
        *,
        rule: str = "",
        again: bool = False,
        key: str = "",
        then: str = "",
        payload: Payload = None,
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
        return await self._perform(act, key, then, payload)

    async def rename(
        self,
        target: int,
        card: str,
        reason: str,
        *,
        rule: str = "",
        own: bool = False,
        key: str = "",
        then: str = "",
        payload: Payload = None,
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
        outcome = await self._perform(act, key, then, payload)
        if outcome.state is State.DONE and (known := self.host.roster.seen(self.group.id, target)):
            known.card = card
        elif outcome.state is State.UNKNOWN:
            self.host.roster.forget(self.group.id, target)
        return outcome

    async def let_in(
        self,
        target: int,
        flag: str,
        reason: str = "",
        *,
        rule: str = "",
        key: str = "",
        then: str = "",
        payload: Payload = None,
    ) -> Outcome:
        """Agree to a request to join, by its flag. At most one in three seconds goes out, and twenty in ten minutes.

        DONE means that QQ took the answer. Whether the person is in then is another matter: QQ holds some back.
        """
        act = self._answer(target, flag, reason, rule, "", approve=True)
        return await self._perform(act, key, then, payload)

    async def turn_away(
        self,
        target: int,
        flag: str,
        reason: str = "",
        *,
        words: str = "",
        rule: str = "",
        key: str = "",
        then: str = "",
        payload: Payload = None,
    ) -> Outcome:
        """Refuse a request to join, by its flag; the person reads `words`, `reason` goes into the record alone."""
        act = self._answer(target, flag, reason, rule, words, approve=False)
        return await self._perform(act, key, then, payload)

    def _answer(self, target: int, flag: str, reason: str, rule: str, words: str, *, approve: bool) -> Act:
        kind, label = ("let_in", "同意进群") if approve else ("turn_away", "拒绝进群")
        params = {"flag": flag, "sub_type": "add", "approve": approve, "reason": words}
        return Act(kind, label, "set_group_add_request", params, target, reason, rule, outside=True)

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
        key: str = "",
    ) -> Record:
        """Record a change that is not an act in QQ: a switch, a setting, a case. `undo` names one of the feature's undos.

        With a `key` the same cause run again gets the record it has written before.
        """
        source = self.next_source(key) if key else self.scope
        if key and (earlier := await audit.of_source(source)):
            return earlier
        return await audit.write(
            self.group.id,
            self.now,
            self.feature.id,
            kind,
            actor_id=self.actor_id,
            target_id=target,
            params=dict(params or {}),
            reason=reason,
            undo=undo,
            source=source,
        )

    async def record_of(self, key: str) -> Record | None:
        """The record that this cause has left under a key, None while it has not."""
        return await audit.of_source(self.next_source(key))
