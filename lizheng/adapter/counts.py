"""Counting what was dropped, and saying so without flooding the log."""

import asyncio
from collections import Counter

from nonebot.log import logger


class Counts(Counter[str]):
    """Running totals by name since start, for /metrics, with a rare warning beside them."""

    def __init__(self, every: float = 30.0) -> None:
        """`every`: seconds between two warnings of one name."""
        super().__init__()
        self._every = every
        self._said: dict[str, tuple[float, int]] = {}

    def note(self, name: str, sentence: str = "") -> None:
        """Count one; warn with `sentence` (never message content) at most once per interval and name."""
        self[name] += 1
        if not sentence:
            return
        now = asyncio.get_running_loop().time()
        at, total = self._said.get(name, (float("-inf"), 0))
        if now - at < self._every:
            return
        self._said[name] = (now, self[name])
        logger.warning("{} [{}: {} new, {} in all]", sentence, name, self[name] - total, self[name])
