"""The account as handlers see it."""

from typing import TYPE_CHECKING

from nonebot.adapters.onebot.v11 import bot as v11
from nonebot.adapters.onebot.v11.event import Event, GroupMessageEvent, MessageEvent
from nonebot.adapters.onebot.v11.exception import OneBotV11AdapterException
from nonebot.message import handle_event
from typing_extensions import override

from lizheng.adapter.quirks import Quirks, quirks_of
from lizheng.adapter.reply import resolve_quote

if TYPE_CHECKING:
    from lizheng.adapter import Adapter


class Bot(v11.Bot):
    """A stock OneBot v11 bot whose quotes are resolved without hanging."""

    adapter: "Adapter"  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, adapter: "Adapter", self_id: str) -> None:
        super().__init__(adapter, self_id)
        self._quirks: Quirks | None = None

    @override
    async def handle_event(self, event: Event) -> None:
        if isinstance(event, MessageEvent):
            event.message.reduce()
            lane = event.group_id if isinstance(event, GroupMessageEvent) else -event.user_id
            await resolve_quote(self, event, self.adapter.recent, lane)
            v11._check_at_me(self, event)
            if self.config.nickname:
                v11._check_nickname(self, event)
        await handle_event(self, event)

    async def quirks(self) -> Quirks:
        """What this endpoint can see; asked once per connection, cautious defaults while it does not say."""
        if self._quirks is None:
            try:
                self._quirks = quirks_of(await self.call_api("get_version_info", _timeout=5.0))
            except OneBotV11AdapterException:
                return Quirks()
        return self._quirks
