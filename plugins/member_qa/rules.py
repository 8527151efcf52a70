"""How a lesson is written, what fits, and when an answer is held back. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lizheng.grammar import Misread, strip_unseen
from lizheng.text import fold, visible
from plugins.member_qa import texts

MOST_QUESTION = 100
MOST_ANSWER = 1000
MOST_WORDINGS = 20
MOST_PICTURES = 3
MOST_ENTRIES = 20_000
MOST_SET_NAME = 32
LEAST = 2
DOUBTS = 3
"""So many more 没用 than 有用 and the deputies are asked about an answer."""
VOTE_MOVES, MOST_MOVES = 0.4, 4
_ARROW = re.compile(r"[=＝][>＞]|[⇒→]")
_BARS = re.compile(r"[|｜]")
_OTHERS_COMMANDS = frozenset("/／#＃.。．!！*＊%％&＆$￥~～\\")
"""What other bots' commands begin with."""


@dataclass(frozen=True)
class Lesson:
    """A question in its wordings and an answer. `pictures` are names of stored files; `exact` makes it a keyword."""

    questions: tuple[str, ...]
    answer: str
    pictures: tuple[str, ...] = ()
    exact: bool = False

    @property
    def question(self) -> str:
        return self.questions[0]

    @property
    def keys(self) -> set[str]:
        return {fold(question) for question in self.questions}

    def stored(self) -> dict[str, Any]:
        return {
            "questions": list(self.questions),
            "answer": self.answer,
            "pictures": list(self.pictures),
            "exact": self.exact,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Lesson:
        return cls(
            tuple(stored["questions"]), stored["answer"], tuple(stored["pictures"]), bool(stored["exact"])
        )


@dataclass(frozen=True)
class Change:
    """What a lesson does to an entry that has one of its wordings already."""

    before: Lesson
    after: Lesson
    fields: dict[str, Any] = field(default_factory=dict)


def read_lesson(text: str, *, pictured: bool = False) -> Lesson:
    """From `问题|别的问法 => 答案`, with `=` before the question for a keyword. Raises `Misread`."""
    keyword = re.match(r"\s*[=＝](?![>＞])", text)
    body = text[keyword.end() :] if keyword else text
    arrow = _ARROW.search(body)
    if not arrow:
        raise Misread(texts.NO_ARROW)
    return make_lesson(
        _BARS.split(body[: arrow.start()]), body[arrow.end() :], exact=bool(keyword), pictured=pictured
    )


def make_lesson(
    wordings: Iterable[str], answer: str, *, exact: bool = False, pictured: bool = False
) -> Lesson:
    """The lesson, trimmed and each wording once. Raises `Misread` for what is empty, too long or too much."""
    questions: dict[str, str] = {}
    for wording in wordings:
        if question := visible(wording):
            questions.setdefault(fold(check_question(question, LEAST - exact)), question)
    if not questions:
        raise Misread(texts.NO_QUESTION)
    if len(questions) > MOST_WORDINGS:
        raise Misread(texts.TOO_MANY_WORDINGS.format(most=MOST_WORDINGS))
    return Lesson(tuple(questions.values()), check_answer(answer, pictured=pictured), exact=exact)


def check_question(text: str, least: int = LEAST) -> str:
    if len(text) > MOST_QUESTION:
        raise Misread(texts.TOO_LONG_QUESTION.format(most=MOST_QUESTION, length=len(text)))
    if "[cq:" in text.casefold():
        raise Misread(texts.CODE_ASKED)
    if len(fold(text)) < least:
        raise Misread(texts.SHORT_QUESTION.format(question=text, least=least))
    return text


def check_answer(text: str, *, pictured: bool = False) -> str:
    answer = strip_unseen(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    if not answer and not pictured:
        raise Misread(texts.NO_ANSWER)
    if len(answer) > MOST_ANSWER:
        raise Misread(texts.TOO_LONG_ANSWER.format(most=MOST_ANSWER, length=len(answer)))
    return answer


def check_set_name(name: str) -> str:
    """The name of a shared set; labels like 新手-3 must be read back. Raises `Misread`."""
    if not name or len(name) > MOST_SET_NAME or name != visible(name) or " " in name or "-" in name:
        raise Misread(texts.BAD_SET_NAME.format(most=MOST_SET_NAME))
    return name


def merged(before: Lesson, new: Lesson) -> Lesson:
    """The known entry with the new answer and all wordings of both."""
    known = before.keys
    added = [question for question in new.questions if fold(question) not in known]
    questions = (*before.questions, *added)[:MOST_WORDINGS]
    return Lesson(questions, new.answer, new.pictures, before.exact)


def judged_anew(before: Lesson, content: Mapping[str, Any]) -> dict[str, int]:
    """What was said of an answer does not hold for another: an entry's columns that go back when `content` changes it."""
    after = content.get("answer", before.answer), tuple(content.get("pictures", before.pictures))
    return {} if after == (before.answer, before.pictures) else {"useful": 0, "useless": 0, "verdict": 0}


def is_doubted(useful: int, useless: int) -> bool:
    return useless - useful >= DOUBTS


def rank(score: float, useful: int, useless: int) -> float:
    """Where an entry stands among those found: how sure one is of it, as log-odds, moved a little by each vote."""
    sure = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(sure / (1 - sure)) + VOTE_MOVES * max(-MOST_MOVES, min(MOST_MOVES, useful - useless))


def for_others(text: str) -> bool:
    """Whether a message is a command, ours or another bot's."""
    return text[:1] in _OTHERS_COMMANDS
