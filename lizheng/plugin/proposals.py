"""The part of a context that puts things before people: previews, decisions, questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lizheng.base.roles import Role
from lizheng.delivery.outbox import follow_ups
from lizheng.messages.templates import Segment, compose
from lizheng.plugin.known_people import KnownPeople
from lizheng.plugin.services import Decider, Proposal, Waiting
from lizheng.store.tables import Pending

HOW_TO_CONFIRM = "确认请发 /确认 {n}，放弃发 /取消 {n}（{span}内有效）。"
HOW_TO_DECIDE = "同意请发 /通过 {n}，不同意发 /拒绝 {n}（{span}内有效）。"
HOW_TO_AGREE = "同意请发 /确认 {n}，不同意发 /取消 {n}，别人不能替（{span}内有效）。"
HOW_TO_DECIDE_BY_TWO = "要两位管理员同意：各发一次 /通过 {n}；不同意发 /拒绝 {n}（{span}内有效）。"
HOW_TO_ANSWER = "长按这条选「回复」写下答案；先不定就回「跳过」（或发 /取消 {n}）。"


@dataclass(frozen=True)
class Quoted:
    """The message somebody replied to.

    When it could not be read, `segments` is empty and `user_id` whom the client named as its author by an @, else 0.
    """

    message_id: int
    user_id: int = 0
    segments: tuple[Segment, ...] = ()


class Proposals(KnownPeople):
    """What waits for somebody's word, from putting it up to taking it back."""

    quoted: Quoted | None = None

    async def preview(
        self, decision: str, template: str, /, *, payload: Mapping[str, Any], key: str = "", **values: Any
    ) -> Pending:
        """Show what would happen under a short number; `/确认` by the same person within 5 minutes does it.

        Made by a rule (no author), any admin confirms, for 24 hours.
        """
        decider: Decider = "author" if self.author_id else "admin"
        span = timedelta(minutes=5) if self.author_id else timedelta(hours=24)
        text = compose(template, values)
        proposal = Proposal(decision, text, payload, decider, span, HOW_TO_CONFIRM, key=key)
        return await self.host.propose(self, proposal)

    async def submit(
        self,
        decision: str,
        template: str,
        /,
        *,
        payload: Mapping[str, Any],
        span: timedelta = timedelta(days=7),
        by: Role = Role.DEPUTY,
        people: Collection[int] = (),
        two: bool = False,
        muted_too: bool = False,
        numbered: bool = False,
        quiet: bool = False,
        key: str = "",
        **values: Any,
    ) -> Pending:
        """Put something before the deputies and admins: `/通过 n`, `/拒绝 n`, or quoting the notice with 同意 or 拒绝.

        With `by` ADMIN the deputies have no say. With `people` these decide and nobody else, by `/确认 n`, `/取消 n` or
        quoting; with `two` it takes two different admins to agree, and one to refuse. The group reads it: from a
        private chat, who is muted may not, but for `muted_too`. With `numbered` the text begins with `3 号 `; with
        `quiet` nothing is said, as the caller tells of several at once. Raises `Declined`, also for one more than a
        member may have waiting.
        """
        if self.answers_to and not muted_too:
            await self.refuse_muted()
        decider: Decider = "admin" if by is Role.ADMIN else "deputy"
        hint = HOW_TO_DECIDE
        if people:
            decider, hint = "person", HOW_TO_AGREE
        elif two:
            decider, hint = "two", HOW_TO_DECIDE_BY_TWO
        text = compose(template, values)
        proposal = Proposal(
            decision,
            text,
            payload,
            decider,
            span,
            hint,
            tuple(people),
            key=key,
            numbered=numbered,
            quiet=quiet,
        )
        return await self.host.propose(self, proposal)

    async def waiting(self, *decisions: str, author: int | None = None) -> list[Waiting]:
        """List what of this feature waits for a decision in this group, the newest first.

        Given names, of these decisions alone; given an `author`, that member's alone.
        """
        return await self.host.waiting(self, decisions, author)

    async def withdraw(self, number: int) -> None:
        """Take back what the author put up and nobody has decided; its `reject` runs, with state `cancelled`.

        Raises `Declined` where this feature has nothing of theirs waiting under that number.
        """
        await self.host.withdraw(self, number)

    async def ask(
        self,
        decision: str,
        template: str,
        /,
        *,
        payload: Mapping[str, Any],
        example: str = "",
        span: timedelta = timedelta(days=1),
        key: str = "",
        **values: Any,
    ) -> Pending:
        """Ask the admins something that they answer in words, by quoting the question; 跳过 or `/取消 n` leaves it.

        The template may name the `example`, which is said again with what was wrong about an answer.
        """
        text = compose(template, {**values, "example": example})
        kept = {**payload, "example": example}
        proposal = Proposal(decision, text, kept, "admin", span, HOW_TO_ANSWER, key=key)
        return await self.host.propose(self, proposal)

    async def take_back(self, key: str) -> bool:
        """Cancel what this cause has put before people under a key, or what its kick of that key was made to ask; whether
        that was still open.
        """
        source = self.next_source(key)
        asked = Pending.filter(source__in=(source, f"{source}#1"), group_id=self.group.id, state="open")
        return bool(source and await asked.update(state="cancelled"))

    async def quoted_pending(self) -> Pending | None:
        """What the quoted message put before people, decided or not, where it is this feature's."""
        if self.quoted is None:
            return None
        about = await follow_ups.about(self.group.id, self.quoted.message_id, *follow_ups.NOTICE)
        here = Pending.filter(group_id=self.group.id, feature=self.feature.id)
        return await here.get_or_none(id=about[1]) if about else None
