"""`/教` and what follows it: remembered at once, put before the deputies, or merged with what is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

from lizheng import Context, Declined, GroupContext, Pending, Record, Role, is_anonymous
from lizheng.grammar import Misread, Other, Words
from lizheng.media.pictures import Fetched, shown
from lizheng.messages.templates import Mention
from lizheng.text import clip, visible
from plugins.member_qa import pictures, rules, texts
from plugins.member_qa.library import Library, lesson_of
from plugins.member_qa.models import Entry
from plugins.member_qa.rules import Lesson
from plugins.member_qa.settings import Settings

LESSON, MERGE, ANSWER = "lesson", "merge", "answer"
PROPOSALS = (LESSON, MERGE, ANSWER)
MOST_PROPOSED = 3
SHOWN_ANSWER = 60


Decided = Callable[[Any, GroupContext, Pending], Awaitable[None]]


def drops_pictures(handler: Decided) -> Decided:
    """Let go of the pictures of what cannot be done any more when it is decided."""

    @wraps(handler)
    async def decided(self: Any, ctx: GroupContext, pending: Pending) -> None:
        try:
            await handler(self, ctx, pending)
        except Declined:
            await pictures.drop_with(ctx, pending)
            raise

    return decided


class Written:
    """A lesson as it was written, its pictures not yet taken."""

    label = "<问题> => <答案>"

    def __init__(self, lesson: Lesson, images: list[Other]):
        self.lesson = lesson
        self.images = images

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Written:
        refuse_mentions(ctx)
        images = words.others()
        return cls(rules.read_lesson(words.rest(), pictured=bool(images)), images)


def refuse_mentions(ctx: Context) -> None:
    """What is remembered is words: said again, a mention would be a bare number. Raises `Misread`."""
    if any(segment.type == "at" for segment in ctx.message):
        raise Misread(texts.NO_MENTIONS)


class Teaching:
    def __init__(self, library: Library):
        self._library = library

    async def teach(self, ctx: Context, written: Written) -> None:
        if is_anonymous(ctx.event):
            raise Declined("匿名的人不能教，换成自己的名字再来吧。")
        freely = await may_teach(ctx)
        if not freely:
            await refuse_too_many(ctx)
            await ctx.refuse_muted()
        fetched = await pictures.fetch(ctx, written.images, freely=freely)
        lesson = with_pictures(written.lesson, fetched)
        twin = await self._library.twin(ctx, lesson)
        async with pictures.stored(ctx, fetched):
            if twin:
                await self._offer_merge(ctx, twin, lesson)
            elif freely:
                entry, record = await self._library.add(ctx, lesson, ctx.author_id)
                await _tell_taught(ctx, entry, record)
            else:
                await self._propose(ctx, lesson)

    async def _propose(self, ctx: GroupContext, lesson: Lesson, twin: Entry | None = None) -> None:
        """All of it is shown: nobody lets through what they have not seen."""
        pending = await ctx.submit(
            LESSON,
            texts.PROPOSED,
            payload=lesson.stored(),
            who=await ctx.names_of([ctx.author_id]),
            question=" | ".join(lesson.questions),
            answer=lesson.answer,
            pictures=shown(ctx, lesson.pictures),
            replaces=texts.REPLACES.format(number=twin.number) if twin else "",
        )
        await pictures.plan_dropping(ctx, pending)
        await tell_submitted(ctx, pending)

    async def _offer_merge(self, ctx: Context, twin: Entry, lesson: Lesson) -> None:
        known = lesson_of(twin)
        merged = rules.merged(known, lesson)
        if merged == known:
            raise Declined(texts.KNOWN_ALREADY.format(number=twin.number))
        same = (known.answer, known.pictures) == (lesson.answer, lesson.pictures)
        pending = await ctx.preview(
            MERGE,
            texts.MERGE_WORDINGS if same else texts.MERGE,
            payload={"entry": twin.id, "version": twin.version, **lesson.stored()},
            question=clip(lesson.question, 40),
            number=twin.number,
            answer=clip(lesson.answer, SHOWN_ANSWER),
            pictures=shown(ctx, lesson.pictures),
            count=len(merged.questions) - len(known.questions),
        )
        await pictures.plan_dropping(ctx, pending)

    # — what was decided ———————————————————————————————————————————————————————————————————

    @drops_pictures
    async def accepted(self, ctx: GroupContext, pending: Pending) -> None:
        """A member's lesson was let through; one that has a twin by now replaces its answer."""
        lesson = Lesson.of(pending.payload)
        if twin := await self._library.twin(ctx, lesson):
            if lesson_of(twin) == rules.merged(lesson_of(twin), lesson):
                raise Declined(texts.KNOWN_ALREADY.format(number=twin.number))
            await self._merge(ctx, twin, lesson)
            return
        entry, record = await self._library.add(ctx, lesson, pending.author_id)
        await _tell_taught(ctx, entry, record)

    @drops_pictures
    async def merge_confirmed(self, ctx: GroupContext, pending: Pending) -> None:
        """The author wants the known entry changed: done at once with the role, else proposed, one's own too: what was
        let through once says nothing of what is put in its place.
        """
        lesson = Lesson.of(pending.payload)
        twin = (await self._library.entries([pending.payload["entry"]])).get(pending.payload["entry"])
        if twin is None:
            raise Declined(texts.GONE_MEANWHILE)
        if await may_teach(ctx):
            await self._merge(ctx, twin, lesson)
        else:
            await self._propose(ctx, lesson, twin)

    async def _merge(self, ctx: GroupContext, twin: Entry, lesson: Lesson) -> None:
        merged = rules.merged(lesson_of(twin), lesson)
        record = await self._library.change(ctx, twin, "改", ctx.author_id, lesson=merged)
        await ctx.say(texts.MERGED, number=twin.number, count=len(merged.questions), record=record.number)


async def tell_submitted(ctx: GroupContext, pending: Pending) -> None:
    """The group reads what is put before the deputies; who did it from a private chat is told where it went."""
    if ctx.answers_to:
        await ctx.say(texts.SUBMITTED, number=pending.number)


def with_pictures(lesson: Lesson, fetched: Sequence[Fetched]) -> Lesson:
    if not fetched:
        return lesson
    return Lesson(lesson.questions, lesson.answer, tuple(one.name for one in fetched), lesson.exact)


async def refuse_too_many(ctx: GroupContext) -> None:
    """Nobody has the bot say, and keep the pictures of, more than a little that nobody has let through. Raises `Declined`."""
    if (count := len(await ctx.waiting(*PROPOSALS, author=ctx.author_id))) >= MOST_PROPOSED:
        raise Declined(texts.TOO_MANY_PROPOSED.format(count=count))


async def may_teach(ctx: GroupContext) -> bool:
    """Whether the author's lessons need nobody's consent, by the member list as it is now."""
    if ctx.settings(Settings).teachers == "所有人":
        return True
    try:
        return await ctx.role_of(ctx.author_id) >= Role.DEPUTY
    except Declined:
        return False


async def refused(ctx: GroupContext, pending: Pending) -> None:
    """A lesson or an answer that an admin did not want."""
    await pictures.drop_with(ctx, pending)
    await ctx.say(
        texts.REFUSED,
        who=Mention(pending.author_id),
        question=clip(pending.payload["questions"][0], 40),
        reason=f"：{visible(pending.reason).rstrip('。')}" if pending.reason else "",
    )


async def not_merged(ctx: GroupContext, pending: Pending) -> None:
    """Its author thought better of it."""
    await pictures.drop_with(ctx, pending)
    await ctx.say(texts.NOT_MERGED, number=pending.number)


async def _tell_taught(ctx: GroupContext, entry: Entry, record: Record) -> None:
    values: dict[str, Any] = {
        "number": entry.number,
        "question": clip(entry.questions[0], 40),
        "more": texts.MORE.format(count=len(entry.questions)) if len(entry.questions) > 1 else "",
        "record": record.number,
    }
    await ctx.say(texts.TAUGHT_EXACT if entry.exact else texts.TAUGHT, **values)
