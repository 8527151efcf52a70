"""What became of an act: done, not done, unknown, or only simulated."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The four ends of an act. UNKNOWN means the endpoint did not tell; it is reconciled later."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"
    SIMULATED = "simulated"


class Why(StrEnum):
    """Reasons why an act was not done after which something else is to be done: `outcome.why == Why.GONE`."""

    UNREADABLE = "读不到成员列表，没有执行"
    GONE = "他已经不在群里"
    NO_RIGHTS = "里正在本群不是管理员"
    ASKED = "移出的人太多，等人确认"
    """A kick beyond its budget became a preview."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one act. True only when it is DONE; `why` is a short Chinese reason, empty when done.

    `data` is the endpoint's answer (for a message: a dict with `message_id`) or what reconciling learned.
    """

    state: State
    data: Any = None
    why: str = ""

    def __bool__(self) -> bool:
        return self.state is State.DONE
