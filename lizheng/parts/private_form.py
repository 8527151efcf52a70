"""Questions that a member answers in private, one message each; where they are is stored, so a restart loses nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from lizheng.grammar import Misread, parse_int
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.refusals import Declined
from lizheng.plugin.retention import Keep
from lizheng.store import atomic
from lizheng.text import clip, fold

__all__ = ["FormRow", "PrivateForm", "Question"]

LISTENS = timedelta(minutes=30)
"""After so long without an answer, what is written in private is an answer no more; the command goes on from there."""
KEPT_DAYS = 7
SHOWN = 20
ASK = "{before}{title} {step}/{count}：{question}{hint}{skip}"
FIRST = "一条一题，随时发「取消」就不填了。\n"
AGAIN = "接着填。\n"
SKIP = "\n不想答就发「跳过」。"
SUMMARY = "{title} 你填的是：\n{answers}\n交就发「确认」，要改发「改 题号」，不交发「取消」。"
CANCELLED = "{title} 不填了，前面的没有留下。"
IN_PRIVATE = "这个要在私聊里填，请私聊我发同一句话。"
GONE = "你已经不在群里了，没有交。"
NO_TEXT = "请发文字。"
NOT_A_STEP = "没有这一题，题号是 1–{count}。"
EMPTY = "（没填）"


@dataclass(frozen=True)
class Question:
    """One question. `read` makes a JSON value of an answer, or raises `Misread`; `hint` says how, `show` shows it again."""

    title: str
    read: Callable[[str], Any] = str
    hint: str = ""
    optional: bool = False
    show: Callable[[Any], str] = str


Questions = Callable[[GroupContext, str], Awaitable[Sequence[Question]]]
Done = Callable[[Context, str, list[Any]], Awaitable[None]]


class FormRow(Model):
    """The columns of where somebody is in a form. A plugin's own table is a subclass, with one row for each person.

    `ref` says what is filled in, `answers` are those until now, None for one left out.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField(unique=True)
    ref = fields.CharField(max_length=64)
    step = fields.IntField(default=0)
    answers = fields.JSONField(default=list)
    touched_at = fields.DatetimeField()

    if not TYPE_CHECKING:

        class Meta(Model.Meta):
            abstract = True


class PrivateForm:
    """A form called `title`: `questions(ctx, ref)` gives what is asked, `done(ctx, ref, answers)` takes what was confirmed.

    Either may raise `Declined`: its sentence is said, and what was filled in goes.
    """

    def __init__(self, title: str, row: type[FormRow], questions: Questions, done: Done):
        self._title, self._row, self._questions, self._done = title, row, questions, done

    def declare(self, feature: Feature) -> None:
        """Listen to answers, and let what nobody has finished go after 7 days."""
        feature.converse(self._open_for, self._take)
        feature.keep(
            Keep(self._row, f"没填完的{self._title}", at="touched_at", days=KEPT_DAYS, hidden=("ref",))
        )

    async def begin(self, ctx: Context, ref: str) -> None:
        """Ask the first question, or the next where this one was left. Raises `Declined` in a group."""
        if ctx.channel != "private":
            raise Declined(IN_PRIVATE)
        questions = await self._questions(ctx, ref)
        await self._begin(ctx, ref, questions)

    @atomic
    async def _begin(self, ctx: Context, ref: str, questions: Sequence[Question]) -> None:
        row = await self._row.get_or_none(user_id=ctx.author_id)
        started = row is not None and (row.group_id, row.ref) == (ctx.group.id, ref)
        if row is None or not started:
            await self._row.filter(user_id=ctx.author_id).delete()
            row = await self._row.create(
                group_id=ctx.group.id, user_id=ctx.author_id, ref=ref, answers=[], touched_at=ctx.now
            )
        row.touched_at = ctx.now
        row.step = min(row.step, len(questions))
        await row.save()
        await self._ask(ctx, row, questions, AGAIN if row.step else FIRST)

    async def forget(self, ctx: GroupContext, ref: str) -> None:
        """Drop what anybody has begun to fill in under `ref`, which is over."""
        await self._row.filter(group_id=ctx.group.id, ref=ref).delete()

    async def _open_for(self, user_id: int, now: datetime) -> tuple[int, datetime] | None:
        row = await self._row.filter(user_id=user_id, touched_at__gt=now - LISTENS).first()
        return (row.group_id, row.touched_at) if row else None

    async def _take(self, ctx: Context) -> None:
        row = await self._row.get_or_none(user_id=ctx.author_id)
        if row is None:
            return
        text = ctx.message.extract_plain_text().strip()
        if fold(text) == "取消":
            await row.delete()
            await ctx.say(CANCELLED, title=self._title)
            return
        try:
            questions = await self._questions(ctx, row.ref)
            if row.step < len(questions):
                await self._answer(ctx, row, questions, text)
            else:
                await self._finish(ctx, row, questions, text)
        except Declined:
            await row.delete()
            raise

    @atomic
    async def _answer(self, ctx: Context, row: FormRow, questions: Sequence[Question], text: str) -> None:
        question = questions[row.step]
        if not text:
            raise Misread(NO_TEXT)
        left_out = question.optional and fold(text) in ("跳过", "不填")
        value = None if left_out else question.read(text)
        answers = [*row.answers[: row.step], value, *row.answers[row.step + 1 :]]
        step = len(questions) if len(answers) >= len(questions) else row.step + 1
        here = self._row.filter(id=row.id, step=row.step)
        if await here.update(answers=answers, step=step, touched_at=ctx.now):
            row.answers, row.step = answers, step
            await self._ask(ctx, row, questions)

    async def _finish(self, ctx: Context, row: FormRow, questions: Sequence[Question], text: str) -> None:
        said = fold(text)
        if said.startswith("改"):
            number = parse_int(said.removeprefix("改").strip().removeprefix("第").removesuffix("题") or "0")
            if not 1 <= number <= len(questions):
                raise Misread(NOT_A_STEP.format(count=len(questions)))
            row.step, row.touched_at = number - 1, ctx.now
            await row.save()
            await self._ask(ctx, row, questions)
        elif said == "确认":
            if await ctx.member(ctx.author_id) is None:
                raise Declined(GONE)
            await self._hand_over(ctx, row)
        else:
            await self._ask(ctx, row, questions)

    @atomic
    async def _hand_over(self, ctx: Context, row: FormRow) -> None:
        if await self._row.filter(id=row.id).delete():
            await self._done(ctx, row.ref, list(row.answers))

    async def _ask(self, ctx: Context, row: FormRow, questions: Sequence[Question], before: str = "") -> None:
        if row.step >= len(questions):
            told = "；".join(
                f"{number}. {EMPTY if value is None else clip(question.show(value), SHOWN)}"
                for number, (question, value) in enumerate(zip(questions, row.answers, strict=False), 1)
            )
            await ctx.say(SUMMARY, title=self._title, answers=told)
            return
        question = questions[row.step]
        await ctx.say(
            ASK,
            before=before,
            title=self._title,
            step=row.step + 1,
            count=len(questions),
            question=question.title,
            hint=f"\n{question.hint}" if question.hint else "",
            skip=SKIP if question.optional else "",
        )
