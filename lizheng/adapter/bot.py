"""The account as handlers see it."""

from typing import Any

from nonebot.adapters.onebot.v11 import bot as v11
from nonebot.adapters.onebot.v11.event import Event, GroupMessageEvent, MessageEvent
from nonebot.adapters.onebot.v11.exception import OneBotV11AdapterException
from nonebot.message import handle_event
from typing_extensions import override

from lizheng.adapter.capabilities import Capabilities, capabilities_of
from lizheng.adapter.recent import Recent
from lizheng.adapter.reply import resolve_quote


class Bot(v11.Bot):
    """A stock OneBot v11 bot whose quotes are resolved without hanging."""

    def __init__(self, adapter: Any, self_id: str, recent: Recent) -> None:
        """`recent` are the messages that quotes are looked up in first."""
        super().__init__(adapter, self_id)
        self._recent = recent
        self._capabilities: Capabilities | None = None

    @override
    async def handle_event(self, event: Event) -> None:
        if isinstance(event, MessageEvent):
            await self.prepare(event, self._recent)
        short_way = getattr(self.adapter, "short_way", None)
        if short_way is None or not await short_way(self, event):
            await handle_event(self, event)

    async def prepare(self, event: MessageEvent, recent: Recent) -> None:
        """Leave only the member's own words in the message: the quote, and an @ of the bot at either end, go apart."""
        event.message.reduce()
        lane = event.group_id if isinstance(event, GroupMessageEvent) else -event.user_id
        await resolve_quote(self.call_api, event, recent, lane)
        v11._check_at_me(self, event)
        if self.config.nickname:
            v11._check_nickname(self, event)

    async def capabilities(self) -> Capabilities:
        """What this endpoint can see; asked once per connection, cautious defaults while it does not say."""
        if self._capabilities is None:
            try:
                self._capabilities = capabilities_of(await self.call_api("get_version_info", _timeout=5.0))
            except OneBotV11AdapterException:
                return Capabilities()
        return self._capabilities
