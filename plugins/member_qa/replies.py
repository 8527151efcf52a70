"""`/答`: which waiting question an answer is for, by the message it quotes or by the number it begins with."""

from __future__ import annotations

import re

from lizheng import Context, Declined
from lizheng.grammar import Misread, Other, Words
from lizheng.messages.templates import plain
from lizheng.text import clip, fold_command, visible
from plugins.member_qa import rules, texts
from plugins.member_qa.feedback import quoted_entry
from plugins.member_qa.library import label
from plugins.member_qa.models import Question
from plugins.member_qa.questions import QUESTION, known_as
from plugins.member_qa.teaching import ANSWER, refuse_mentions

# For notices of releases until 0.1, which did not say what they are about; of no use 60 days after the upgrade.
_NOTED = re.compile(r"(?:^还没人教过这个，(?:记在|和)|来答)待答 (\d{1,18}) 号")
_ASKED = re.compile(r"^\s*\S?\s*(?:问|ask)?\s*")


class Reply:
    """An answer; where it begins with a number, that and the `rest` too, as only what is quoted tells which is meant."""

    label = "[编号] <答案>"

    def __init__(self, text: str, number: int, rest: str, images: list[Other]):
        self.text = text
        self.number = number
        self.rest = rest
        self.images = images

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Reply:
        refuse_mentions(ctx)
        images, beginning = words.others(), words.mark()
        first = fold_command(words.word() or "").removesuffix("号")
        number = int(first) if first.isdecimal() and len(first) < 18 else 0
        rest = words.rest()
        words.reset(beginning)
        return cls(rules.check_answer(words.rest(), pictured=bool(images)), number, rest, images)


async def meant_by(ctx: Context, reply: Reply) -> tuple[Question, str]:
    """The question and the answer's text. Raises `Misread` when neither quote nor number says which, else `Declined`."""
    quoted = await _quoted(ctx)
    counts = reply.number and (reply.rest or reply.images)
    if quoted is not None:
        return quoted, reply.rest if counts and reply.number == quoted.number else reply.text
    if not reply.number:
        raise Misread(texts.NOT_WAITING if ctx.quoted else texts.WHICH_QUESTION)
    return await question_of(ctx, reply.number), rules.check_answer(reply.rest, pictured=bool(reply.images))


async def question_of(ctx: Context, number: int) -> Question:
    """Raises `Declined` when there is none of this number."""
    found = None
    if 0 < number < 2**62:
        found = await Question.get_or_none(group_id=ctx.group.id, number=number)
    if found is None:
        raise Declined(texts.WAITING_GONE.format(number=str(number)[:12]))
    return found


async def _told_of(ctx: Context, said: str) -> Question | None:
    """The question that a message of ours is about: that it was noted, or that somebody has an answer to it."""
    if about := await ctx.quoted_about(QUESTION):
        return await question_of(ctx, int(about[1]))
    if (pending := await ctx.quoted_pending()) and pending.kind == ANSWER:
        return await Question.get_or_none(id=pending.payload["question"])
    noted = _NOTED.search(said)
    return await question_of(ctx, int(noted[1])) if noted else None


async def _quoted(ctx: Context) -> Question | None:
    """The question that is quoted: our notice about it, another's answer to it, or the message that asked."""
    if ctx.quoted is None:
        return None
    said = plain(ctx.quoted.segments)
    if ctx.quoted.user_id in ctx.host.accounts():
        if entry := await quoted_entry(ctx):
            question = clip(entry.questions[0], 40)
            raise Declined(texts.HAS_ANSWER.format(number=label(entry), question=question))
        return await _told_of(ctx, said)
    asked = visible(said)
    bare = _ASKED.sub("", fold_command(asked), count=1) if rules.for_others(asked) else asked
    known = await known_as(ctx.group.id, bare) if len(bare) <= rules.MOST_QUESTION else None
    return known.question if known else None
