"""What people and bots say, and what happens to messages afterwards."""

from collections.abc import Sequence
from typing import Any

from .core import Core
from .refusal import WorldError
from .segments import KNOWN, Segment, as_number, quoted, text, to_plain
from .state import Member, Message, Person, Role, SharedFile
from .views import message_body

LONGEST = 4500
UNREADABLE = "消息体无法解析, 请检查是否发送了不支持的消息类型"
RECALL_WITHIN = 120
KEPT_FORWARDS = 500
KEPT_FILES = 200
SEND_TIMEOUT = (
    "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg "
    "ListenerName:NodeIKernelMsgListener/onMsgInfoListUpdate EventRet:\n{}\n"
)


class Talk(Core):
    """See `World`."""

    def say(
        self,
        group_id: int,
        user_id: Person | int,
        message: str | Sequence[Segment],
        reply_to: int | None = None,
    ) -> int:
        """Speak in a group: a str is plain text (never CQ codes), else OneBot segments; returns its id.

        Raises WorldError when the speaker is not in the group or is muted, the message empty or too long.
        """
        if not isinstance(message, str) and message and all(one.get("type") == "node" for one in message):
            return self.forward(group_id, user_id, message)[0]
        return self.post(group_id, int(user_id), message, reply_to).message_id

    def post(
        self,
        group_id: int,
        user_id: int,
        message: str | Sequence[Segment],
        reply_to: int | None = None,
        packet: str | None = None,
    ) -> Message:
        member = self.may_speak(group_id, user_id)
        segments = [text("")] if packet is not None else self.checked(message, reply_to, member)
        group = self.groups[group_id]
        self._announce_card(group_id, member)
        member.last_sent_time = self.now()
        made = Message(
            self.fresh_message_id(),
            group.next_seq,
            self.now(),
            user_id,
            segments,
            group_id=group_id,
            packet=packet,
        )
        group.next_seq += 1
        self._publish(made, "message" if packet is None else "packet")
        return made

    def may_speak(self, group_id: int, user_id: int) -> Member:
        """Raises WorldError when this person cannot speak in the group now."""
        member = self.member(group_id, user_id)
        if member.muted_until > self.now():
            raise WorldError("你被禁言了，现在不能发言。", SEND_TIMEOUT)
        if self.groups[group_id].mute_all and member.role is Role.MEMBER:
            raise WorldError("全员禁言中，现在不能发言。", SEND_TIMEOUT)
        return member

    def checked(
        self, message: str | Sequence[Segment], reply_to: int | None = None, member: Member | None = None
    ) -> list[Segment]:
        """Segments QQ would deliver: unknown quotes dropped, @全体成员 without the right turned into text."""
        segments = [text(message)] if isinstance(message, str) else [dict(segment) for segment in message]
        if reply_to is not None:
            segments.insert(0, {"type": "reply", "data": {"id": str(reply_to)}})
        kept: list[Segment] = []
        for segment in segments:
            if segment.get("type") not in KNOWN or not isinstance(segment.get("data"), dict):
                raise WorldError("这种消息发不出去。", UNREADABLE)
            if segment["type"] == "reply" and quoted([segment]) not in self.messages:
                continue
            everyone = segment["type"] == "at" and str(segment["data"].get("qq")) == "all"
            kept.append(text("@全体成员 ") if everyone and member and member.role is Role.MEMBER else segment)
        length = sum(len(str(one["data"].get("text", ""))) for one in kept if one["type"] == "text")
        if length > LONGEST:
            raise WorldError(f"消息太长了，最多 {LONGEST} 字。", "消息过长，发送失败")
        if not any(one["type"] not in ("text", "reply") or one["data"].get("text") for one in kept):
            raise WorldError("不能发送空白消息。", UNREADABLE)
        try:
            return self.media.take_in(kept)
        except ValueError as error:
            raise WorldError("图片的内容坏了。", "文件消息缺少参数") from error

    def whisper(self, user_id: Person | int, message: str | Sequence[Segment], account: int = 0) -> int:
        """Somebody writes to the bot in private. Raises WorldError unless friends or in one group."""
        return self.post_private(int(user_id), account or self.account, message).message_id

    def post_private(
        self, user_id: int, peer_id: int, message: str | Sequence[Segment], group_id: int = 0
    ) -> Message:
        """Raises WorldError unless friends or in one group; who begins must say which, its `group_id`."""
        self.person(user_id)
        self.person(peer_id)
        human = peer_id if user_id in self.accounts else user_id
        shared = 0
        if human not in self.friends:
            both = (g.group_id for g in self.groups.values() if {user_id, peer_id} <= g.members.keys())
            shared = next(both, 0)
            begun = (user_id, peer_id) in self.temp_chats or user_id == human
            if not shared or not (group_id or begun):
                raise WorldError("你们不是好友，也没有共同的群。", "无法获取用户信息")
            if not self.temp_sessions:
                raise WorldError("群主关闭了临时会话。", SEND_TIMEOUT)
        segments = self.checked(message)
        self.temp_chats |= {(user_id, peer_id), (peer_id, user_id)}
        made = Message(
            self.fresh_message_id(), 1, self.now(), user_id, segments, peer_id=peer_id, temp_group=shared
        )
        self._publish(made, "message")
        return made

    def forward(self, group_id: int, user_id: Person | int, nodes: Sequence[Segment]) -> tuple[int, str]:
        """Post a merged forward made of `node` segments. Returns its message id and its forward id."""
        return self.post_forward(int(user_id), nodes, group_id=group_id)

    def post_forward(
        self, user_id: int, nodes: Sequence[Segment], group_id: int = 0, peer_id: int = 0
    ) -> tuple[int, str]:
        opened = [self._node(node) for node in nodes]
        if not opened:
            raise WorldError("合并转发里没有消息。", UNREADABLE)
        forward_id = f"fw{self._made + 1:08d}"
        segments = [{"type": "forward", "data": {"id": forward_id}}]
        self.forwards[forward_id] = opened
        if len(self.forwards) > KEPT_FORWARDS:
            del self.forwards[next(iter(self.forwards))]
        made = (
            self.post(group_id, user_id, segments)
            if group_id
            else self.post_private(user_id, peer_id, segments)
        )
        return made.message_id, forward_id

    def _node(self, node: Segment) -> dict[str, Any]:
        data = node.get("data", {}) if node.get("type") == "node" else {}
        if "id" in data and "content" not in data:
            original = self.message(as_number(data["id"]) or 0)
            name = self.display_name(original.group_id, original.user_id)
            return {"user_id": original.user_id, "nickname": name, "content": original.segments}
        if "content" not in data:
            raise WorldError("合并转发里没有消息。", UNREADABLE)
        content = data["content"]
        segments = self.checked([content] if isinstance(content, dict) else content)
        user_id = as_number(data.get("user_id") or data.get("uin")) or self.account
        return {
            "user_id": user_id,
            "nickname": str(data.get("nickname") or data.get("name") or ""),
            "content": segments,
        }

    def red_packet(self, group_id: int, user_id: Person | int, wish: str = "恭喜发财，大吉大利") -> int:
        """Somebody puts a red packet into the group; what the bot gets of it depends on the endpoint."""
        return self.post(group_id, int(user_id), "", packet=wish).message_id

    def lucky_king(self, message_id: int, user_id: Person | int) -> None:
        """A packet was claimed and this member drew most; only some endpoints tell the bot."""
        packet = self.message(message_id)
        self.happen("lucky_king", packet.group_id, int(user_id), packet.user_id, message_id=message_id)
        if self.endpoint.lucky_king:
            sub = {"sub_type": "lucky_king", "user_id": packet.user_id, "target_id": int(user_id)}
            self.notice(packet.group_id, "notify", **sub)

    def recall(self, message_id: int, by: Person | int) -> None:
        """Own messages within 2 minutes; group admins those of members and their own at any time.

        Raises WorldError when the message is unknown or QQ does not allow it.
        """
        message, operator = self.message(message_id), int(by)
        if message.group_id:
            actor = self.member(message.group_id, operator)
            author = self.groups[message.group_id].members.get(message.user_id)
            over = actor.role.rank > (author.role.rank if author else 0)
        else:
            over = False
        own = operator == message.user_id
        if not own and not over:
            raise WorldError("你不能撤回这条消息。", "ERR_NOT_GROUP_ADMIN")
        late = self.now() - message.at > RECALL_WITHIN
        managing = message.group_id and self.member(message.group_id, operator).role is not Role.MEMBER
        if own and late and not managing:
            raise WorldError("发出超过 2 分钟的消息不能撤回。", "recall timeout")
        message.recalled = True
        self.happen("recall", message.group_id, message.user_id, operator, message_id=message_id)
        if message.group_id:
            who = {"user_id": message.user_id, "operator_id": operator, "message_id": message_id}
            self.notice(message.group_id, "group_recall", **who)
        elif message.peer_id in self.accounts:
            event = {"post_type": "notice", "notice_type": "friend_recall", "user_id": message.user_id}
            self.tell(message.peer_id, {**event, "message_id": message_id})

    def react(self, message_id: int, by: Person | int, emoji: str = "76", on: bool = True) -> None:
        """Put an emoji under a message, or take it away. NapCat tells only what is put under its own messages."""
        message = self.message(message_id)
        self.happen(
            "reaction", message.group_id, message.user_id, int(by), message_id=message_id, emoji=emoji, on=on
        )
        if self.endpoint.key == "napcat" and not (on and message.user_id in self.accounts):
            return
        likes = [{"emoji_id": emoji, "count": 1}]
        who = {"user_id": int(by), "message_id": message_id, "likes": likes, "is_add": on}
        self.notice(message.group_id, "group_msg_emoji_like", **who)

    def log_out(self, account: int, why: str) -> None:
        """QQ logs a bot account out; the endpoint says so as its last word."""
        notice = {"post_type": "notice", "notice_type": "bot_offline", "user_id": account}
        self.tell(account, {**notice, "tag": "BotOfflineEvent", "message": why})

    def set_essence(self, message_id: int, by: Person | int, on: bool = True) -> None:
        """Raises WorldError unless `by` is an admin of the message's group."""
        message = self.message(message_id)
        if not message.group_id or self.member(message.group_id, int(by)).role is Role.MEMBER:
            raise WorldError("只有管理员能设置精华消息。", "ERR_NOT_GROUP_ADMIN")
        essence = self.groups[message.group_id].essence
        if on == (message_id in essence):
            return
        if on:
            essence.append(message_id)
        else:
            essence.remove(message_id)
        sub = "add" if on else "delete"
        self.happen("essence", message.group_id, message.user_id, int(by), message_id=message_id, on=on)
        who = {"sender_id": message.user_id, "operator_id": int(by), "message_id": message_id}
        self.notice(message.group_id, "essence", sub_type=sub, user_id=message.user_id, **who)

    def poke(self, group_id: int, user_id: Person | int, target: Person | int) -> None:
        """`user_id` pokes `target` in the group."""
        self.may_speak(group_id, int(user_id))
        self.member(group_id, int(target))
        self.happen("poke", group_id, int(target), int(user_id))
        self.notice(group_id, "notify", sub_type="poke", user_id=int(user_id), target_id=int(target))

    def upload_file(
        self, group_id: int, user_id: Person | int, name: str, content: bytes | None = None, size: int = 0
    ) -> str:
        """Put a file into the group's files. Returns its id."""
        self.may_speak(group_id, int(user_id))
        size = len(content) if content is not None else size
        self._made += 1
        shared = SharedFile(f"/f{self._made:08d}", name, size, int(user_id), self.now(), content)
        files = self.groups[group_id].files
        files[shared.file_id] = shared
        if len(files) > KEPT_FILES:
            files.popitem(last=False)
        self.happen(
            "file", group_id, int(user_id), int(user_id), file_id=shared.file_id, name=name, size=size
        )
        body = {"id": shared.file_id, "name": name, "size": size, "busid": 102}
        self.notice(group_id, "group_upload", user_id=int(user_id), file=body)
        return shared.file_id

    def _announce_card(self, group_id: int, member: Member) -> None:
        if member.announced_card != member.card:
            old, member.announced_card = member.announced_card, member.card
            self.notice(group_id, "group_card", user_id=member.user_id, card_new=member.card, card_old=old)

    def _publish(self, message: Message, kind: str) -> None:
        self.keep(message)
        data: dict[str, Any] = {
            "message_id": message.message_id,
            "text": f"[红包] {message.packet}" if message.packet is not None else to_plain(message.segments),
            "segments": self.media.inlined(message.segments) if message.packet is None else [],
            "reply_to": quoted(message.segments),
        }
        if message.packet is not None:
            data["wish"] = message.packet
        if not message.group_id:
            data["peer_id"] = message.peer_id
        inside = [one["data"].get("id") for one in message.segments if one["type"] == "forward"]
        if inside:
            kind, data["nodes"] = "forward", self.forwards.get(str(inside[0]), [])
        self.happen(kind, message.group_id, message.user_id, message.user_id, **data)
        present = (
            self.groups[message.group_id].members if message.group_id else (message.user_id, message.peer_id)
        )
        for account in self.accounts:
            if account in present and (account != message.user_id or self.report_self):
                self.tell(account, message_body(self, message, account))
