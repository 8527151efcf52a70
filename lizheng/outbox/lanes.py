"""Queued entries by conversation and kind, each lane in priority and then arrival order."""

import heapq
from collections.abc import Callable, Iterator

from lizheng.outbox.entry import Entry, Kind

LaneKey = tuple[int, int, Kind]


class Lanes:
    """A lane is occupied while its last call is on its way; other lanes never wait for it."""

    def __init__(self) -> None:
        self._lanes: dict[LaneKey, list[tuple[int, int, Entry]]] = {}
        self._occupied: dict[LaneKey, Entry] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, entry: Entry) -> None:
        heapq.heappush(self._lanes.setdefault(_key(entry), []), (entry.priority, entry.id, entry))
        self._count += 1

    def remove(self, entry: Entry) -> None:
        """Take out the head of a lane."""
        key = _key(entry)
        heapq.heappop(self._lanes[key])
        self._count -= 1
        if not self._lanes[key]:
            del self._lanes[key]

    def all(self) -> list[Entry]:
        """Everything that is queued, and the last call of each lane while it is on its way."""
        return [*self._occupied.values(), *(entry for lane in self._lanes.values() for *_, entry in lane)]

    def drop(self, gone: Callable[[Entry], bool]) -> None:
        """Forget what is queued and `gone`."""
        for key, lane in list(self._lanes.items()):
            kept = [item for item in lane if not gone(item[2])]
            self._count -= len(lane) - len(kept)
            heapq.heapify(kept)
            if kept:
                self._lanes[key] = kept
            else:
                del self._lanes[key]

    def heads(self) -> Iterator[Entry]:
        """The next of every lane that is not occupied, the most urgent first."""
        heads = [lane[0] for key, lane in self._lanes.items() if key not in self._occupied]
        heads.sort(key=lambda item: item[:2])
        return iter([entry for *_, entry in heads])

    def is_free(self, entry: Entry) -> bool:
        """Whether the entry would be next in its lane and nothing of that lane is on its way."""
        key = _key(entry)
        return key not in self._lanes and key not in self._occupied

    def occupy(self, entry: Entry) -> None:
        self._occupied[_key(entry)] = entry

    def release(self, entry: Entry) -> None:
        key = _key(entry)
        if self._occupied.get(key) is entry:
            del self._occupied[key]


def _key(entry: Entry) -> LaneKey:
    # A message to nobody's group is kept apart by the account it is bound to.
    return (entry.place, 0 if entry.place else entry.account, entry.kind)
