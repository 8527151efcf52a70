"""Saying something: every message goes through here, and from here through the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from lizheng.base.veil import veiled_source
from lizheng.delivery.outbox import Draft, Priority, Subject, Then, Ticket
from lizheng.groups.choices import GroupState
from lizheng.messages.templates import Segment, compose
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.services import Services

ANSWER_SPAN = timedelta(seconds=60)
"""For how long an answer is worth giving: as long as the command is worth carrying out."""


class Speaking:
    """One feature at work in one group, able to speak: where, on whose behalf, for what cause.

    `author_id` is the person on whose behalf this happens, 0 when it is a rule. `answers_to` is the person a private
    answer goes to, 0 for the group; it begins with `place`, which names the group to somebody who shares several with
    the bot. `asker_id` is the person whose command is being carried out, 0 while it is something else that speaks.
    `source` names what caused it; `cause` is the source of whoever asked, where a feature answers another one.

    Every effect has a key, so that the same cause run again has it once: `key` where the caller names it, which is
    right whenever a second run may have less left to do; else a count of this feature's effects. `then` names the
    completion of the feature that is told how it ended, with its `payload`. What a message is `about`, say
    `("entry", 3)`, is what `quoted_about` gives whoever quotes it.
    """

    veiled: bool = False
    """Whether what is written down must not say on whose behalf this happens."""
    is_shared: bool = False
    """Whether other features act under the same source; the keys then say whose effect it is."""

    def __init__(
        self,
        host: Services[Any],
        group: GroupState,
        feature: FeatureInfo,
        *,
        source: str | None = None,
        author_id: int = 0,
        priority: Priority = Priority.NOTICE,
    ):
        self.host = host
        self.group = group
        self.feature = feature
        self.source = source
        self.cause = source
        self.author_id = author_id
        self.priority = priority
        self.answers_to = 0
        self.asker_id = 0
        self.place = ""
        self._steps = [0]

    @property
    def scope(self) -> str | None:
        """The source, and whose effects these are where several features share it."""
        return f"{self.source}#{self.feature.id}" if self.source and self.is_shared else self.source

    def next_source(self, key: str = "") -> str | None:
        """Name an effect of this cause: by its `key`, else by counting. The same cause run again names the same."""
        if not key:
            self._steps[0] += 1
        if not (scope := self.scope):
            return None
        return f"{scope}/{key}" if key else f"{scope}{'.' if self.is_shared else '#'}{self._steps[0]}"

    def hide_author(self) -> None:
        """Leave the author out of all that is written down from here on: records, pendings, slots, rows of messages.

        Those carry actor 0 and a source that is an HMAC of what caused it, so the same cause is known when it comes again.
        Rows of messages say of no feature either, and go after two days. `author_id` stays for the handler itself.
        """
        if not self.veiled:
            self.veiled, self.is_shared = True, False
            self.source = self.source and veiled_source(f"{self.source}#{self.feature.id}")
            self.cause = self.source

    @property
    def actor_id(self) -> int:
        """Whom records name as the one who did it."""
        return 0 if self.veiled else self.author_id

    def _then(self, name: str, payload: Mapping[str, Any] | None) -> Then | None:
        """Who is told how something ended, None for nobody. Raises `ValueError` for what the feature does not declare."""
        if not name:
            return None
        if name not in self.feature.completion_names:
            raise ValueError(f"{self.feature.id} declares no completion {name!r}")
        return Then(self.feature.id, name, dict(payload or {}))

    async def say(
        self,
        template: str,
        /,
        *,
        key: str = "",
        about: tuple[str, int | str] | None = None,
        then: str = "",
        payload: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Ticket:
        """Say it in the group; `{name}` in the template stands for a value: text, or a `Mention`, a `Picture` or a `Drawing`.

        Returns once it is stored, and so will be said, the answer to a command within a minute or not at all; what became
        of it is the ticket's `outcome()`.
        """
        return await self.post(
            compose(template, values),
            user_id=self.answers_to,
            key=key,
            expires_at=self._answer_until(),
            author_id=self.asker_id,
            about=about,
            then=then,
            payload=payload,
        )

    async def tell(self, user_id: int, template: str, /, *, key: str = "", **values: Any) -> Ticket:
        """Say it to one member in private; many endpoints refuse that between people who are not friends."""
        return await self.post(compose(template, values), user_id=user_id, key=key)

    async def stay_silent(self) -> None:
        """Write down that nothing is said: so the same cause is known when it is told again after a restart."""
        await self.post([], user_id=self.answers_to, expires_at=self.host.clock.now())

    def _answer_until(self) -> datetime | None:
        return self.host.clock.now() + ANSWER_SPAN if self.asker_id else None

    def now_and_then(self, topic: str, seconds: float) -> bool:
        """True at most once per group, topic of this feature and `seconds`, so that nothing is said again and again."""
        return self.host.cooldown.now_and_then(self.group.id, f"{self.feature.id}:{topic}", seconds)

    async def tell_once(self, topic: str, template: str, /, **values: Any) -> None:
        """Say it once per group and topic until the host restarts."""
        if self.host.cooldown.first_time(self.group.id, f"{self.feature.id}:{topic}"):
            # A source of its own: the same cause run again, when this is not said, must count the same keys.
            source = self.source and f"{self.source}/{topic}"
            await self.post(compose(template, values), user_id=self.answers_to, source=source)

    async def post(
        self,
        segments: list[Segment],
        *,
        user_id: int = 0,
        key: str = "",
        source: str | None = None,
        expires_at: datetime | None = None,
        author_id: int = 0,
        about: tuple[str, int | str] | Subject | None = None,
        then: str = "",
        payload: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """Put ready segments into the outbox without waiting; to the group, or to one person in private.

        While no endpoint is connected they wait, but are not sent after `expires_at`. A `source` names them whatever
        the cause.
        """
        where: dict[str, int] = {"user_id": user_id} if user_id else {}
        if self.place and segments and user_id == self.answers_to:
            segments = [*compose("{place}", {"place": self.place}), *segments]
        if self.group.id:
            # In private, too: without the group that they are known from, endpoints reach only friends.
            where["group_id"] = self.group.id
        return await self.host.outbox.put(
            Draft(
                api="send_private_msg" if user_id else "send_group_msg",
                params={**where, "message": segments},
                group_id=self.group.id,
                user_id=user_id,
                priority=self.priority,
                feature="" if self.veiled else self.feature.id,
                source=source or self.next_source(key),
                expires_at=expires_at,
                author_id=author_id,
                then=self._then(then, payload),
                about=Subject(self.feature.id, *about) if isinstance(about, tuple) else about,
            )
        )

    async def follow(self, source: str, then: str, payload: Mapping[str, Any] | None = None) -> bool:
        """Have a completion told how a message ended that was put under this `source` without one, say by an earlier
        release; False when there is no such message.
        """
        named = self._then(then, payload)
        assert named is not None
        return await self.host.outbox.follow(source, named)

    async def forward(self, pages: Sequence[tuple[str, list[Segment]]], *, key: str = "") -> Ticket:
        """Say several messages as one that opens on a tap: each with the name shown above it, then its segments.

        Not every endpoint can; the ticket's `outcome()` is then NOT_DONE.
        """
        user_id, account = self.answers_to, str(self.host.account_for(self.group.id) or 0)
        where: dict[str, int] = {"user_id": user_id} if user_id else {"group_id": self.group.id}
        nodes: list[dict[str, Any]] = []
        for name, segments in pages:
            # Endpoints know the author by one pair of names or the other.
            data = {"user_id": account, "nickname": name, "uin": account, "name": name, "content": segments}
            nodes.append({"type": "node", "data": data})
        return await self.host.outbox.put(
            Draft(
                api="send_private_forward_msg" if user_id else "send_group_forward_msg",
                params={**where, "messages": nodes},
                group_id=self.group.id,
                user_id=user_id,
                priority=self.priority,
                feature="" if self.veiled else self.feature.id,
                source=self.next_source(key),
                expires_at=self._answer_until(),
                author_id=self.asker_id,
            )
        )
