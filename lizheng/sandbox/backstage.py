"""What the sandbox page needs from the host behind the chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Dialogue:
    """An example conversation the page can replay; ``lines`` are shown as a preview, one chat line each."""

    name: str
    feature: str
    lines: Sequence[str]


class Backstage(Protocol):
    """The host as the page sees it: audit, clock, idleness, examples, command names."""

    async def audit(self, group_id: int, limit: int) -> list[dict[str, Any]]:
        """Newest first; each with ``number`` (int), ``at`` (epoch seconds), ``text`` and ``state``."""
        ...

    def clock_offset(self) -> float:
        """Seconds by which the world's clock is ahead of the machine's."""
        ...

    async def move_clock(self, seconds: float) -> None:
        """Move forward; raises ValueError with a Chinese sentence when it cannot."""
        ...

    async def move_clock_to(self, epoch: float) -> None:
        """Move forward to a moment; raises ValueError with a Chinese sentence when it lies behind."""
        ...

    def idle(self) -> bool:
        """True when the host has nothing left to do for what has happened so far."""
        ...

    def dialogues(self) -> list[Dialogue]: ...

    def commands(self) -> list[tuple[str, str]]:
        """Name without prefix and one-line description, for completion after ``/``."""
        ...

    async def play(self, name: str) -> None:
        """Replay one example in the simulated QQ; raises ValueError with a Chinese sentence on failure."""
        ...

    async def reconnect(self) -> None:
        """Close the sandbox's wire and open it again, so that the host asks the endpoint anew who it is."""
        ...
