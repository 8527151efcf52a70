"""Short memories with a bound: which events were seen, and what was said lately."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class Seen:
    """Remembers keys for a while, at most `size` of them."""

    def __init__(self, now: Callable[[], float], size: int = 20_000, seconds: float = 600.0) -> None:
        self._now, self._size, self._seconds = now, size, seconds
        self._keys: OrderedDict[int, float] = OrderedDict()

    def before(self, key: Hashable) -> bool:
        """Whether the key was noted lately; notes it otherwise."""
        # Only the hash is kept: with 20,000 entries of 64 bits a collision is not a practical concern.
        mark, now = hash(key), self._now()
        if (at := self._keys.get(mark)) is not None and now - at <= self._seconds:
            return True
        self._keys[mark] = now
        self._keys.move_to_end(mark)
        while self._keys:
            oldest = next(iter(self._keys))
            if len(self._keys) <= self._size and now - self._keys[oldest] <= self._seconds:
                break
            del self._keys[oldest]
        return False

    def has(self, key: Hashable) -> bool:
        """Tell whether the key was noted lately, without noting it."""
        at = self._keys.get(hash(key))
        return at is not None and self._now() - at <= self._seconds

    def clear(self) -> None:
        self._keys.clear()

    def __len__(self) -> int:
        return len(self._keys)


class Recent:
    """The last messages of each conversation, as the endpoint reported them, for quotes."""

    def __init__(self, per_lane: int = 100, total: int = 4_000, longest: int = 4_096) -> None:
        """`longest`: characters of raw message beyond which a message is not kept."""
        self._per_lane, self._total, self._longest = per_lane, total, longest
        self._lanes: OrderedDict[int, dict[int, dict[str, Any]]] = OrderedDict()
        self._count = 0

    def remember(self, lane: int, data: dict[str, Any]) -> None:
        """Keep a message event under its id; silently does not when it is too long."""
        message, message_id = data.get("message"), data.get("message_id")
        if type(message_id) is not int or not isinstance(message, (list, str)):
            return
        if len(message) > (self._longest if isinstance(message, str) else 50):
            return
        if len(str(data.get("raw_message") or "")) > self._longest:
            return
        sender = data.get("sender")
        kept = self._lanes.setdefault(lane, {})
        self._lanes.move_to_end(lane)
        self._count += message_id not in kept
        kept[message_id] = {
            "time": data["time"],
            "message_type": data.get("message_type", ""),
            "message_id": message_id,
            "real_id": data.get("real_id", message_id),
            "sender": {"user_id": data.get("user_id"), **(sender if isinstance(sender, dict) else {})},
            "message": message,
        }
        if len(kept) > self._per_lane:
            del kept[next(iter(kept))]
            self._count -= 1
        while self._count > self._total:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        lane = next(iter(self._lanes))
        kept = self._lanes[lane]
        del kept[next(iter(kept))]
        self._count -= 1
        if not kept:
            del self._lanes[lane]

    def find(self, lane: int, message_id: int) -> dict[str, Any] | None:
        return self._lanes.get(lane, {}).get(message_id)

    def clear(self) -> None:
        self._lanes.clear()
        self._count = 0
