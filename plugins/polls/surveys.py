"""Surveys: some questions, answered in private, exported as a table."""

from __future__ import annotations

import json
from typing import Annotated, Any

from lizheng import (
    Context,
    Declined,
    Dimension,
    GroupContext,
    Misread,
    Numbered,
    Role,
    State,
    Urgency,
    atomic,
    next_number,
)
from lizheng.grammar import parse_label
from lizheng.media.tables import Column, Table, Text
from lizheng.parts.files import deliver
from lizheng.parts.labels import missing
from lizheng.parts.page import FIRST, Page
from lizheng.parts.private_form import PrivateForm, Question
from plugins.polls import commands, polls, texts
from plugins.polls.models import Filled, Survey, SurveyDraft
from plugins.polls.rules import Asked, hint, punishes, read_deadline, read_survey, reader, say_answer
from plugins.polls.settings import Settings

Number = Annotated[int, Numbered("T", "问卷号")]
CLOSE = "close-survey"
LIST = Page(texts.SURVEY_LIST, texts.SURVEY_EMPTY, "/问卷")


def label(survey: Survey) -> str:
    """`T5`."""
    return f"{polls.LETTER}{survey.number}"


def asked(survey: Survey) -> list[Asked]:
    """Its questions."""
    return [Asked.of(one) for one in survey.questions]


async def open_survey(ctx: Context, text: Annotated[str, "标题，下面一行一题"]) -> None:
    chosen = ctx.settings(Settings)
    if ctx.channel == "private":
        raise Declined(texts.IN_GROUP)
    needed = commands.OPENERS[chosen.opener]
    if needed > Role.MEMBER and await ctx.confirmed_role(needed) < needed:
        raise Declined(texts.NOT_OPENER_SURVEY.format(role=chosen.opener))
    title, questions, until = read_survey(text)
    if punishes(title):
        raise Declined(texts.NO_PUNISHMENT)
    closes_at = read_deadline(until, ctx.now) if until else ctx.now + chosen.span
    mine = await Survey.filter(group_id=ctx.group.id, author_id=ctx.author_id, state="open").order_by(
        "number"
    )
    if len(mine) >= chosen.at_once:
        raise Declined(texts.ONE_AT_A_TIME.format(labels="、".join(map(label, mine))))
    await _write_down(ctx, title, questions, closes_at)


@atomic
async def _write_down(ctx: Context, title: str, questions: list[Asked], closes_at: Any) -> None:
    survey = await Survey.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "poll"),
        author_id=ctx.author_id,
        title=title,
        questions=[one.as_json() for one in questions],
        opened_at=ctx.now,
        closes_at=closes_at,
        source=ctx.source or "",
    )
    await ctx.plan(CLOSE, closes_at, key=str(survey.number))
    until = polls.say_time(ctx, closes_at)
    await ctx.say(texts.SURVEY_OPENED, label=label(survey), title=title, count=len(questions), until=until)


async def _open_ones(ctx: GroupContext) -> list[Survey]:
    return await Survey.filter(group_id=ctx.group.id, state="open").order_by("number")


async def find(ctx: GroupContext, number: int) -> Survey:
    """The survey of a number. Raises `Declined` with the numbers that there are."""
    survey = await Survey.get_or_none(group_id=ctx.group.id, number=number)
    if survey is None:
        raise missing(polls.LETTER, number, [one.number for one in await _open_ones(ctx)])
    return survey


async def show(ctx: Context) -> None:
    current = await _open_ones(ctx)
    if len(current) == 1:
        await start(ctx, label(current[0]))
        return
    counts = {survey.id: await Filled.filter(survey_id=survey.id).count() for survey in current}

    def line(survey: Survey) -> str:
        until = polls.say_time(ctx, survey.closes_at)
        return texts.SURVEY_LINE.format(
            label=label(survey), title=survey.title, until=until, count=counts[survey.id]
        )

    await LIST.say(ctx, current, line, FIRST)


async def start(ctx: Context, words: Annotated[str, "T号"]) -> None:
    """Begin to fill one in, in private; in the group, show it."""
    try:
        survey = await find(ctx, parse_label(words.strip(), polls.LETTER, bare=True))
    except Misread:
        current = "、".join(map(label, await _open_ones(ctx)))
        if not current:
            raise Declined(texts.NO_SURVEYS) from None
        raise Declined(texts.SURVEY_WHICH.format(labels=current, first=current.split("、")[0])) from None
    _refuse_closed(ctx, survey)
    if ctx.channel == "private":
        await FORM.begin(ctx, str(survey.number))
        return
    await ctx.say(
        texts.SURVEY_SHOWN,
        label=label(survey),
        title=survey.title,
        count=len(survey.questions),
        until=polls.say_time(ctx, survey.closes_at),
        filled=await Filled.filter(survey_id=survey.id).count(),
    )


def _refuse_closed(ctx: GroupContext, survey: Survey) -> None:
    if survey.state != "open":
        when = polls.say_time(ctx, survey.ended_at or survey.closes_at)
        raise Declined(texts.SURVEY_ENDED.format(label=label(survey), when=when))


async def questions(ctx: GroupContext, ref: str) -> list[Question]:
    """What the form asks. Raises `Declined` once it is over."""
    survey = await find(ctx, int(ref))
    _refuse_closed(ctx, survey)
    return [Question(one.title, reader(one), hint(one), one.optional, _show(one)) for one in asked(survey)]


def _show(one: Asked) -> Any:
    return lambda value: say_answer(one, value)


async def done(ctx: Context, ref: str, answers: list[Any]) -> None:
    """Keep what somebody has confirmed; filled in again, it replaces."""
    survey = await find(ctx, int(ref))
    if not await Survey.filter(id=survey.id, state="open").exists() or ctx.at > survey.closes_at:
        _refuse_closed(ctx, await Survey.get(id=survey.id))
    values = {"answers": answers, "at": ctx.at, "group_id": survey.group_id}
    _, new = await Filled.update_or_create(values, survey_id=survey.id, user_id=ctx.author_id)
    key = f"survey/{survey.number}/{ctx.author_id}"
    await ctx.deed(ctx.author_id, "survey.done", key=key, dimension=Dimension.NEWS, at=ctx.at)
    await ctx.say(texts.SURVEY_DONE if new else texts.SURVEY_AGAIN, label=label(survey))


FORM = PrivateForm("问卷", SurveyDraft, questions, done)


async def finish(ctx: Context, number: Number) -> None:
    """End one before its time."""
    survey = await find(ctx, number)
    await commands.require_owner(ctx, survey.author_id)
    _refuse_closed(ctx, survey)
    if not await end(ctx, survey):
        raise Declined(texts.JUST_DONE.format(label=label(survey)))


@atomic
async def end(ctx: GroupContext, survey: Survey) -> bool:
    """Close it once; False where somebody has."""
    if not await Survey.filter(id=survey.id, state="open").update(state="closed", ended_at=ctx.now):
        return False
    await FORM.forget(ctx, str(survey.number))
    count = await Filled.filter(survey_id=survey.id).count()
    title = survey.title
    result = {"label": label(survey), "title": title, "count": count}
    await ctx.announce(f"survey:{survey.number}", texts.SURVEY_RESULT, Urgency.HIGH, key="result", **result)
    return True


async def export(ctx: Context, number: Number) -> None:
    """Put the questions and all answers up as a table; options stand as their numbers and as their words."""
    survey = await find(ctx, number)
    if ctx.channel != "private":
        raise Declined(texts.EXPORT_IN_PRIVATE.format(label=label(survey)))
    filled = await Filled.filter(survey_id=survey.id).order_by("id")
    content = await _table(survey, filled)
    structure = json.dumps(
        {"title": survey.title, "questions": survey.questions}, ensure_ascii=False, indent=1
    )
    for kind, part in (("csv", content), ("json", structure.encode())):
        outcome = await deliver(ctx, f"问卷{label(survey)}.{kind}", part)
        if outcome.state is not State.DONE:
            raise Declined(texts.EXPORT_FAILED.format(why=outcome.why or "还没有结果"))
    await ctx.say(texts.EXPORTED, label=label(survey), count=len(filled))


async def _table(survey: Survey, filled: list[Filled]) -> bytes:
    titles = ["QQ"]
    for number, one in enumerate(asked(survey), 1):
        titles += [f"{number} {one.title}", *([f"{number} 选项号"] if one.options else [])]
    table = Table(*(Column(title, Text(4000)) for title in titles), title=survey.title)
    rows: list[list[str]] = []
    for row in filled:
        cells = [str(row.user_id)]
        for one, value in zip(asked(survey), row.answers, strict=False):
            cells.append(say_answer(one, value))
            if one.options:
                places = [value] if isinstance(value, int) else value or []
                cells.append(" ".join(str(place + 1) for place in places))
        rows.append(cells)
    return await table.write("csv", rows)
