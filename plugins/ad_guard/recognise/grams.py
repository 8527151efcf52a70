"""Grams of a folded message as integers: its UTF-16 form read as 16, 32, 48 and 64 bit numbers at every character."""

from __future__ import annotations

_MASK = 0xFFFF_FFFF_FFFF
# no member can type these (they are folded away), so they mark the edges
_START, _END = "\ue8f0", "\ue8f1"


def grams(text: str) -> set[int]:
    """Every 1- to 4-gram of `text` with marked edges; `text` must hold 16-bit characters only."""
    raw = f"{_START}{text}{_END}".encode("utf-16-le", "surrogatepass")
    view, size = memoryview(raw), len(raw)
    codes = view.cast("H").tolist()
    codes += view[: size & ~3].cast("I").tolist()
    codes += view[2 : 2 + (size - 2 & ~3)].cast("I").tolist()
    if size >= 8:
        fours = view[: size & ~7].cast("Q").tolist()
        for start in (2, 4, 6):
            fours += view[start : start + (size - start & ~7)].cast("Q").tolist()
        codes += fours
        codes += [code & _MASK for code in fours]
    if size >= 6:
        codes.append(int.from_bytes(raw[-6:], "little"))
    return set(codes)
