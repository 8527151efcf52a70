"""`/待答` and `/答`: what nobody could answer yet, and members who can."""

from __future__ import annotations

from typing import Annotated, Any

from lizheng import CannotUndo, Context, Declined, GroupContext, Pending, Record, atomic, is_anonymous
from lizheng.grammar import Misread, Words, parse_number_list
from lizheng.media.pictures import shown
from lizheng.text import clip
from plugins.member_qa import pictures, rules, texts
from plugins.member_qa.library import Library, lesson_of
from plugins.member_qa.models import Question
from plugins.member_qa.replies import Reply, meant_by
from plugins.member_qa.rules import Lesson
from plugins.member_qa.teaching import (
    ANSWER,
    drops_pictures,
    may_teach,
    refuse_too_many,
    tell_submitted,
    with_pictures,
)

UNDO = "question"
PAGE = 5
MOST_AT_ONCE = 50


class Numbers(tuple[int, ...]):
    """One or more numbers of waiting questions, each once."""

    __slots__ = ()
    label = "<编号…>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Numbers:
        if not (told := words.rest()):
            raise Misread(texts.NO_NUMBER)
        return cls(parse_number_list(told, MOST_AT_ONCE))


class Waiting:
    def __init__(self, library: Library):
        self._library = library

    async def show(self, ctx: Context, page: Annotated[int, "页"] = 1) -> None:
        """The questions most often asked first."""
        rows = await Question.filter(group_id=ctx.group.id, closed=False).order_by("-asked", "number")
        pages = max(1, -(-len(rows) // PAGE))
        if not rows:
            await ctx.say(texts.WAITING_NONE)
            return
        if not 1 <= page <= pages:
            raise Declined(texts.NO_SUCH_PAGE.format(page=str(page)[:6], pages=pages))
        shown = rows[(page - 1) * PAGE : page * PAGE]
        lines = [
            texts.WAITING_LINE.format(number=row.number, asked=row.asked, question=clip(row.text, 30))
            for row in shown
        ]
        await ctx.say(texts.WAITING, page=page, pages=pages, lines="\n".join(lines), example=shown[0].number)

    async def ignore(self, ctx: Context, numbers: Numbers) -> None:
        """Those of them that wait; which these were is told."""
        waiting = Question.filter(group_id=ctx.group.id, closed=False, number__in=[*numbers])
        questions = await waiting.order_by("number")
        if not questions:
            raise Declined(texts.WAITING_GONE.format(number=numbers[0]))
        ids = [question.id for question in questions]
        told = clip("、".join(str(question.number) for question in questions), 60)

        @atomic
        async def write() -> Record:
            await Question.filter(id__in=ids).update(closed=True, ignored=True)
            undo = {"name": UNDO, "questions": ids}
            return await ctx.note("ignored", f"不再等待答 {told} 号", undo=undo)

        record = await write()
        await ctx.say(texts.WAITING_CLOSED, numbers=told, record=record.number)

    async def undo(self, ctx: Context, undo: dict[str, Any]) -> None:
        questions = Question.filter(id__in=undo["questions"], ignored=True)
        if not await questions.update(closed=False, ignored=False):
            raise CannotUndo("它们又在等了")

    async def answer(self, ctx: Context, reply: Reply) -> None:
        """From whoever may teach it is an entry at once, from others it is put before the deputies."""
        if is_anonymous(ctx.event):
            raise Declined("匿名的人不能答，换成自己的名字再来吧。")
        question, text = await meant_by(ctx, reply)
        if question.closed:
            sentence = texts.ALREADY_IGNORED if question.ignored else texts.ALREADY_CLOSED
            raise Declined(sentence.format(number=question.number, question=clip(question.text, 40)))
        freely = await may_teach(ctx)
        if not freely:
            await refuse_too_many(ctx)
        fetched = await pictures.fetch(ctx, reply.images, freely=freely)
        lesson = with_pictures(Lesson((question.text,), text), fetched)
        async with pictures.stored(ctx, fetched):
            if freely:
                await self._adopt(ctx, question, lesson, ctx.author_id)
                return
            pending = await ctx.submit(
                ANSWER,
                texts.ANSWER_PROPOSED,
                payload={"question": question.id, **lesson.stored()},
                who=await ctx.names_of([ctx.author_id]),
                number=question.number,
                question=question.text,
                answer=lesson.answer,
                pictures=shown(ctx, lesson.pictures),
            )
            await pictures.plan_dropping(ctx, pending)
        await tell_submitted(ctx, pending)

    # — what was decided ———————————————————————————————————————————————————————————————————

    @drops_pictures
    async def accepted(self, ctx: GroupContext, pending: Pending) -> None:
        question = await Question.get_or_none(id=pending.payload["question"])
        lesson = Lesson.of(pending.payload)
        twin = await self._library.twin(ctx, lesson)
        if twin is not None and lesson_of(twin) == rules.merged(lesson_of(twin), lesson):
            await Question.filter(id=pending.payload["question"]).update(closed=True)
            raise Declined(texts.KNOWN_ALREADY.format(number=twin.number))
        await self._adopt(ctx, question, lesson, pending.author_id)

    async def _adopt(self, ctx: GroupContext, question: Question | None, lesson: Lesson, author: int) -> None:
        if twin := await self._library.twin(ctx, lesson):
            merged = rules.merged(lesson_of(twin), lesson)
            record, number = await self._library.change(ctx, twin, "改", author, lesson=merged), twin.number
        else:
            entry, record = await self._library.add(ctx, lesson, author)
            number = entry.number
        if question is None:
            await ctx.say(
                texts.TAUGHT, number=number, question=lesson.question, more="", record=record.number
            )
            return
        await Question.filter(id=question.id).update(closed=True)
        await ctx.say(
            texts.ANSWERED,
            question=question.number,
            number=number,
            text=clip(question.text, 40),
            answer=clip(lesson.answer, 200),
            pictures=shown(ctx, lesson.pictures),
            record=record.number,
        )
