"""The end of an act or a message, as the handler of a completion is given it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lizheng.base.outcome import Outcome, State


@dataclass(frozen=True)
class Completed:
    """How an act or a message ended, told once to the completion that was named for it.

    `outcome` is what is known for good: DONE, NOT_DONE with the reason, SIMULATED in dry run, and UNKNOWN only when nobody
    will ever know. `payload` is what was given along. `record` is the number of the act's record, 0 for a message, and
    `message_id` what QQ calls the message, None when it did not arrive.
    """

    outcome: Outcome
    payload: Mapping[str, Any] = field(default_factory=dict)
    record: int = 0
    message_id: int | None = None

    @property
    def state(self) -> State:
        """What became of it."""
        return self.outcome.state

    @property
    def why(self) -> str:
        """The reason in Chinese, "" when done."""
        return self.outcome.why

    def __bool__(self) -> bool:
        return bool(self.outcome)
