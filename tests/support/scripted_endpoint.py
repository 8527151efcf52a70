"""The other side of the outbox in tests: an endpoint that does as a script says, and a store around it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from lizheng.adapter.errors import ActionFailed, NotSent, Unanswered
from lizheng.base.clock import Clock
from lizheng.delivery.outbox import Draft, Outbox, Pacing, Priority

GROUP, BOT = 100, 9
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Peer:
    """Remembers what reached it. `fate[api]` is a list of what to do with the next calls of that api, `deaf` what to do
    with every message to a group.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.calls: list[tuple[datetime, int, str, dict[str, Any]]] = []
        self.fates: dict[str, list[str]] = {}
        self.history: dict[int, list[dict[str, Any]]] = {}
        self.members: set[int] = {11, 12, 13}
        self.muted: dict[int, int] = {}
        self.cards: dict[int, str] = {}
        self.requests: dict[str, bool] = {}
        self.deaf: dict[int, str] = {}
        self.has_history = True
        self.online = True
        self.held: list[asyncio.Event] = []
        self._message_id = 0

    def account_for(self, group_id: int) -> int | None:
        return BOT if self.online else None

    def sent(self, api: str = "send_group_msg") -> list[tuple[datetime, dict[str, Any]]]:
        return [(at, params) for at, _, name, params in self.calls if name == api]

    def texts(self) -> list[str]:
        return [params["message"][0]["data"]["text"] for _, params in self.sent()]

    async def call(self, account: int, api: str, params: dict[str, Any]) -> Any:
        params = {key: value for key, value in params.items() if key != "_timeout"}
        fates = self.fates.get(api)
        fate = fates.pop(0) if fates else "ok"
        if api.startswith("send_") and not params.get("user_id"):
            fate = self.deaf.get(params.get("group_id", 0), fate)
        if not self.online or fate == "not sent":
            raise NotSent("offline")
        self.calls.append((self.clock.now(), account, api, params))
        if fate == "held":
            event = asyncio.Event()
            self.held.append(event)
            await event.wait()
        if fate == "broken":
            raise ValueError("not of the kinds a call raises")
        if fate == "refused":
            raise ActionFailed(status="failed", retcode=1200, wording="没有权限")
        if fate == "lost":
            raise Unanswered("no answer")
        answer = self.do(api, params) if fate != "ok but not done" else None
        if fate == "done but unanswered":
            raise Unanswered("no answer")
        return answer

    def do(self, api: str, params: dict[str, Any]) -> Any:
        if api in ("send_group_msg", "send_private_msg"):
            self._message_id += 1
            place = params.get("group_id") or -params["user_id"]
            self.history.setdefault(place, []).append(
                {
                    "message_id": self._message_id,
                    "time": int(self.clock.now().timestamp()),
                    "sender": {"user_id": BOT},
                    "message": params["message"],
                }
            )
            return {"message_id": self._message_id}
        if api == "set_group_kick":
            self.members.discard(params["user_id"])
        if api == "set_group_ban":
            self.muted[params["user_id"]] = int(self.clock.now().timestamp()) + params["duration"]
        if api == "set_group_card":
            self.cards[params["user_id"]] = params["card"]
        if api == "set_group_add_request":
            self.requests[params["flag"]] = True
        if api == "delete_msg":
            for messages in self.history.values():
                messages[:] = [m for m in messages if m["message_id"] != params["message_id"]]
        return self.tell(api, params)

    def tell(self, api: str, params: dict[str, Any]) -> Any:
        if api in ("get_group_msg_history", "get_friend_msg_history"):
            if not self.has_history:
                raise ActionFailed(status="failed", retcode=1404, wording="不支持")
            return {"messages": self.history.get(params.get("group_id") or -params["user_id"], [])}
        if api == "get_group_member_info":
            user = params["user_id"]
            if user not in self.members:
                raise ActionFailed(status="failed", retcode=1200, wording="成员不存在")
            return {
                "user_id": user,
                "shut_up_timestamp": self.muted.get(user, 0),
                "card": self.cards.get(user, ""),
            }
        if api == "get_msg":
            for messages in self.history.values():
                for message in messages:
                    if message["message_id"] == params["message_id"]:
                        return message
            raise ActionFailed(status="failed", retcode=1200, wording="消息不存在")
        if api == "get_group_system_msg":
            return {"join_requests": [{"request_id": f, "checked": c} for f, c in self.requests.items()]}
        return None


def text(words: str, group: int = GROUP, **more: Any) -> Draft:
    segments = [{"type": "text", "data": {"text": words}}]
    return Draft("send_group_msg", {"group_id": group, "message": segments}, group_id=group, **more)


def kick(user: int, group: int = GROUP, **more: Any) -> Draft:
    params = {"group_id": group, "user_id": user, "reject_add_request": False}
    return Draft("set_group_kick", params, group_id=group, priority=Priority.ACT, **more)


async def until(condition: Callable[[], Any], seconds: float = 8.0) -> None:
    """Wait for it in real time; fails after that many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def quiet(outbox: Outbox) -> None:
    await until(outbox.idle)


async def pass_time(clock: Clock, outbox: Outbox, seconds: float, step: float = 1.0) -> None:
    """Move a frozen clock on in steps, letting the outbox do all it can at each."""
    end = clock.now() + timedelta(seconds=seconds)
    while clock.now() < end:
        await quiet(outbox)
        clock.move(timedelta(seconds=step))
    await quiet(outbox)


def outbox_for(peer: Peer, pacing: Pacing | None = None, **more: Any) -> Outbox:
    return Outbox(peer.clock, peer.call, pacing, peer.account_for, **more)
