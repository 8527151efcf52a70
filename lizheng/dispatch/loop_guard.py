"""Breaks the circle of two programs that answer each other: one that repeats a command over and over is not heard."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from nonebot import logger

MOST = 20
WITHIN = 90.0
"""Seconds. At its pace the bot answers at most twenty times a minute, so a circle of two programs shows within this."""
SILENT = 60.0
KEPT = 1024


@dataclass(slots=True)
class _Repetition:
    text: str
    times: list[float] = field(default_factory=list)
    silent_until: float = 0.0


class LoopGuard:
    """Counts how often a member repeats one command without saying anything else in between."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[int, int], _Repetition] = OrderedDict()

    def spoke(self, group_id: int, user_id: int) -> None:
        """The member said something that is no command."""
        if self._last:
            self._last.pop((group_id, user_id), None)

    def silenced(self, group_id: int, user_id: int, text: str, now: float) -> bool:
        """Count a command at `now` seconds; True beyond `MOST` within `WITHIN` seconds, until it was gone for a minute."""
        key = (group_id, user_id)
        last = self._last.get(key)
        if last is None or last.text != text:
            last = self._last[key] = _Repetition(text)
        self._last.move_to_end(key)
        while len(self._last) > KEPT:
            self._last.popitem(last=False)
        if now < last.silent_until:
            last.silent_until = now + SILENT
            return True
        last.times = [at for at in last.times if now - at < WITHIN] + [now]
        if len(last.times) <= MOST:
            return False
        last.silent_until = now + SILENT
        logger.warning(
            "lizheng: {} in group {} repeats itself and is not heard for a minute", user_id, group_id
        )
        return True
