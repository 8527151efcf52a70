"""Tables of questions and answers: how they are read as lessons and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lizheng.media.tables import MOST_CELL, Column, Flag, Read, Table, Text, Values
from plugins.member_qa import rules
from plugins.member_qa.rules import Lesson

Parsed = Read[Lesson]
_WORDS = Text(MOST_CELL)
"""What is too long for a lesson, its rules say."""


def _lesson(row: Values) -> Lesson:
    question, exact = row["问题"], row["关键词"]
    if question[:1] in ("=", "＝"):
        question, exact = question[1:], True
    return rules.make_lesson(question.replace("｜", "|").split("|"), row["答案"], exact=exact)


TABLE = Table(
    Column("问题", _WORDS, ("问", "question"), default=""),
    Column("答案", _WORDS, ("答", "回答", "answer"), default=""),
    Column("关键词", Flag(("关键词",), lax=True), ("keyword",), default=False, missing=True),
    Column("编号", _WORDS, default="", missing=True),
    title="问答",
    make=_lesson,
    keys=lambda lesson: lesson.keys,
)


def table(lessons: Iterable[tuple[int, Lesson]]) -> Iterator[tuple[Any, ...]]:
    """The rows of an export."""
    for number, lesson in lessons:
        answer = lesson.answer or ("（图片）" if lesson.pictures else "")
        yield "|".join(lesson.questions), answer, lesson.exact or None, number
