"""The OneBot v11 adapter, hardened: register `Adapter` instead of the stock one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, cast

from nonebot.adapters.onebot.v11 import adapter as v11
from nonebot.adapters.onebot.v11.event import Event
from nonebot.drivers import URL, WebSocket, WebSocketServerSetup
from nonebot.log import logger
from typing_extensions import override

from lizheng.adapter.access import Access, read_self_id, shown_secret
from lizheng.adapter.accounts import Accounts
from lizheng.adapter.bot import Bot
from lizheng.adapter.capabilities import Capabilities
from lizheng.adapter.connection import Connection
from lizheng.adapter.counts import Counts
from lizheng.adapter.errors import ActionFailed, NotSent, Unanswered
from lizheng.adapter.events import MODELS, Spoken
from lizheng.adapter.frames import BadFrame, check_event, event_key, lane_of, number, queue_of, read_frame
from lizheng.adapter.lanes import Lanes
from lizheng.adapter.recent import Recent, Seen
from lizheng.base.clock import Clock

__all__ = ["Access", "ActionFailed", "Adapter", "Bot", "Capabilities", "NotSent", "Unanswered"]

_PATHS = ("/onebot/v11/", "/onebot/v11/ws", "/onebot/v11/ws/")
# Beyond this many waiting events the text is kept and read again later: it is a tenth of the parsed weight.
_KEEP_PARSED = 200
# Stock fallbacks that would let a malformed event through half-read, and write its content to the log.
_TOO_VAGUE = (v11.event.Event, v11.event.MessageEvent, v11.event.RequestEvent)


class Adapter(v11.Adapter):
    """Serves reverse WebSockets only: no HTTP routes, no forward connections, no HTTP API roots.

    `lanes` tells and awaits idleness, `counts` holds totals, `recent` the latest messages for quotes. `kin` are
    accounts of ours at other hosts. `admits(key, account, item)` is asked about every event, where set: one that
    is not admitted is not handled unless it is given to `readmit` later. The key is the group, else minus the account.
    `now` tells the epoch seconds at which a message came, where set. `short_way(bot, event)` may handle an event in
    NoneBot's place, and is False when it did not. `last_heard` is when an account that is lost, or was lost and is not
    taken up again yet, was last heard of, in epoch seconds by `now`.
    """

    @override
    def __init__(self, driver: Any, access: Access | None = None, **kwargs: Any) -> None:
        """`access` defaults to NoneBot's own ONEBOT_ACCESS_TOKEN."""
        self.counts = Counts()
        self.lanes = Lanes(self._handle)
        self.recent = Recent()
        self._accounts = Accounts()
        self._seen = Seen(lambda: asyncio.get_running_loop().time())
        self._links: dict[str, Connection] = {}
        self._models: dict[tuple[Any, ...], list[type[Event]]] = {}
        super().__init__(driver, **kwargs)
        self.kin: Collection[int] = ()
        self.admits: Callable[[int, int, Any], Awaitable[bool]] | None = None
        self.now: Callable[[], float] = lambda: 0.0
        self.short_way: Callable[[Bot, Event], Awaitable[bool]] | None = None
        self.last_heard: dict[int, float] = {}
        self.access = access or Access(self.onebot_config.onebot_access_token or "")
        self.add_custom_model(*MODELS)

    @override
    def _setup(self) -> None:
        for path in _PATHS:
            setup = WebSocketServerSetup(URL(path), f"{self.get_name()} {path}", self._handle_ws)
            self.setup_websocket_server(setup)
        if self.onebot_config.onebot_ws_urls:
            logger.warning("ONEBOT_WS_URLS is not supported: let the endpoint connect to us instead")
        self.driver.on_shutdown(self._stop)

    def accounts(self) -> list[int]:
        """Connected accounts, the longest connected first."""
        return [int(self_id) for self_id in self._links]

    def account_for(self, group_id: int) -> int | None:
        """The account that acts for a group; None when none is known to be in it."""
        return self._accounts.acting(group_id, self.accounts())

    def note_groups(self, account: int, group_ids: Iterable[int]) -> None:
        """Tell which groups an account is in; a group that another account already acts for stays with it."""
        for group_id in group_ids:
            self._accounts.claim(group_id, account)

    def leave_group(self, account: int, group_id: int) -> None:
        """Tell that an account is no longer in a group; another account of ours that is may act there."""
        self._accounts.leave(group_id, account)

    def reach(self) -> dict[int, int]:
        """Where a connected account of ours can act, by group and by minus the account, with the account that would."""
        return {**self._accounts.all(), **{-account: account for account in self.accounts()}}

    def readmit(self, item: Any) -> None:
        """Handle an event that was not admitted when it came."""
        self.lanes.put(queue_of(item[1]), item, 0)

    def forget(self) -> None:
        """Drop the memories of duplicates, quotes and who acts where (a fresh world in tests)."""
        self._seen.clear()
        self.recent.clear()
        self._accounts.clear()
        self.last_heard.clear()

    def silent_for(self, account: int) -> float:
        """Tell how many seconds ago a connected account was last heard of; 0 for one that is not connected."""
        link = self._links.get(str(account))
        return Clock.ticks() - link.heard_at if link else 0.0

    def has_seen(self, event: Spoken) -> bool:
        """Tell whether a message that was read back had come on the socket before, as far as is remembered."""
        return self._seen.has(_key_of(event))

    def note_seen(self, event: Spoken) -> None:
        """Take a message that was read back as come, should it come on the socket after all."""
        self._seen.before(_key_of(event))

    async def read_back(self, account: int, data: Any, recent: Recent) -> Spoken | None:
        """Make an event of a message in a group's history, its quote resolved; None for our own and what is no message.

        `recent` are messages read back with it, in which quotes are looked up first.
        """
        if not isinstance(data, dict) or data.get("post_type", "message") != "message":
            return None
        data = {**data, "post_type": "message", "message_type": "group", "self_id": account}
        try:
            check_event(data, account)
        except BadFrame:
            return None
        event = None if self._is_ours(number(data, "user_id")) else self._event(data)
        bot = self.bots.get(str(account))
        if not isinstance(event, Spoken) or not isinstance(bot, Bot):
            return None
        await bot.prepare(event, recent)
        return event

    async def drain(self, deadline: float = 5.0) -> bool:
        """Let running handlers end, at most `deadline` seconds, then give up on the rest; whether all ended.

        To be called by the host before it closes what handlers use.
        """
        if await self.lanes.drained(deadline):
            return True
        logger.warning("{} events were not finished within {} s", self.lanes.abandon(), deadline)
        return False

    @override
    async def _stop(self) -> None:
        await self.drain(1.0)
        for link in list(self._links.values()):
            self._detach(link, "the host is stopping")
        await super()._stop()

    @override
    async def _call_api(self, bot: Any, api: str, **data: Any) -> Any:
        timeout = data.pop("_timeout", self.config.api_timeout)
        link = self._links.get(bot.self_id)
        if link is None:
            raise NotSent(f"{api}: account {bot.self_id} is not connected")
        return await link.call(api, data, timeout)

    @override
    async def _handle_ws(self, websocket: WebSocket) -> None:
        request = websocket.request
        shown = shown_secret(request.headers, request.url.query)
        if not self.access.allows(shown):
            await self._refuse(websocket, self.access.refusal(shown))
            return
        self_id = read_self_id(request.headers.get("x-self-id"))
        if self_id is None:
            await self._refuse(websocket, "X-Self-ID must be the account's QQ id")
            return
        await websocket.accept()
        link = Connection(websocket, self_id, self._take_event, self.lanes, self.counts)
        if not self._attach(link, websocket):
            await link.close(1008, "another adapter serves this account")
            return
        try:
            await link.receive()
        finally:
            self._detach(link, "the connection was lost")
            await link.close()

    async def _refuse(self, websocket: WebSocket, why: str) -> None:
        self.counts.note("peers_refused", f"A OneBot endpoint was refused: {why}")
        with contextlib.suppress(Exception):
            await websocket.close(1008, why[:120])

    def _attach(self, link: Connection, websocket: WebSocket) -> bool:
        """Make this connection the account's only one. Does not await, so two newcomers cannot interleave."""
        old = self._links.get(link.self_id)
        if old is not None:
            self._detach(old, "replaced by a newer connection")
            task = asyncio.get_running_loop().create_task(old.close(1008, "replaced by a newer connection"))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        try:
            self.bot_connect(Bot(self, link.self_id, self.recent))
        except RuntimeError:
            logger.error("Account {} is already served by another adapter", link.self_id)
            return False
        self._links[link.self_id] = link
        self.connections[link.self_id] = websocket
        logger.info("Account {} connected", link.self_id)
        return True

    def _detach(self, link: Connection, why: str) -> None:
        link.lose(why)
        if self._links.get(link.self_id) is link:
            silent = Clock.ticks() - link.heard_at
            self.last_heard.setdefault(int(link.self_id), self.now() - silent)
        if self._links.get(link.self_id) is not link:
            return
        del self._links[link.self_id]
        self.connections.pop(link.self_id, None)
        self._accounts.release(int(link.self_id))
        self.bot_disconnect(self.bots[link.self_id])
        logger.info("Account {} disconnected: {}", link.self_id, why)

    def _take_event(self, link: Connection, data: dict[str, Any], raw: str | bytes) -> None:
        lane = lane_of(data)
        kind = data["post_type"]
        if kind == "message_sent" or (kind == "message" and self._is_ours(number(data, "user_id"))):
            self.recent.remember(lane, data)
            self.counts["events_own"] += 1
            return
        if lane > 0 and not self._accounts.concerns(data, lane, int(link.self_id)):
            self.counts["events_other_account_acts"] += 1
            return
        if (key := event_key(data)) is not None and self._seen.before(key):
            self.counts["events_duplicate"] += 1
            return
        self.counts["events"] += 1
        kept = data if self.lanes.pending < _KEEP_PARSED else raw if isinstance(raw, bytes) else raw.encode()
        self.lanes.put(queue_of(data), (link.self_id, kept, self.now()), len(raw))

    async def _handle(self, item: tuple[str, dict[str, Any] | bytes, float]) -> None:
        self_id, data, came_at = item
        if isinstance(data, bytes):
            try:
                data = read_frame(data)
            except BadFrame:
                return
        lane = lane_of(data)
        if data["post_type"] == "message":
            self.recent.remember(lane, data)
        if self.admits is not None and data["post_type"] != "meta_event":
            key, account = (lane, int(self_id)) if lane > 0 else (-int(self_id), int(self_id))
            if not await self.admits(key, account, (self_id, data, came_at)):
                self.counts["events_other_host_acts"] += 1
                return
        event = self._event(data)
        if event is None:
            self.counts.note("events_unreadable", "An event did not fit its model and was dropped")
            return
        if isinstance(event, Spoken):
            event.came_at = came_at
        bot = cast(Bot, self.bots.get(self_id)) or Bot(self, self_id, self.recent)
        await bot.handle_event(event)

    def _is_ours(self, user_id: int) -> bool:
        return str(user_id) in self._links or user_id in self.kin

    def _event(self, data: dict[str, Any]) -> Event | None:
        kind = data["post_type"]
        for name in (f"{kind}_type", "sub_type"):
            if type(data.get(name, "")) is not str:
                data = {key: value for key, value in data.items() if key != name}
        detail = data.get(f"{kind}_type")
        key = (kind, detail, data.get("sub_type"), len(self.event_models.models))
        try:
            if (models := self._models.get(key)) is None:
                models = [model for model in self.get_event_model(data) if model not in _TOO_VAGUE]
                if len(self._models) < 256:
                    self._models[key] = models
        except (TypeError, ValueError):
            return None
        for model in models:
            with contextlib.suppress(ValueError):
                return model.model_validate(data)
        return None


def _key_of(event: Spoken) -> tuple[Any, ...] | None:
    told = {
        name: getattr(event, name, 0) for name in ("post_type", "self_id", "message_id", "time", "user_id")
    }
    return event_key({**told, "group_id": getattr(event, "group_id", 0)})
