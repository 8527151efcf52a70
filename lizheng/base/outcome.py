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
