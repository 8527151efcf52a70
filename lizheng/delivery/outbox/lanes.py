"""Queued entries by conversation and kind, each lane in priority and then arrival order."""

import heapq
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator

from lizheng.delivery.outbox.entry import Entry, Kind

LaneKey = tuple[int, int, Kind]
SERVED_KEPT = 4096


class Lanes:
    """A lane is occupied while its last call is on its way; other lanes never wait for it."""

    def __init__(self) -> None:
        self._lanes: dict[LaneKey, list[tuple[int, int, Entry]]] = {}
        self._occupied: dict[LaneKey, Entry] = {}
        self._count = 0
        self._turn = 0
        self._served: OrderedDict[int, int] = OrderedDict()
        self._waiting: Counter[tuple[int, int]] = Counter()

    def __len__(self) -> int:
        return self._count

    def add(self, entry: Entry) -> None:
        heapq.heappush(self._lanes.setdefault(_key(entry), []), (entry.priority, entry.id, entry))
        self._count += 1
        if entry.author_id:
            self._waiting[entry.group_id, entry.author_id] += 1

    def remove(self, entry: Entry) -> None:
        """Take out the head of a lane."""
        key = _key(entry)
        heapq.heappop(self._lanes[key])
        self._forget(entry)
        if not self._lanes[key]:
            del self._lanes[key]

    def all(self) -> list[Entry]:
        """Everything that is queued, and the last call of each lane while it is on its way."""
        return [*self._occupied.values(), *(entry for lane in self._lanes.values() for *_, entry in lane)]

    def waiting(self, group_id: int, author_id: int) -> int:
        """How many answers to this person are queued in the group."""
        return self._waiting[group_id, author_id]

    def _forget(self, entry: Entry) -> None:
        self._count -= 1
        if entry.author_id:
            key = (entry.group_id, entry.author_id)
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]

    def drop(self, gone: Callable[[Entry], bool]) -> list[Entry]:
        """Forget what is queued and `gone`, and tell it."""
        dropped: list[Entry] = []
        for key, lane in list(self._lanes.items()):
            going = [item[2] for item in lane if gone(item[2])]
            if not going:
                continue
            for entry in going:
                self._forget(entry)
            dropped += going
            kept = [item for item in lane if item[2] not in going]
            heapq.heapify(kept)
            if kept:
                self._lanes[key] = kept
            else:
                del self._lanes[key]
        return dropped

    def heads(self) -> Iterator[Entry]:
        """The next of every lane that is not occupied: the most urgent first, among these whose conversation has waited
        longest for its turn, so that one that is flooded costs the others nothing."""
        heads = [lane[0][2] for key, lane in self._lanes.items() if key not in self._occupied]
        heads.sort(key=lambda entry: (entry.priority, self._served.get(entry.place, 0), entry.id))
        return iter(heads)

    def is_free(self, entry: Entry) -> bool:
        """Whether the entry would be next in its lane and nothing of that lane is on its way."""
        key = _key(entry)
        return key not in self._lanes and key not in self._occupied

    def occupy(self, entry: Entry) -> None:
        self._occupied[_key(entry)] = entry
        self._turn += 1
        self._served[entry.place] = self._turn
        self._served.move_to_end(entry.place)
        if len(self._served) > SERVED_KEPT:
            self._served.popitem(last=False)

    def release(self, entry: Entry) -> None:
        key = _key(entry)
        if self._occupied.get(key) is entry:
            del self._occupied[key]


def _key(entry: Entry) -> LaneKey:
    # A message to nobody's group is kept apart by the account it is bound to.
    return (entry.place, 0 if entry.place else entry.account, entry.kind)
