"""The normalising front-end: one message becomes three short strings the model can compare.

`flat`     what was written, with disguise removed (width, case, traditional, look-alikes, filler, split characters)
`letters`  the same with long numbers replaced by their length
`sounds`   how it is read aloud: every character replaced by the class of its toneless syllable, spelled-out pinyin too
`shape`    what it looks like: runs of script, digits, punctuation, emoji and invisible characters with their lengths

All three hold only 16-bit characters, so that grams can be read straight out of their UTF-16 form.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from operator import add
from typing import NamedTuple

from .evidence import hide_known_links

DROP = "\x00"
LIMIT = 600
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_NUMBER = re.compile(r"\d{4,}")
_LATIN = re.compile(r"[a-z]{2,18}")
_RUN = re.compile(r"(.)\1*", re.DOTALL)
# a run of n equal shapes is one unit: shape code plus one of sixteen lengths
_LENGTH = (
    (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 10, 10, 10) + (11,) * 10 + (12,) * 20 + (13,) * 40 + (14,) * 100
)
_DIGITS = "\ue800"
_EMOJI, _STYLED, _RARE = "\ue010", "\ue011", "\ue012"


class Folded(NamedTuple):
    flat: str
    letters: str
    sounds: str
    shape: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Character tables out of the model file; the first three are indexed by code point (65,536 characters)."""

    letters: str
    sounds: str
    shapes: str
    joins: dict[str, str]
    syllables: dict[str, str]
    halves: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        firsts, seconds = ("".join(sorted({pair[i] for pair in self.joins})) for i in (0, 1))
        object.__setattr__(self, "halves", re.compile(f"[{re.escape(firsts)}](?=[{re.escape(seconds)}])"))

    def fold(self, text: str) -> Folded:
        if len(text) > LIMIT:
            text = text[: LIMIT * 2 // 3] + text[-LIMIT // 3 :]
        if "." in text:
            text = hide_known_links(text)
        plain = unicodedata.normalize("NFKC", text).casefold()
        letters = plain.translate(self.letters).replace(DROP, "")
        if not letters.isascii():
            letters = self._rejoin(letters)
            if max(letters) > "\uffff":
                letters = _ASTRAL.sub("", letters)
        sounds = letters.translate(self.sounds)
        latin = _LATIN.search(sounds)
        if latin is not None and latin.end() - latin.start() < len(sounds):
            sounds = _LATIN.sub(self._spoken, sounds)
        flat = letters
        if _NUMBER.search(sounds):
            letters = _NUMBER.sub(_number, letters)
            sounds = _NUMBER.sub(_number, sounds)
        return Folded(flat, letters, sounds, self._shape(text))

    def flat(self, text: str) -> str:
        """What was written, with the commonest disguise removed; quicker than `fold`."""
        return unicodedata.normalize("NFKC", text).casefold().translate(self.letters).replace(DROP, "")

    def _rejoin(self, letters: str) -> str:
        """Put characters back together that were written as their two halves (手目 for 相)."""
        joins = self.joins
        if not self.halves.search(letters):
            return letters
        halves = [i for i, pair in enumerate(map(add, letters, letters[1:])) if pair in joins]
        if not halves:
            return letters
        out, done = [], 0
        for i in halves:
            if i >= done:
                out += (letters[done:i], joins[letters[i : i + 2]])
                done = i + 2
        out.append(letters[done:])
        return "".join(out)

    def _spoken(self, found: re.Match[str]) -> str:
        """Read a Latin run as pinyin when all of it is pinyin, longest syllable first; else leave it."""
        run, syllables, out, i = found[0], self.syllables, [], 0
        while i < len(run):
            for size in range(min(6, len(run) - i), 1, -1):
                if (sound := syllables.get(run[i : i + size])) is not None:
                    out.append(sound)
                    i += size
                    break
            else:
                return run
        return "".join(out)

    def _shape(self, text: str) -> str:
        if max(text, default="") > "\uffff":
            text = _ASTRAL.sub(_astral, text)
        return _RUN.sub(_run, text.translate(self.shapes))


def _number(found: re.Match[str]) -> str:
    return chr(0xE800 + min(len(found[0]), 15))


def _astral(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0x1D400 <= code <= 0x1D7FF or 0x1F100 <= code <= 0x1F1E5:
        return _STYLED
    return _RARE if 0x20000 <= code <= 0x3FFFF else _EMOJI


def _run(found: re.Match[str]) -> str:
    size = len(found[0])
    return chr((ord(found[1]) & 0xFF) * 16 + (_LENGTH[size] if size < len(_LENGTH) else 15) + 0x1000)
