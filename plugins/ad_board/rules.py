"""What may stand on the board, in which order, and how it reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from lizheng.grammar import Misread
from lizheng.text import clip, is_blank, visible
from plugins.ad_board import texts

NAME, ALIAS, SUBMIT = "广告贴", "adboard", "投稿"
LONGEST = 200
MOST_A_DAY = 5
"""What a member may submit within a day, withdrawn or not."""
MOST_LINES = 5
MOST_CHARACTERS = 600
IN_DIGEST = 3
NOTICE_LENGTH = 40


@dataclass(frozen=True)
class Shown:
    """One live entry. `who` is its author's name, safe to show."""

    number: int
    text: str
    who: str
    expires_at: datetime
    pinned_at: datetime | None = None

    @property
    def pin(self) -> str:
        return texts.PIN if self.pinned_at else ""


def check_text(text: str) -> str:
    """The text as it would stand on the board. Raises `Misread`."""
    text = visible(text)
    if is_blank(text):
        raise Misread(texts.NO_CONTENT)
    if len(text) > LONGEST:
        raise Misread(texts.TOO_LONG.format(most=LONGEST, length=len(text)))
    return text


def in_order(entries: Iterable[Shown]) -> list[Shown]:
    """Pinned ones first, the last pinned on top; then the newest first."""
    return sorted(
        entries,
        key=lambda e: (e.pinned_at is None, -(e.pinned_at.timestamp() if e.pinned_at else 0), -e.number),
    )


def is_long(entries: Sequence[Shown]) -> bool:
    """Whether the board is too long for one message."""
    return len(entries) > MOST_LINES or sum(len(e.text) for e in entries) > MOST_CHARACTERS


def say_day(at: datetime, zone: tzinfo) -> str:
    day = at.astimezone(zone).date()
    return f"{day.month} 月 {day.day} 日"


def lines(entries: Sequence[Shown], zone: tzinfo, longest: int = LONGEST) -> str:
    """One line for each entry."""
    return "\n".join(
        texts.LINE.format(
            pin=e.pin, number=e.number, text=clip(e.text, longest), who=e.who, day=say_day(e.expires_at, zone)
        )
        for e in entries
    )


def page(entry: Shown, zone: tzinfo) -> tuple[str, str]:
    """An entry on a page of its own: the name above it, and what it says."""
    name = texts.PAGE_NAME.format(pin=entry.pin, number=entry.number, who=entry.who)
    return name, texts.PAGE.format(text=entry.text, day=say_day(entry.expires_at, zone), number=entry.number)


def digest(entries: Sequence[Shown]) -> str:
    """The board in a few lines, "" when it is empty."""
    if not entries:
        return ""
    found = "\n".join(
        texts.DIGEST_LINE.format(number=e.number, text=clip(e.text, NOTICE_LENGTH))
        for e in entries[:IN_DIGEST]
    )
    return texts.DIGEST.format(count=len(entries), lines=found)


def section_lines(entries: Sequence[Shown]) -> tuple[str, ...]:
    """The board as a paragraph of the morning brief, which names the way to the rest."""
    found = [
        texts.DIGEST_LINE.format(number=e.number, text=clip(e.text, NOTICE_LENGTH))
        for e in entries[:IN_DIGEST]
    ]
    if left := len(entries) - len(found):
        found.append(texts.SECTION_MORE.format(count=left))
    return tuple(found)


def to_replace(numbers: Sequence[int], most: int) -> Sequence[int]:
    """Which of a member's entries, oldest first, make room for one more."""
    return numbers[: max(0, len(numbers) + 1 - most)]
