"""Knobs for what goes wrong between a host and QQ."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    NEVER_ANSWERS = "never_answers"
    FAILED_BUT_DONE = "failed_but_done"
    OK_BUT_NOT_DONE = "ok_but_not_done"
    REFUSED = "refused"
    DELAY = "delay"
    DOUBLE_ANSWER = "double_answer"
    DROP = "drop"
    HALF_OPEN = "half_open"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    STALE_ROLE = "stale_role"
    STALE_LIST = "stale_list"
    NOT_LET_IN = "not_let_in"
    BLANK = "blank"


@dataclass(slots=True)
class Fault:
    """One knob.

    `action` is an API name, or `*` for any. For duplicate and reorder it is an event name (`message`,
    `notice`, `notice.group_increase`, `request`), for stale_role `event`, `get_group_member_info` or
    `get_group_member_list`. stale_list gives a member list without the `times` who came last; blank one in
    which the field `action` is 0; not_let_in answers ok to an approval after which nobody joins. `count`
    uses remain (-1: for ever). `seconds` is the delay, or how long after half_open the endpoint comes
    back. `times` is how often a duplicated event arrives. `done` tells whether a call that is never
    answered, dropped or caught by a half-open socket takes effect all the same. `message` is what a
    failure says.
    """

    kind: FaultKind
    action: str = "*"
    count: int = 1
    seconds: float = 0.0
    times: int = 2
    done: bool = False
    message: str = "Timeout: NTEvent serviceAndMethod:sandbox"

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "action": self.action,
            "count": self.count,
            "seconds": self.seconds,
            "times": self.times,
            "done": self.done,
            "message": self.message,
        }


class Faults:
    """The knobs that are turned on. Earlier ones are used up first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, kind: FaultKind | str, action: str = "*", count: int = 1, **details: Any) -> Fault:
        """Turn a knob; `details` are the other fields of `Fault`. Raises ValueError for an unknown kind."""
        fault = Fault(FaultKind(kind), action, count, **details)
        self._faults.append(fault)
        return fault

    def take(self, kind: FaultKind | str, *names: str) -> Fault | None:
        """Use one up: the first of this kind whose action is `*` or one of `names`."""
        for fault in self._faults:
            if fault.kind == kind and fault.count != 0 and (fault.action == "*" or fault.action in names):
                if fault.count > 0:
                    fault.count -= 1
                if fault.count == 0:
                    self._faults.remove(fault)
                return fault
        return None

    def remove(self, fault: Fault) -> None:
        if fault in self._faults:
            self._faults.remove(fault)

    def clear(self) -> None:
        self._faults.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._faults))

    def __len__(self) -> int:
        return len(self._faults)
