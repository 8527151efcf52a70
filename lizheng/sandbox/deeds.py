"""What people can do in a written conversation besides speaking: the words in 【】."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lizheng.sandbox.world import World, WorldError
from lizheng.sandbox.world.state import Group


class Player(Protocol):
    """What an action needs of whoever plays the conversation."""

    @property
    def world(self) -> World: ...

    @property
    def group(self) -> Group: ...

    def person(self, name: str) -> int: ...

    def name(self, user_id: int) -> str: ...

    def last_of(self, name: str) -> int | None: ...


def _join(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.join(player.group.group_id, who, operator=player.person(words[0]) if words else 0)


def _leave(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.leave(player.group.group_id, who)


def _kick(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.kick(player.group.group_id, player.person(words[0]), who)


def _card(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.set_card(player.group.group_id, who, " ".join(words))


def _recall(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.recall(player.last_of(player.name(who)) or 0, who)


def _packet(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.red_packet(player.group.group_id, who, " ".join(words) or "恭喜发财，大吉大利")


def _promote(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.set_role(player.group.group_id, who, "admin")


def _demote(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.set_role(player.group.group_id, who, "member")


def _ask(player: Player, who: int, words: tuple[str, ...]) -> None:
    comment = " ".join(words).replace(" 答案：", "\n答案：")
    player.world.request_join(player.group.group_id, who, comment)


def _agree(player: Player, who: int, words: tuple[str, ...]) -> None:
    _decide(player, who, words, approve=True)


def _refuse(player: Player, who: int, words: tuple[str, ...]) -> None:
    _decide(player, who, words, approve=False)


def _decide(player: Player, who: int, words: tuple[str, ...], *, approve: bool) -> None:
    player.world.handle_request(_request_of(player, words[0]), who, approve, " ".join(words[1:]))


def _again(player: Player, who: int, words: tuple[str, ...]) -> None:
    player.world.remind(_request_of(player, player.name(who)))


def _request_of(player: Player, name: str) -> str:
    asker = player.person(name)
    waiting = [one for one in player.world.requests.values() if one.state == "pending"]
    found = [one.flag for one in waiting if (one.group_id, one.user_id) == (player.group.group_id, asker)]
    if not found:
        raise WorldError(f"{name} 没有在申请。")
    return found[-1]


DEEDS: dict[str, Callable[[Player, int, tuple[str, ...]], None]] = {
    "进群": _join,
    "退群": _leave,
    "踢": _kick,
    "改名片": _card,
    "撤回": _recall,
    "发红包": _packet,
    "升管理": _promote,
    "降成员": _demote,
    "申请": _ask,
    "申请重报": _again,
    "同意": _agree,
    "拒绝": _refuse,
}
"""What people can do in 【】 besides speaking; 【过 …】 and 【到 …】 move the clock, 【重启】 restarts the host."""
