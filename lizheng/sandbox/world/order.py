"""Who is in a group and what they may do: joining, kicking, muting, cards, roles, titles, requests."""

from .core import Core
from .faults import FaultKind
from .refusal import WorldError
from .state import Group, Member, Person, Request, Role, fit_card
from .views import request_event

LONGEST_MUTE = 30 * 86400
TITLE_BYTES = 18
KEPT_REQUESTS = 2_000
NOT_ADMIN = "ERR_NOT_GROUP_ADMIN"


class Order(Core):
    """See `World`."""

    # coming and going

    def join(
        self,
        group_id: int,
        user_id: Person | int,
        operator: Person | int = 0,
        how: str = "approve",
    ) -> None:
        """`how`: approve or invite. Raises WorldError when the person is in already or the group is full."""
        group, newcomer = self.group(group_id), int(user_id)
        self.person(newcomer)
        if newcomer in group.members:
            raise WorldError("这个人已经在群里了。")
        if len(group.members) >= group.max_members:
            raise WorldError("群已经满员。", "group is full")
        group.members[newcomer] = Member(newcomer, Role.MEMBER, self.now())
        self.happen("join", group_id, newcomer, int(operator), how=how)
        self.notice(group_id, "group_increase", sub_type=how, user_id=newcomer, operator_id=int(operator))

    def leave(self, group_id: int, user_id: Person | int) -> None:
        """Raises WorldError for the owner, who can only hand over or dissolve the group."""
        member = self.member(group_id, int(user_id))
        if member.role is Role.OWNER:
            raise WorldError("群主不能退群，只能转让或解散。", "owner cannot quit")
        self._remove(group_id, member.user_id, "leave", 0)

    def dissolve(self, group_id: int, by: Person | int) -> None:
        """Only the owner can. Every bot in it hears group_decrease disband."""
        if self.member(group_id, int(by)).role is not Role.OWNER:
            raise WorldError("只有群主能解散群。", "ERR_NOT_GROUP_OWNER")
        group = self.groups[group_id]
        for account in [one for one in self.accounts if one in group.members]:
            event = {"post_type": "notice", "notice_type": "group_decrease", "sub_type": "disband"}
            self.tell(account, {**event, "group_id": group_id, "operator_id": int(by), "user_id": account})
        group.members.clear()
        self.happen("leave", group_id, 0, int(by), disband=True)

    def kick(
        self, group_id: int, target: Person | int, by: Person | int, reject_add_request: bool = False
    ) -> None:
        """Raises WorldError unless `by` ranks above `target`."""
        member = self.over(group_id, target, by, "kick")
        if reject_add_request:
            self.groups[group_id].banned.add(member.user_id)
        self._remove(group_id, member.user_id, "kick", int(by))

    def _remove(self, group_id: int, user_id: int, how: str, operator: int) -> None:
        group = self.groups[group_id]
        self.happen(how, group_id, user_id, operator)
        for account in [one for one in self.accounts if one in group.members]:
            sub = "kick_me" if how == "kick" and account == user_id else how
            event = {"post_type": "notice", "notice_type": "group_decrease", "sub_type": sub}
            self.tell(account, {**event, "group_id": group_id, "user_id": user_id, "operator_id": operator})
        del group.members[user_id]

    # rank

    def over(self, group_id: int, target: Person | int, by: Person | int, verb: str) -> Member:
        """The target, when `by` outranks it; otherwise WorldError as QQ words it."""
        actor, member = self.member(group_id, int(by)), self.member(group_id, int(target))
        if actor.role is Role.MEMBER:
            raise WorldError("你不是管理员，不能这样做。", NOT_ADMIN)
        if member.role.rank >= actor.role.rank:
            raise WorldError("对方的身份不低于你，不能这样做。", f"cannot {verb} {member.role.value}")
        return member

    def admin(self, group_id: int, by: Person | int) -> Group:
        """The group, when `by` is an admin or the owner; otherwise WorldError."""
        if self.member(group_id, int(by)).role is Role.MEMBER:
            raise WorldError("你不是管理员，不能这样做。", NOT_ADMIN)
        return self.groups[group_id]

    def set_role(
        self, group_id: int, user_id: Person | int, role: Role | str, by: Person | int | None = None
    ) -> None:
        """Appoint or dismiss an admin, or hand the group over. `by`, when given, must be the owner."""
        member, role = self.member(group_id, int(user_id)), Role(role)
        group = self.groups[group_id]
        if by is not None and int(by) != group.owner:
            raise WorldError("只有群主能设置管理员。", "ERR_NOT_GROUP_OWNER")
        if member.role is role:
            return
        if member.role is Role.OWNER:
            raise WorldError("群主要先把群转让给别人。", "cannot change owner")
        if role is Role.OWNER:
            old = group.members[group.owner]
            old.previous_role, old.role = old.role, Role.MEMBER
            self.happen("role", group_id, old.user_id, old.user_id, role="member", old="owner")
        was_admin = member.role is Role.ADMIN
        before = member.role
        member.previous_role, member.role = before, role
        self.happen("role", group_id, member.user_id, group.owner, role=role.value, old=before.value)
        if role is not Role.OWNER:
            self.notice(
                group_id, "group_admin", sub_type="unset" if was_admin else "set", user_id=member.user_id
            )

    # silence

    def mute(self, group_id: int, target: Person | int, by: Person | int, seconds: int) -> None:
        """0 lifts. Raises WorldError unless `by` ranks above `target`, and beyond 30 days."""
        member = self.over(group_id, target, by, "ban")
        if not 0 <= seconds <= LONGEST_MUTE:
            raise WorldError("禁言时长要在 30 天以内。", "invalid ban duration")
        member.muted_until = self.now() + seconds if seconds else 0.0
        self.happen("mute", group_id, member.user_id, int(by), seconds=seconds, duration=seconds)
        sub = "ban" if seconds else "lift_ban"
        who = {"user_id": member.user_id, "operator_id": int(by), "duration": seconds}
        self.notice(group_id, "group_ban", sub_type=sub, **who)

    def mute_all(self, group_id: int, by: Person | int, on: bool) -> None:
        """Everybody but the admins. Raises WorldError unless `by` is one."""
        group = self.admin(group_id, by)
        if group.mute_all == on:
            return
        group.mute_all = on
        self.happen("mute_all", group_id, 0, int(by), on=on)
        who = {"user_id": 0, "operator_id": int(by), "duration": -1 if on else 0}
        self.notice(group_id, "group_ban", sub_type="ban" if on else "lift_ban", **who)

    # names

    def set_card(
        self, group_id: int, user_id: Person | int, card: str, by: Person | int | None = None
    ) -> None:
        """Cut to 60 bytes, empty resets. Endpoints hear of it only when the member next speaks.

        Raises WorldError when somebody else's card is set without outranking them.
        """
        member = self.member(group_id, int(user_id))
        operator = member.user_id if by is None else int(by)
        if operator != member.user_id:
            self.over(group_id, member.user_id, operator, "rename")
        old, member.card = member.card, fit_card(card)
        self.happen("card", group_id, member.user_id, operator, card=member.card, old=old)

    def set_nickname(self, user_id: Person | int, nickname: str) -> None:
        """A person's own name, the same in all groups; no endpoint is told."""
        person = self.person(int(user_id))
        old, person.nickname = person.nickname, nickname
        self.happen("nickname", 0, person.user_id, person.user_id, nickname=nickname, old=old)

    def set_title(self, group_id: int, user_id: Person | int, title: str, by: Person | int) -> None:
        """A special title of at most 18 bytes; only the owner gives them."""
        member = self.member(group_id, int(user_id))
        if self.member(group_id, int(by)).role is not Role.OWNER:
            raise WorldError("只有群主能授予头衔。", "ERR_NOT_GROUP_OWNER")
        member.title = title.encode("utf-8", "ignore")[:TITLE_BYTES].decode("utf-8", "ignore")
        self.happen("title", group_id, member.user_id, int(by), title=member.title)
        if member.title:
            self.notice(group_id, "notify", sub_type="title", user_id=member.user_id, title=member.title)

    def set_group_name(self, group_id: int, name: str, by: Person | int) -> None:
        group = self.admin(group_id, by)
        if not name:
            raise WorldError("群名不能是空的。", "invalid group name")
        group.name = name
        self.happen("group_name", group_id, 0, int(by), name=name)
        self.notice(group_id, "notify", sub_type="group_name", user_id=int(by), name_new=name)

    def gray_tip(self, group_id: int, content: str) -> None:
        """A line QQ itself writes into the chat."""
        self.group(group_id)
        message_id = self.fresh_message_id()
        self.happen("gray_tip", group_id, 0, 0, content=content, text=content)
        body = {"user_id": 0, "message_id": message_id, "busi_id": "0", "content": content}
        self.notice(group_id, "notify", sub_type="gray_tip", **body)

    # requests

    def request_join(
        self, group_id: int, user_id: Person | int, comment: str = "", invitor: Person | int | None = None
    ) -> str:
        """Ask to join; returns the flag. With a group question the comment is 问题：…\\n答案：….

        Only bots that are admins hear of it. Raises WorldError for members and for those shut out for good.
        """
        group, asker = self.group(group_id), self.person(int(user_id))
        if asker.user_id in group.members:
            raise WorldError("你已经在群里了。")
        if asker.user_id in group.banned:
            raise WorldError("这个群不再接受你的加群申请。", "rejected for good")
        if group.question and not comment.startswith("问题："):
            comment = f"问题：{group.question}\n答案：{comment}"
        request = Request(self.fresh_flag(), "add", group_id, asker.user_id, comment, self.now())
        request.invitor = int(invitor or 0)
        self._ask(request, [one for one in self.accounts if self._administers(group, one)])
        return request.flag

    def remind(self, flag: str) -> None:
        """Tell the bots once more of a request that waits, as endpoints do whenever their list of notices changes."""
        request = self.requests[flag]
        if request.state == "pending":
            for account in self.accounts:
                if self._administers(self.groups[request.group_id], account):
                    self.tell(account, request_event(self, request))

    def invite(self, group_id: int, account: Person | int, by: Person | int) -> str:
        """A member invites a bot account into the group. Returns the flag."""
        self.member(group_id, int(by))
        if int(account) in self.groups[group_id].members:
            raise WorldError("它已经在群里了。")
        request = Request(self.fresh_flag(), "invite", group_id, int(by), "", self.now())
        request.account = int(account)
        self._ask(request, [request.account])
        return request.flag

    def handle_request(self, flag: str, by: Person | int, approve: bool, reason: str = "") -> Request:
        """Decide a request. Raises WorldError for an unknown or used flag, or without the right to decide."""
        request = self.requests.get(str(flag))
        if request is None or request.state != "pending":
            raise WorldError("没有这条待处理的申请。", "No such request")
        if request.kind == "add":
            self.admin(request.group_id, by)
        elif int(by) != request.account:
            raise WorldError("这条邀请不是发给你的。", "No such request")
        request.state = "approved" if approve else "rejected"
        request.handled_by, request.reason = int(by), reason
        self.happen(
            "handled",
            request.group_id,
            request.user_id,
            int(by),
            flag=request.flag,
            approve=approve,
            state=request.state,
            reason=reason,
        )
        newcomer = request.account or request.user_id
        held = approve and self.faults.take(FaultKind.NOT_LET_IN) is not None
        if approve and not held and newcomer not in self.groups[request.group_id].members:
            if request.kind == "invite":
                self.join(request.group_id, newcomer, request.user_id, "invite")
            else:
                self.join(request.group_id, newcomer, int(by), "approve")
        return request

    def _ask(self, request: Request, accounts: list[int]) -> None:
        self.requests[request.flag] = request
        if len(self.requests) > KEPT_REQUESTS:
            del self.requests[next(iter(self.requests))]
        kind = "request" if request.kind == "add" else "invite"
        data = {"flag": request.flag, "comment": request.comment, "invitor": request.invitor}
        self.happen(kind, request.group_id, request.user_id, request.invitor, **data)
        for account in accounts:
            self.tell(account, request_event(self, request))

    def _administers(self, group: Group, account: int) -> bool:
        member = group.members.get(account)
        return member is not None and member.role is not Role.MEMBER
