"""A cursor over the arguments of a command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lizheng.text import is_unseen

_CLOSING = {"“": "”", "”": "”", '"': '"', "＂": "＂"}
_COMMAS = ",，、;；"
_QQ = re.compile(r"[@＠]?([1-9１-９][0-9０-９]{4,10})(?![0-9０-９])")


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class At:
    """A mention; `user_id` is a QQ number, or "all" for everybody."""

    user_id: int | Literal["all"]

    def __str__(self) -> str:
        return "@全体成员" if self.user_id == "all" else f"@{self.user_id}"


@dataclass(frozen=True)
class Other:
    """Any other segment (image, face, file …), as OneBot names it."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


Token = Text | At | Other
Mark = tuple[int, int, frozenset[int]]


def speaks_for_itself(rest: str) -> bool:
    """Whether a number, an order number or a member, which may follow a command or a sub-word without a space."""
    if rest[:1] in ("#", "@") or rest.isdecimal():
        return bool(rest)
    return rest[:1].isascii() and rest[:1].isalpha() and rest[1:].isdecimal()


class Words:
    """Reads tokens from left to right. Spaces and unseen characters around words never matter."""

    def __init__(self, tokens: Sequence[Token] | str) -> None:
        self._tokens: tuple[Token, ...] = (Text(tokens),) if isinstance(tokens, str) else tuple(tokens)
        self._token = 0
        self._char = 0
        self._taken: frozenset[int] = frozenset()

    def mark(self) -> Mark:
        """The position, for `reset`."""
        return self._token, self._char, self._taken

    def reset(self, mark: Mark) -> None:
        self._token, self._char, self._taken = mark

    def _skip(self, passing: str = "") -> Token | None:
        """Moves to the next thing that can be seen (and is not in `passing`) and returns its token."""
        while self._token < len(self._tokens):
            token = self._tokens[self._token]
            if self._token in self._taken:
                self._step()
                continue
            if not isinstance(token, Text):
                return token
            while self._char < len(token.text):
                char = token.text[self._char]
                if not is_unseen(char) and char not in passing:
                    return token
                self._char += 1
            self._step()
        return None

    def _step(self) -> None:
        self._token, self._char = self._token + 1, 0

    def empty(self) -> bool:
        """True when nothing a person could see is left; an image counts as something."""
        mark = self.mark()
        token = self._skip()
        self.reset(mark)
        return token is None

    def word(self) -> str | None:
        """The next word, None at the end; “…” and "…" group, a mention reads `@123456`, images are passed."""
        token = self._skip()
        while isinstance(token, Other):
            self._step()
            token = self._skip()
        if token is None:
            return None
        if isinstance(token, At):
            self._step()
            return str(token)
        text, start = token.text, self._char
        closing = _CLOSING.get(text[start])
        end = text.find(closing, start + 1) if closing else -1
        if end >= 0:
            self._char = end + 1
            return text[start + 1 : end].strip()
        end = start
        while end < len(text) and not text[end].isspace():
            end += 1
        self._char = end
        while is_unseen(text[end - 1]):
            end -= 1
        return text[start:end]

    def take(self, beginning: str) -> bool:
        """Read these first characters of the next word, whatever their case; False when it begins otherwise."""
        token = self._skip()
        if not isinstance(token, Text):
            return False
        end = self._char + len(beginning)
        if token.text[self._char : end].casefold() != beginning:
            return False
        self._char = end
        return True

    def peek(self) -> str | None:
        """The word that `word` would return."""
        mark = self.mark()
        word = self.word()
        self.reset(mark)
        return word

    def at(self) -> int | None:
        """The next member: a mention or a QQ number of 5 to 11 digits; otherwise None and nothing is read."""
        mark = self.mark()
        found = self._member()
        if found is None:
            self.reset(mark)
        return found

    def _member(self, passing: str = "") -> int | None:
        token = self._skip(passing)
        if isinstance(token, At) and token.user_id != "all":
            self._step()
            return token.user_id
        if not isinstance(token, Text):
            return None
        match = _QQ.match(token.text, self._char)
        if not match:
            return None
        end = match.end()
        while end < len(token.text) and is_unseen(token.text[end]) and not token.text[end].isspace():
            end += 1
        if end < len(token.text) and not (token.text[end].isspace() or token.text[end] in _COMMAS + "@＠"):
            return None
        self._char = end
        return int(match[1])

    def ats(self) -> list[int]:
        """The leading members, each once, in order; commas between them do not matter."""
        found: dict[int, None] = {}
        while True:
            mark = self.mark()
            member = self._member(_COMMAS if found else "")
            if member is None:
                self.reset(mark)
                return list(found)
            found[member] = None

    def mentioned(self) -> list[int]:
        """The members mentioned in what is left, wherever, each once, in order; reads nothing."""
        return list(dict.fromkeys(user_id for _, user_id in self._mentions()))

    def take_mentioned(self) -> list[int]:
        """Reads the mentions of `mentioned` alone: what stands around them is left."""
        found = self.mentioned()
        self._taken |= {index for index, _ in self._mentions()}
        return found

    def _mentions(self) -> Iterator[tuple[int, int]]:
        for index, token in enumerate(self._tokens):
            left = index >= self._token and index not in self._taken
            if left and isinstance(token, At) and token.user_id != "all":
                yield index, token.user_id

    def others(self) -> list[Other]:
        """The images and other segments not passed yet; reads nothing."""
        return [token for token in self._tokens[self._token :] if isinstance(token, Other)]

    def rest(self) -> str:
        """Reads everything left as text, inner line breaks kept, mentions as `@123456`, images left out."""
        parts: list[str] = []
        while self._token < len(self._tokens):
            token = self._tokens[self._token]
            if self._token in self._taken:
                self._step()
                continue
            if isinstance(token, Text):
                piece = token.text[self._char :]
                glued = parts and parts[-1].startswith("@") and piece and not piece[0].isspace()
                parts.append(" " + piece if glued else piece)
            elif isinstance(token, At):
                parts.append(str(token))
            self._step()
        return strip_unseen("".join(parts))


def strip_unseen(text: str) -> str:
    """The text without spaces and unseen characters at both ends."""
    start, end = 0, len(text)
    while start < end and is_unseen(text[start]):
        start += 1
    while end > start and is_unseen(text[end - 1]):
        end -= 1
    return text[start:end]
