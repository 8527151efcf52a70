"""The part of a context that knows people: who they are, how they are called, and what may be done to them."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.adapter.requests import JoinQueue, read_queue
from lizheng.base.roles import Role
from lizheng.groups.members import UNREADABLE, MemberInfo
from lizheng.groups.survey import Survey
from lizheng.plugin.deliveries import Deliveries
from lizheng.plugin.refusals import Declined
from lizheng.text import NAME_SHOWN, NO_NAME, clip, is_blank, shown_name, visible

NAME_LENGTH, SHORT_NAME = 20, 12
MOST_QUEUED = 100
UNREAD_QUEUE = "现在读不到申请列表，稍后再试。"
SAME_END = timedelta(minutes=1)
"""QQ counts mutes in minutes: what ends within one is the same."""


class KnownPeople(Deliveries):
    """Names, the member list, roles."""

    needed_role: Role

    def name_of(self, user_id: int) -> str:
        """The card or nickname last seen, on one line and not too long, else the number."""
        known = self.host.roster.seen(self.group.id, user_id)
        return (clip(visible(known.name), NAME_LENGTH) if known else "") or str(user_id)

    def who(self, user_id: int, *, full: bool = False, strict: bool = False) -> str:
        """Name somebody as last seen so that they are told apart: `小王`, `小王（…4821）`, or the number alone.

        The last four digits follow a name that another one here looks like, that is hidden or shows nothing; with
        `full`, for lists that admins read, they follow every name. `strict` hides more names, see `shown_name`.
        """
        known = self.host.roster.seen(self.group.id, user_id)
        if known is None or known.name == str(user_id):
            return str(user_id)
        name = shown_name(known.name, strict=strict)
        doubtful = is_blank(name) or name != clip(visible(known.name), NAME_SHOWN)
        if full or doubtful or not self.host.roster.is_unique(self.group.id, user_id):
            return f"{NO_NAME if is_blank(name) else name}（…{str(user_id)[-4:]}）"
        return name

    def names(self, people: Collection[int]) -> str:
        """Short ones as last seen, joined by 、, for a sentence that lists many."""
        return "、".join(clip(self.name_of(user_id), SHORT_NAME) for user_id in people)

    async def names_of(self, people: Collection[int]) -> str:
        """Their cards or nicknames, joined by 、; asks for those not seen yet, as long as it is answered."""
        with suppress(NetworkError):
            for user_id in people:
                if self.host.roster.seen(self.group.id, user_id) is None:
                    await self.host.roster.member(self.group.id, user_id)
        return "、".join(map(self.name_of, people))

    async def query(self, api: str, /, **params: Any) -> Any:
        """Ask the endpoint something about this group, within 2 s. Raises `NetworkError` or `ActionFailed`."""
        return await self.host.query(self.group.id, api, **params)

    async def members(self, *, fresh: bool = True) -> dict[int, MemberInfo]:
        """Everyone in the group by QQ number, as of now or, unless `fresh`, at most five minutes ago.

        Raises `Declined` while the list cannot be read: no answer is never an empty group.
        """
        try:
            members = await self.host.roster.members(self.group.id, fresh=fresh)
        except (NetworkError, ActionFailed) as silence:
            raise Declined(UNREADABLE) from silence
        if not members:
            raise Declined(UNREADABLE)
        return members

    async def survey(self) -> Survey:
        """The member list as far as it can be relied on, and whether that is all the way; see `Survey`.

        It is read twice with three seconds between, at most once in five minutes for whoever asks; jobs should ask, and
        no handler that somebody waits for. Raises `Declined` while the list cannot be read.
        """
        try:
            return await self.host.surveys.of(self.group.id)
        except (NetworkError, ActionFailed) as silence:
            raise Declined(UNREADABLE) from silence

    async def whole_survey(self) -> Survey | None:
        """Give a `survey` that is complete; None while there is none, when nobody may be said to be gone."""
        try:
            found = await self.survey()
        except Declined:
            return None
        return found if found.complete else None

    async def join_queue(self) -> JoinQueue:
        """Read the requests to join this group that the endpoint knows, decided ones included, the newest first.

        Raises `Declined` while the endpoint does not answer.
        """
        try:
            found = read_queue(await self.query("get_group_system_msg", count=MOST_QUEUED))
        except (NetworkError, ActionFailed) as silence:
            raise Declined(UNREAD_QUEUE) from silence
        here = [one for one in found if one.group_id == self.group.id]
        return JoinQueue(here, whole=0 < len(found) < MOST_QUEUED)

    async def member(self, user_id: int, *, fresh: bool = True) -> MemberInfo | None:
        """One member as of now or, unless `fresh`, as last seen; None when not in the group.

        Raises `Declined` while the endpoint does not answer.
        """
        try:
            return await self.host.roster.member(self.group.id, user_id, fresh=fresh)
        except NetworkError as silence:
            raise Declined(UNREADABLE) from silence

    def seen(self, user_id: int) -> MemberInfo | None:
        """What is remembered of a member, without asking anyone."""
        return self.host.roster.seen(self.group.id, user_id)

    def why_protected(self, user_id: int, member: MemberInfo | None = None) -> str:
        """Say in Chinese why nobody may act on this person here, "" when they are not protected. Asks no one.

        `member` is the person as the member list has them, for the role; without, a protected role goes unseen.
        """
        if user_id in self.host.our_accounts():
            return "那是里正自己"
        if user_id in self.host.superusers:
            return "他是超级用户，受保护"
        if member is not None and member.role >= Role.ADMIN:
            return f"他是{member.role.label}，受保护"
        if user_id in self.group.whitelist:
            return "他在白名单里，受保护"
        if user_id in self.group.bots:
            return "那是登记过的机器人，受保护"
        return ""

    def why_muted_longer(self, muted_until: float, end: datetime) -> str:
        """Say in Chinese that a mute that runs (until epoch seconds) outlasts one to `end`, "" when it does not."""
        if muted_until <= (end + SAME_END).timestamp():
            return ""
        return f"他已经禁言到 {self.local(datetime.fromtimestamp(muted_until, UTC)):%m-%d %H:%M}"

    async def role_of(self, user_id: int) -> Role:
        """The role somebody holds by the member list now. Raises `Declined` while the endpoint does not answer."""
        try:
            return await self.host.role_now(self.group, user_id)
        except NetworkError as silence:
            raise Declined(UNREADABLE) from silence

    async def still_holds_role(self) -> bool:
        """Whether the author has the role this needs according to the member list now. Raises `NetworkError`."""
        if self.needed_role is Role.MEMBER:
            return True
        return await self.host.role_now(self.group, self.author_id) >= self.needed_role

    async def refuse_muted(self) -> None:
        """Keep who is muted in the group from having words said there by way of a private chat. Raises `Declined`."""
        try:
            member = await self.host.roster.member(self.group.id, self.author_id, fresh=True)
        except NetworkError:
            raise Declined(UNREADABLE) from None
        if member is not None and member.muted_until > self.now.timestamp():
            raise Declined("你在群里被禁言了，等解除了再来。")
