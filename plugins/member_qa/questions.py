"""What was asked and nobody has taught: counted, near-same wordings as one, and no more than people can answer."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from tortoise.expressions import F

from lizheng import Context, Declined, atomic, next_number
from lizheng.text import clip
from plugins.member_qa import texts
from plugins.member_qa.finding import Index, Wording, shipped
from plugins.member_qa.models import Question

COUNTER, QUESTION = "member_qa_question", "question"
MOST_OF_ONE, MOST_OF_ALL = 5, 200
"""Questions that wait at a time: one member's, and a group's."""
SAME_SCORE, SAME_COSINE = 0.85, 0.55
"""Two waiting questions this sure and this near are taken for one: surer than for an answer, as nobody chooses."""


class Asked(NamedTuple):
    """The question it was counted as; `merged` when that is another wording than the one that was said."""

    question: Question
    merged: bool


def key_of(question: str) -> str:
    """What makes two questions the same: equal but for wordings that mean the same."""
    return Wording(question).canonical[:255]


async def known_as(group_id: int, text: str) -> Asked | None:
    """The question that this one is, waiting or not, or one that waits and asks nearly the same."""
    key = key_of(text)
    known = await Question.get_or_none(group_id=group_id, key=key) if key else None
    if known is not None:
        return Asked(known, merged=False)
    waiting = await Question.filter(group_id=group_id, closed=False).limit(MOST_OF_ALL)
    near = await asyncio.to_thread(_nearest, text, {one.id: one.text for one in waiting})
    found = next((one for one in waiting if one.id == near), None)
    return Asked(found, merged=True) if found else None


def _nearest(text: str, waiting: dict[int, str]) -> int | None:
    """By letters that all weigh the same: a few questions say nothing of what is rare."""
    level, verifier, asked = Index(), shipped(), Wording(text)
    sure: dict[float, int | None] = {SAME_SCORE: None}
    for key, question in waiting.items():
        wording = Wording(question)
        cosine = level.cosine(asked, wording)
        if cosine >= SAME_COSINE:
            sure.setdefault(verifier.score(asked, wording, cosine, cosine), key)
    return sure[max(sure)]


async def ask_again(ctx: Context, text: str) -> Asked:
    """Count a question that nobody could answer. Raises `Declined` for one that is not to wait, or has no room to."""
    known = await known_as(ctx.group.id, text)
    if known and known.question.ignored:
        raise Declined(texts.NOT_WAITED_FOR)
    if known is None or known.question.closed:
        await _refuse_too_many(ctx)
    if known is None:
        return Asked(await _write_down(ctx, text), merged=False)
    author = ctx.author_id if known.question.closed else known.question.author_id
    again = Question.filter(id=known.question.id)
    await again.update(asked=F("asked") + 1, asked_at=ctx.now, closed=False, author_id=author)
    return known


async def _refuse_too_many(ctx: Context) -> None:
    waiting = Question.filter(group_id=ctx.group.id, closed=False)
    if await waiting.filter(author_id=ctx.author_id).count() >= MOST_OF_ONE:
        raise Declined(texts.FULL_OF_YOURS.format(most=MOST_OF_ONE))
    if await waiting.count() >= MOST_OF_ALL:
        raise Declined(texts.FULL_OF_QUESTIONS.format(most=MOST_OF_ALL))


@atomic
async def _write_down(ctx: Context, text: str) -> Question:
    question, _ = await Question.get_or_create(
        {
            "number": await next_number(ctx.group.id, COUNTER),
            "text": text,
            "author_id": ctx.author_id,
            "asked_at": ctx.now,
        },
        group_id=ctx.group.id,
        key=key_of(text),
    )
    return question


async def say_not_taught(ctx: Context, text: str) -> None:
    """That nobody has taught it, and where it waits now. Raises `Declined` where it does not."""
    question, merged = await ask_again(ctx, text)
    await ctx.say(
        texts.NOT_TAUGHT_LIKE if merged else texts.NOT_TAUGHT,
        number=question.number,
        question=clip(question.text, 40),
        how=(texts.TEACH_ASIDE if ctx.answers_to else texts.TEACH_HERE).format(number=question.number),
        about=(QUESTION, question.number),
    )
