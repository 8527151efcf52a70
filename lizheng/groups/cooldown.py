"""What was said in a group not long ago, so that it is not said again. Forgotten at a restart."""

from __future__ import annotations

from collections import OrderedDict

from lizheng.base.clock import Clock

KEPT = 4096


class Cooldown:
    """The latest topics, each of a group."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._raised: OrderedDict[tuple[int, str], float] = OrderedDict()

    def now_and_then(self, group_id: int, topic: str, seconds: float) -> bool:
        """True at most once per group, topic and `seconds`."""
        now, key = self._clock.elapsed(), (group_id, topic)
        if now - self._raised.get(key, float("-inf")) < seconds:
            return False
        self._raised[key] = now
        self._raised.move_to_end(key)
        while len(self._raised) > KEPT:
            self._raised.popitem(last=False)
        return True

    def first_time(self, group_id: int, topic: str) -> bool:
        """True once per group and topic."""
        return self.now_and_then(group_id, topic, float("inf"))

    def forget(self, group_id: int, topic: str) -> None:
        """What every feature told once about this may be told once more."""
        for key in [k for k in self._raised if k[0] == group_id and k[1].endswith(f":{topic}")]:
            del self._raised[key]

    def clear(self) -> None:
        self._raised.clear()
