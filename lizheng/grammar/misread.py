"""What a parser raises when a person wrote something it cannot take."""

from __future__ import annotations

import unicodedata

from lizheng.text import clip, is_unseen, visible

SENTENCE_LIMIT = 40
ECHO_LIMIT = 20


class Misread(ValueError):
    """Bad input. `sentence` is one Chinese sentence for the member, at most 40 characters.

    `example`, if any, is shown instead of the form's: the same command, as it would have been right.
    """

    def __init__(self, sentence: str, example: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.example = example


def misread(text: str, fault: str) -> Misread:
    """The Misread 「text」fault。 with the text made safe and cut to fit."""
    echo = clip(visible(text), min(ECHO_LIMIT, SENTENCE_LIMIT - len(fault) - 3))
    return Misread(f"「{echo}」{fault}。" if echo else f"内容是空的，{fault.rpartition('，')[2]}。")


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-") | {"〜": "~", "∶": ":", "︰": ":"})


def plain(text: str) -> str:
    """Small letters and half-width forms, single spaces, no unseen characters: what parsers read."""
    text = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).casefold()
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    spaced = ("\n" if char in "\r\n" else " " if char.isspace() else char for char in text)
    seen = "".join(char for char in spaced if char in " \n" or not is_unseen(char))
    return "\n".join(" ".join(line.split()) for line in seen.strip().split("\n"))


def tight(text: str) -> str:
    """`plain` without any space."""
    return "".join(plain(text).split())
