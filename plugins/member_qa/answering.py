"""Saying an answer: to `/问`, to a keyword, and to a plain question when it is certain."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from tortoise.expressions import F, Q

from lizheng import Context
from lizheng.grammar import Misread, strip_unseen
from lizheng.media.pictures import shown
from lizheng.text import clip, fold, visible
from plugins.member_qa import rules, texts
from plugins.member_qa.feedback import ENTRY, hear
from plugins.member_qa.finding import Found, could_ask, find, shipped
from plugins.member_qa.library import Library, label
from plugins.member_qa.meanings import Meanings
from plugins.member_qa.models import Entry
from plugins.member_qa.questions import say_not_taught
from plugins.member_qa.settings import Settings
from plugins.member_qa.shelves import Shelf
from plugins.member_qa.writing import Writer

ENOUGH = 0.75
"""Asked by command, an entry this sure is answered at once; what is less sure is offered to choose from."""
LEAST_SCORE, LEAST_COSINE = 0.05, 0.25
"""What is neither is not even offered."""
CHOOSING = timedelta(minutes=2)
KEPT = 1000
_MENTION = re.compile(r"@[0-9]{5,11}(?![0-9])")
"""How a mention reads among words: it is no part of what is asked."""


@dataclass(frozen=True)
class Choice:
    """What somebody was offered, and until when (seconds of the host's running clock) a number picks from it."""

    question: str
    entries: tuple[int, ...]
    until: float


class Answering:
    """The command `/问` and the observer of what is said without a command."""

    def __init__(self, library: Library, writer: Writer, meanings: Meanings):
        self._library = library
        self._writer = writer
        self._meanings = meanings
        self._choices: OrderedDict[tuple[int, int], Choice] = OrderedDict()

    # — by command —————————————————————————————————————————————————————————————————————————

    async def ask(self, ctx: Context, question: Annotated[str, "问题"]) -> None:
        text = visible(_MENTION.sub("", question))
        if not fold(text):
            raise Misread(texts.NOTHING_ASKED)
        rules.check_question(text, 1)
        shelf = await self._library.shelf(ctx)
        if (entry_id := shelf.keywords.get(fold(text))) and await self._tell_asked(ctx, entry_id):
            return
        found, _ = await self._find(ctx, text, shelf, 5)
        entries = await self._library.entries([hit.key for hit in found])
        ranked = _by_votes([hit for hit in found if hit.key in entries], entries)
        if ranked and ranked[0].score >= ENOUGH:
            await self._say(ctx, entries[ranked[0].key])
            return
        near = [entries[h.key] for h in ranked if h.score >= LEAST_SCORE or h.cosine >= LEAST_COSINE]
        if near and await self._writer.write(ctx, text, near):
            return
        if near:
            await self._offer(ctx, text, near[:3])
        else:
            await say_not_taught(ctx, text)

    async def _tell_asked(self, ctx: Context, entry_id: int) -> bool:
        entry = (await self._library.entries([entry_id])).get(entry_id)
        if entry is None:
            return False
        await self._say(ctx, entry)
        return True

    async def _offer(self, ctx: Context, question: str, near: list[Entry]) -> None:
        if ctx.answers_to:
            await _list_near(ctx, near)
            return
        lines = [
            texts.CHOICE.format(place=place, question=clip(entry.questions[0], 40))
            for place, entry in enumerate(near, 1)
        ]
        until = ctx.elapsed + CHOOSING.total_seconds()
        key = (ctx.group.id, ctx.author_id)
        self._choices[key] = Choice(question, tuple(entry.id for entry in near), until)
        self._choices.move_to_end(key)
        while len(self._choices) > KEPT:
            self._choices.popitem(last=False)
        await ctx.say(texts.CHOICES, lines="\n".join(lines))

    async def _say(self, ctx: Context, entry: Entry) -> None:
        await ctx.say(
            texts.ANSWER_ASIDE if ctx.answers_to else texts.ANSWER,
            about=None if ctx.answers_to else (ENTRY, entry.id),
            answer=entry.answer,
            pictures=shown(ctx, entry.pictures),
            number=label(entry),
        )

    # — without one ————————————————————————————————————————————————————————————————————————

    async def look(self, ctx: Context) -> bool:
        """Speak only where it is certain: any doubt about who is meant or what is asked means silence."""
        if ctx.command is not None or (text := plain_talk(ctx)) is None:
            return False
        if ctx.quoted is not None:
            return await hear(ctx, text)
        if len(text) == 1 and text in "0123" and await self._choose(ctx, int(text)):
            return True
        if len(text) > rules.MOST_QUESTION:
            return False
        shelf = await self._library.shelf(ctx)
        if shelf.keywords and (entry_id := shelf.keywords.get(fold(text))):
            return await self._auto_reply(ctx, entry_id)
        if not len(shelf.index) or not could_ask(text, shelf.index):
            return False
        return ctx.settings(Settings).unasked and await self._answer(ctx, text, shelf)

    async def _choose(self, ctx: Context, place: int) -> bool:
        """A number from somebody who was offered something to choose."""
        choice = self._choices.get((ctx.group.id, ctx.author_id))
        if choice is None or place > len(choice.entries):
            return False
        del self._choices[ctx.group.id, ctx.author_id]
        if choice.until < ctx.elapsed:
            return False
        if place == 0:
            await say_not_taught(ctx, choice.question)
            return True
        return await self._tell_asked(ctx, choice.entries[place - 1])

    async def _find(self, ctx: Context, text: str, shelf: Shelf, limit: int) -> tuple[list[Found], float]:
        """What is found, and the score above which it may be said unasked."""
        sense = await self._meanings.sense(ctx, shelf.index, text)
        verifier = (self._meanings.verifier if sense else None) or shipped()
        return find(shelf.index, verifier, text, limit, sense), verifier.line

    async def _auto_reply(self, ctx: Context, entry_id: int) -> bool:
        entry = (await self._library.entries([entry_id])).get(entry_id)
        if entry is None or entry.verdict < 0:
            return False
        if not await _claim(ctx, entry, ctx.settings(Settings).keyword_rest):
            return False
        images = shown(ctx, entry.pictures)
        await ctx.say(texts.AUTO_REPLY, answer=entry.answer, pictures=images)
        return True

    async def _answer(self, ctx: Context, text: str, shelf: Shelf) -> bool:
        found, line = await self._find(ctx, text, shelf, 1)
        if not found or found[0].score <= line:
            return False
        entry = (await self._library.entries([found[0].key])).get(found[0].key)
        if entry is None or entry.version != shelf.versions.get(entry.id):
            self._library.shelves.forget(ctx.group.id)
            return False
        if entry.verdict < 0 or not await _claim(ctx, entry, ctx.settings(Settings).rest):
            return False
        await self._say(ctx, entry)
        return True


async def _list_near(ctx: Context, near: list[Entry]) -> None:
    """In private only commands are heard: what comes near is named by its number."""
    lines = [
        texts.CHOICE_ASIDE.format(number=label(entry), question=clip(entry.questions[0], 40))
        for entry in near
    ]
    await ctx.say(texts.CHOICES_ASIDE, lines="\n".join(lines), example=label(near[0]))


def plain_talk(ctx: Context) -> str | None:
    """What was said, if it is words (and QQ faces) to everybody and no command; else None."""
    parts: list[str] = []
    for segment in ctx.message:
        if segment.type == "text":
            parts.append(str(segment.data.get("text", "")))
        elif segment.type != "face":
            return None
    text = strip_unseen("".join(parts))
    return None if not text or rules.for_others(text) else text


def _by_votes(found: list[Found], entries: dict[int, Entry]) -> list[Found]:
    def rank(hit: Found) -> tuple[float, float]:
        entry = entries[hit.key]
        return rules.rank(hit.score, entry.useful, entry.useless), hit.cosine

    return sorted(found, key=rank, reverse=True)


async def _claim(ctx: Context, entry: Entry, rest: timedelta) -> bool:
    """Take the one unasked answer an entry has in this time; False when it was given lately."""
    now = ctx.now
    lately = Q(told_at__isnull=True) | Q(told_at__lte=now - rest)
    free = Entry.filter(lately, id=entry.id, version=entry.version, forgotten=False)
    return bool(await free.update(told_at=now, told=F("told") + 1))
