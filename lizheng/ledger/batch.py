"""Which orders an admin means who confirms several at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lizheng.grammar import Misread, looks_like_numbers, parse_number_list, plain, tight
from lizheng.plugin.refusals import Declined

MOST = 200
WHOLE = frozenset({"全部", "所有", "全收到", "all"})
_LABELLED = re.compile(r"[Aa]\d{1,9}(?:[-~至到,、][Aa]?\d{1,9})*")
_MARK = re.compile(r"[Aa](?=\d)")


def labelled(word: str) -> list[int] | None:
    """Read `A12`, `A3-A8` or `A1,A3-5`; None for a word that is none. Raises `Misread` for a range that is none."""
    written = plain(word)
    if not _LABELLED.fullmatch(written):
        return None
    return parse_number_list(_MARK.sub("", written), MOST)


def is_whole(text: str) -> bool:
    """Tell whether 全部 is meant."""
    return tight(text) in WHOLE


def looks_like_choice(text: str) -> bool:
    """Tell whether what follows 收到 names orders: numbers, 全部, or nothing."""
    bare = _MARK.sub("", plain(text))
    return is_whole(text) or all(looks_like_numbers(word) for word in bare.split())


def chosen(text: str, listed: Sequence[int]) -> list[int]:
    """Read which of the `listed` order numbers are meant by `1 3 5-8`, `A31-A33` or 全部.

    Bare numbers may count the places in the list instead, where none of them can be an order number of it. Raises
    `Declined` for numbers that are not listed, and for none where several are.
    """
    if is_whole(text) or (not text.strip() and len(listed) == 1):
        return list(listed)
    names = "、".join(f"A{number}" for number in listed[:6]) + ("…" if len(listed) > 6 else "")
    if not text.strip():
        raise Declined(
            f"这里有 {len(listed)} 张单（{names}）。收到哪几张就回「收到 {listed[0]}」，或「收到 全部」。"
        )
    try:
        numbers = parse_number_list(_MARK.sub("", plain(text)), MOST)
    except Misread as why:
        raise Declined(str(why)) from why
    places = range(1, len(listed) + 1)
    if set(numbers) <= set(listed):
        return numbers
    if not _MARK.search(plain(text)) and set(numbers) <= set(places) and not set(places) & set(listed):
        return [listed[number - 1] for number in numbers]
    stray = "、".join(f"A{number}" for number in numbers if number not in set(listed))
    raise Declined(f"这里没有 {stray}；有的是 {names}。")
