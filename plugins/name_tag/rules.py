"""Whether a card fits the format, and what is due when it does not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lizheng.text import clip, fold, is_blank, visible
from plugins.name_tag.formats import (
    CARD_BYTES,
    CLASSES,
    Format,
    Part,
    impersonates,
    size_of,
    split_loosely,
    split_strictly,
)

SAME_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Verdict:
    """`why` says what is wrong, without a full stop; `card` is the card with the format's own separators."""

    ok: bool
    why: str = ""
    card: str = ""


def judge(form: Format, card: str, reserved: Collection[str] = ()) -> Verdict:
    """Whether this card fits. `reserved` are folded cards nobody else may carry: those of the admins."""
    if not card:
        return Verdict(False, "还没有群名片")
    if is_blank(card):
        return Verdict(False, "名片看上去是空的")
    if "[cq:" in card.casefold():
        return Verdict(False, "名片里有 [CQ:…] 这样的代码")
    shown = visible(card)
    if shown != " ".join(card.split()):
        return Verdict(False, "名片里有看不见的字符")
    if fold(shown) and fold(shown) in reserved:
        return Verdict(False, "和管理员的名片一模一样")
    pieces = _pieces(form, shown)
    fits = len(pieces) == len(form.parts)
    posing = map(impersonates, pieces if fits else [shown, *pieces])
    if any(posing) and not (fits and _listed(form, pieces)):
        return Verdict(False, "像是在冒充群主、管理员或官方")
    if not fits:
        return Verdict(False, f"要有 {len(form.parts)} 段，现在是 {len(pieces)} 段")
    fitted: list[str] = []
    for part, piece in zip(form.parts, pieces, strict=True):
        wrong, fit = _fit(part, piece)
        if wrong:
            return Verdict(False, wrong)
        fitted.append(fit)
    made = form.join(fitted)
    if (size := size_of(made)) > CARD_BYTES:
        return Verdict(False, f"太长了：{size} 字节，QQ 最多 {CARD_BYTES} 字节（20 个汉字）")
    return Verdict(True, card=made)


def _pieces(form: Format, card: str) -> list[str]:
    """Split by the format's own separators and their look-alikes, else by anything that may separate."""
    strict, found = split_strictly(card, form.separators)
    if len(strict) == len(form.parts) and tuple(found) == form.separators:
        return strict
    loose = split_loosely(card)
    if len(form.parts) > 1 and len(loose) == len(form.parts):
        return loose
    by_class, _ = split_strictly(card, tuple(CLASSES))
    return strict if len(strict) > 1 else by_class


def _listed(form: Format, pieces: list[str]) -> bool:
    """Whether every piece that sounds official was offered by the format itself."""
    return all(
        fold(piece) in map(fold, part.choices)
        for part, piece in zip(form.parts, pieces, strict=True)
        if impersonates(piece)
    )


def _fit(part: Part, piece: str) -> tuple[str, str]:
    if is_blank(piece):
        return f"「{part.name}」是空的", ""
    if not part.choices:
        if fold(piece) and fold(piece) == fold(part.name):
            return f"「{part.name}」要换成你自己的", ""
        return "", piece
    for choice in part.choices:
        if fold(choice) == fold(piece):
            return "", choice
    return f"「{part.name}」只能是{clip('、'.join(part.choices), 40)}", ""


@dataclass(frozen=True)
class Case:
    """A member whose card does not fit: how often they were reminded, and when the next step is due."""

    user_id: int
    reminders: int
    next_at: datetime


@dataclass(frozen=True)
class Due:
    """Who is reminded now, and for whom the reminders are used up."""

    remind: list[int]
    act: list[int]


def due(cases: Iterable[Case], most: int, now: datetime) -> Due:
    """Reminders that fall due within the hour go out together; a consequence never comes early."""
    found = sorted(cases, key=lambda case: (case.next_at, case.user_id))
    return Due(
        remind=[c.user_id for c in found if c.reminders < most and c.next_at <= now + SAME_HOUR],
        act=[c.user_id for c in found if c.reminders >= most and c.next_at <= now],
    )


def judge_member(form: Format, card: str, nickname: str, reserved: Collection[str] = ()) -> Verdict:
    """Like `judge`; a member without a card is seen under the nickname, which may fit as it is."""
    if card:
        return judge(form, card, reserved)
    seen = judge(form, nickname, reserved)
    return seen if seen.ok else judge(form, "")
