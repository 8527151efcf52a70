"""The short way of a message: from the adapter to our dispatch, where NoneBot's own would change nothing.

NoneBot opens a scope, a task group per priority and a copy of the state for every event, which is half of what a line
of chatter costs. Whatever somebody else may have put in the way is looked for at every message, so that a plugin that
is loaded later, waits for an answer or hooks into events meets everything as NoneBot documents it.
"""

from __future__ import annotations

from nonebot import logger, message
from nonebot.adapters import Bot, Event
from nonebot.adapters.onebot.v11 import MessageEvent
from nonebot.matcher import Matcher

from lizheng.dispatch.dispatcher import Dispatcher
from lizheng.dispatch.matcher_index import reaches_only
from lizheng.registry.toggles import is_own_preprocessor

_HANDLE_EVENT = message.handle_event


class ShortWay:
    """Handles messages that nobody but our entry matcher would be shown."""

    def __init__(self, dispatch: Dispatcher, entry: type[Matcher]):
        self._dispatch = dispatch
        self._entry = entry

    async def take(self, bot: Bot, event: Event) -> bool:
        """Handle a message; False when it is to go NoneBot's way, and nothing was done.

        Notices and requests always are: they are few. A handler that outlasts the host's stop is cut off, which is no
        other than being killed; NoneBot would let it go on with a database that is closed.
        """
        if not isinstance(event, MessageEvent) or _somebody_hooked_in():
            return False
        if not reaches_only(self._entry, bot, event):
            return False
        try:
            await self._dispatch.message(event)
        except Exception as error:
            logger.opt(exception=error).error("lizheng: a message could not be handled")
        return True


def _somebody_hooked_in() -> bool:
    """Whether somebody else sees events or runs of matchers as such, or replaced NoneBot's dispatch."""
    return bool(
        message._event_preprocessors
        or message._event_postprocessors
        or message._run_postprocessors
        or message.handle_event is not _HANDLE_EVENT
        or not all(is_own_preprocessor(each.call) for each in message._run_preprocessors)
    )
