"""Plays the QQ endpoint towards a host, as NapCat would over its reverse WebSocket."""

import asyncio
import contextlib
import json
import re
import time
from collections import Counter
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bench.chatter import ACCOUNT, OWNER, Group, Script, nick
from bench.process import HostProcess

_VERSION = {"app_name": "NapCat.Onebot", "app_version": "4.9.0", "protocol_version": "v11"}
_TOKEN = re.compile(r"第\d+号")


class Endpoint:
    """One account on one host. Answers every API call at once; notes what the host says, where and when."""

    def __init__(self, host: HostProcess, groups: list[Group], seed: int = 1) -> None:
        self.host = host
        self.groups = groups
        self.script = Script(groups, seed)
        self.calls: Counter[str] = Counter()
        self.answered: list[tuple[int, str]] = []
        self._by_id = {group.group_id: group for group in groups}
        self._numbers = count(1)
        self._sent_ids = count(500_000)
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._next_in: dict[int, asyncio.Future[float]] = {}
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def connect(self, within: float = 40) -> None:
        """Keep trying as an endpoint does. Raises TimeoutError when the host does not take us in time."""
        headers = {"X-Self-ID": str(ACCOUNT), "x-client-role": "Universal"}
        headers["Authorization"] = f"Bearer {self.host.token}"
        url = f"ws://127.0.0.1:{self.host.port}/onebot/v11/ws"
        async with asyncio.timeout(within):
            while self._socket is None:
                self.host.check_alive()
                try:
                    self._socket = await connect(
                        url, additional_headers=headers, max_size=None, compression=None
                    )
                except (OSError, InvalidHandshake):
                    await asyncio.sleep(0.02)
        self._reader = asyncio.create_task(self._read(self._socket))
        hello = {"meta_event_type": "lifecycle", "sub_type": "connect", "post_type": "meta_event"}
        now = json.loads(next(self.script.chatter(1)))["time"]
        await self.send(json.dumps({**hello, "time": now, "self_id": ACCOUNT}))

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def send(self, frame: str) -> None:
        assert self._socket is not None
        await self._socket.send(frame)

    async def ask(self, text: str, group: Group | None = None, within: float = 30) -> float:
        """Say something as the owner and wait for the next thing the host says there: seconds it took."""
        place = group or self.groups[0]
        heard = self._next_in[place.group_id] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await self.send(self.script.said(place, OWNER, text))
        return await asyncio.wait_for(heard, within) - began

    async def echo(self, group: Group, user_id: int) -> tuple[str, asyncio.Future[float]]:
        """Send one 复读 command; the future holds the moment (perf_counter) its own answer came."""
        token = f"第{next(self._numbers)}号"
        answer = self._waiting[token] = asyncio.get_running_loop().create_future()
        await self.send(self.script.said(group, user_id, f"/复读 {token}"))
        return token, answer

    async def _read(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in socket:
                call = json.loads(frame)
                self.calls[call["action"]] += 1
                data = self._answer(call["action"], call.get("params") or {})
                answer = {"status": "ok", "retcode": 0, "data": data, "message": "", "wording": ""}
                await socket.send(json.dumps({**answer, "echo": call.get("echo")}, ensure_ascii=False))

    def _answer(self, action: str, params: dict[str, Any]) -> Any:
        action = action.removesuffix("_async").removesuffix("_rate_limited")
        if action in ("send_msg", "send_group_msg", "send_private_msg"):
            self._note(
                int(params.get("group_id") or 0), json.dumps(params.get("message"), ensure_ascii=False)
            )
            return {"message_id": next(self._sent_ids)}
        group = self._by_id.get(int(params.get("group_id") or 0), self.groups[0])
        user = int(params.get("user_id") or OWNER)
        answers: dict[str, Any] = {
            "get_login_info": lambda: {"user_id": ACCOUNT, "nickname": "里正"},
            "get_version_info": lambda: dict(_VERSION),
            "get_status": lambda: {"online": True, "good": True},
            "get_group_list": lambda: [_group_info(g) for g in self.groups],
            "get_group_info": lambda: _group_info(group),
            "get_group_member_list": lambda: [_member(group, u) for u in (ACCOUNT, *group.members)],
            "get_group_member_info": lambda: _member(group, user),
            "get_group_msg_history": lambda: {"messages": []},
            "get_group_system_msg": lambda: {"invited_requests": [], "join_requests": []},
        }
        return answers[action]() if action in answers else None

    def _note(self, group_id: int, body: str) -> None:
        now = time.perf_counter()
        if found := _TOKEN.search(body):
            self.answered.append((group_id, found[0]))
            _resolve(self._waiting.pop(found[0], None), now)
        _resolve(self._next_in.pop(group_id, None), now)


def _resolve(waiting: asyncio.Future[float] | None, now: float) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(now)


def _group_info(group: Group) -> dict[str, Any]:
    return {
        "group_id": group.group_id,
        "group_name": group.name,
        "member_count": len(group.members) + 1,
        "max_member_count": 2000,
    }


def _member(group: Group, user_id: int) -> dict[str, Any]:
    return {
        "group_id": group.group_id,
        "user_id": user_id,
        "nickname": nick(user_id),
        "card": "",
        "sex": "unknown",
        "age": 0,
        "area": "",
        "level": "12",
        "join_time": 1_690_000_000,
        "last_sent_time": 1_760_000_000,
        "unfriendly": False,
        "card_changeable": True,
        "is_robot": False,
        "shut_up_timestamp": 0,
        "role": "owner" if user_id == OWNER else "admin" if user_id == ACCOUNT else "member",
        "title": "",
        "title_expire_time": 0,
    }
