"""What may be done to a member who broke a rule, as admins write it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from lizheng.grammar import Misread, parse_duration, say_duration, tight

LONGEST_MUTE = timedelta(days=30)
"""QQ mutes no longer."""
MOST_RUNGS = 12
"""Of a ladder of measures."""
_WARN, _KICK = ("警告", "警告一次"), ("踢", "踢出", "踢人", "移出", "移出本群")

Kind = Literal["warn", "mute", "kick"]
_WEIGHT = {"warn": 0, "mute": 1, "kick": 2}


@dataclass(frozen=True)
class Measure:
    """What is done to a member; `span` is how long a mute lasts."""

    kind: Kind
    span: timedelta = timedelta()

    @property
    def said(self) -> str:
        """For members, with units."""
        return (
            f"禁言 {say_duration(self.span)}"
            if self.kind == "mute"
            else {"warn": "警告"}.get(self.kind, "踢")
        )

    @property
    def written(self) -> str:
        """As an admin writes it."""
        return "".join(self.said.replace("分钟", "分").split())

    @property
    def weight(self) -> tuple[int, timedelta]:
        return _WEIGHT[self.kind], self.span


WARN, KICK = Measure("warn"), Measure("kick")


def parse_measure(text: str) -> Measure | None:
    """`警告`, `禁言10分`, `踢`; None for anything else. Raises `Misread` for a mute that cannot be."""
    written = tight(text)
    if written in _WARN:
        return WARN
    if written in _KICK:
        return KICK
    if not written.startswith("禁言"):
        return None
    if not (length := written.removeprefix("禁言")):
        raise Misread("禁言要写多久，比如 禁言10分。")
    return Measure("mute", checked_span(parse_duration(length)))


def checked_span(span: timedelta) -> timedelta:
    """Raises `Misread` for a mute QQ does not know."""
    if span > LONGEST_MUTE:
        raise Misread(f"禁言最长 {LONGEST_MUTE.days} 天，QQ 不让更久。")
    return span
