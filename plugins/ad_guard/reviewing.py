"""The commands of 广告识别: showing a judgement, the suspects, and what admins teach."""

from __future__ import annotations

import re
from typing import Annotated, Any

from lizheng import Context, Numbered, Record, atomic
from lizheng.grammar import Misread
from lizheng.hooks import AdSeen
from lizheng.messages.templates import Mention
from lizheng.parts.page import FIRST, Page, PageNumber
from plugins.ad_guard import findings, rules, texts
from plugins.ad_guard.acting import Decided
from plugins.ad_guard.guard import Guard
from plugins.ad_guard.models import Finding
from plugins.ad_guard.reading import read
from plugins.ad_guard.recognise import Evidence, Judgement

RECORD = Numbered("#", "记录编号")
REVIEW = Page(texts.REVIEW, texts.REVIEW_EMPTY, "/待审")
_RECORD = re.compile(r"#(\d+)")
LESSONS = {True: ("ad", texts.LESSON_AD), False: ("harmless", texts.LESSON_HARMLESS)}


class Meant:
    """The message an admin speaks of, by quote or number: its text, and the finding about it if there is one."""

    def __init__(self, text: str, finding: Finding | None = None, user_id: int = 0, message_id: int = 0):
        self.text = text
        self.finding = finding
        self.user_id = finding.user_id if finding else user_id
        self.message_id = finding.message_id if finding else message_id


class Reviewing:
    """What admins do with the judgements of one guard."""

    def __init__(self, guard: Guard):
        self._guard = guard

    # — showing ————————————————————————————————————————————————————————————————————————————

    async def judge_text(self, ctx: Context, text: Annotated[str, "文本"]) -> None:
        await self._show(ctx, text)

    async def judge_quoted(self, ctx: Context) -> None:
        if ctx.quoted is None:
            raise Misread(texts.NOTHING_TO_JUDGE)
        if not ctx.quoted.segments:
            raise Misread(texts.LOST)
        reading = read(ctx.quoted.segments)
        await self._show(ctx, reading.text, reading.evidence)

    async def _show(self, ctx: Context, text: str, evidence: tuple[Evidence, ...] = ()) -> None:
        judgement = self._judge(ctx, text, evidence)
        await ctx.say(
            texts.JUDGED,
            score=rules.points(judgement.score),
            verdict=rules.verdict_of(judgement),
            why=rules.reasons(judgement.why),
        )

    def _judge(self, ctx: Context, text: str, evidence: tuple[Evidence, ...] = ()) -> Judgement:
        judgement = self._guard.judge(ctx.group.id, text, evidence)
        if judgement is None:
            raise Misread(texts.NOT_LOADED)
        return judgement

    async def suspects(self, ctx: Context, page: PageNumber = FIRST) -> None:
        def line(row: Finding) -> str:
            return texts.REVIEW_LINE.format(
                number=row.number,
                name=ctx.who(row.user_id, strict=True),
                text=rules.shown(row.text),
                score=rules.points(row.score),
                why=row.why,
            )

        rows = Finding.filter(group_id=ctx.group.id, state="suspect").order_by("number")
        await REVIEW.say(ctx, rows, line, page, people=lambda row: [row.user_id])

    # — teaching ———————————————————————————————————————————————————————————————————————————

    async def suspect_is_ad(self, ctx: Context, number: Annotated[int, "编号"]) -> None:
        await self._is_ad(ctx, await self._suspect(ctx, number))

    async def suspect_is_harmless(self, ctx: Context, number: Annotated[int, "编号"]) -> None:
        await self._is_harmless(ctx, await self._suspect(ctx, number))

    async def is_ad(self, ctx: Context) -> None:
        await self._is_ad(ctx, await quoted(ctx, texts.NOTHING_QUOTED_AD, texts.LOST))

    async def is_harmless(self, ctx: Context, record: Annotated[int, RECORD] | None = None) -> None:
        await self._is_harmless(ctx, await meant(ctx, record))

    async def _suspect(self, ctx: Context, number: int) -> Meant:
        found = await Finding.get_or_none(group_id=ctx.group.id, number=number, state="suspect")
        if found is None:
            raise Misread(texts.NO_SUCH_SUSPECT.format(number=number))
        return Meant(found.text, found)

    async def _is_ad(self, ctx: Context, meant: Meant) -> None:
        already_gone = meant.finding is not None and meant.finding.state == "recalled"
        record = await self._teach(ctx, meant, is_ad=True)
        decided = Decided("recalled") if already_gone else await self._recall_now(ctx, meant)
        number, why = record.number, decided.reason
        if decided.state == "allowed":
            await ctx.say(texts.TAUGHT_AD_ALLOWED, number=number, reason=why)
        elif decided.state == "not_done":
            await ctx.say(texts.TAUGHT_AD_KEPT, number=number, why=why)
        else:
            await ctx.say(texts.TAUGHT_AD, number=number)

    async def _recall_now(self, ctx: Context, meant: Meant) -> Decided:
        """Deal with the message itself as if it had been recognised."""
        if not meant.message_id:
            return Decided("ad")
        if protected := ctx.why_protected(meant.user_id, ctx.seen(meant.user_id)):
            return Decided("not_done", protected)
        judgement = self._judge(ctx, meant.text)
        at = int(meant.finding.at.timestamp()) if meant.finding else quoted_at(ctx)
        seen = AdSeen(
            meant.user_id, meant.message_id, meant.text, at, judgement.certain, tuple(judgement.why)
        )
        cause = f"{ctx.source}/said"
        if meant.finding is None:
            finding = await findings.open_finding(ctx, cause, seen, meant.text, judgement)
        else:
            finding = meant.finding
            await findings.plan_settling(ctx, finding, seen, cause)
        return await self._guard.acting.decide(ctx, finding, seen, cause)

    async def _is_harmless(self, ctx: Context, meant: Meant) -> None:
        was_recalled = meant.finding is not None and meant.finding.state == "recalled"
        record = await self._teach(ctx, meant, is_ad=False)
        if was_recalled:
            people = [Mention(meant.user_id), " "]
            await ctx.say(texts.TAUGHT_RECALLED, people=people, number=record.number)
        else:
            await ctx.say(texts.TAUGHT_HARMLESS, number=record.number)

    @atomic
    async def _teach(self, ctx: Context, meant: Meant, *, is_ad: bool) -> Record:
        """Take the lesson, and note how it is undone."""
        if not meant.text.strip():
            raise Misread(texts.NO_TEXT)
        recogniser = self._guard.recogniser
        if recogniser is None:
            raise Misread(texts.NOT_LOADED)
        before = await self._guard.lessons.teach(recogniser, ctx.group.id, meant.text, is_ad)
        state, label = LESSONS[is_ad]
        undo: dict[str, Any] = {"name": "lesson", "text": meant.text, "before": before}
        if meant.finding is not None:
            undo |= {"finding": meant.finding.id, "state": meant.finding.state}
            if not (is_ad and meant.finding.state == "recalled"):
                meant.finding.state = state
                await meant.finding.save(update_fields=["state"])
        return await ctx.note("lesson", label, target=meant.user_id, params={"label": label}, undo=undo)

    async def undo_lesson(self, ctx: Context, undo: dict[str, Any]) -> None:
        @atomic
        async def take_back() -> None:
            if (recogniser := self._guard.recogniser) is None:
                raise Misread(texts.NOT_LOADED)
            await self._guard.lessons.teach(recogniser, ctx.group.id, undo["text"], undo["before"])
            if "finding" in undo:
                said = Finding.filter(id=undo["finding"], state__in=[state for state, _ in LESSONS.values()])
                await said.update(state=undo["state"])

        await take_back()


def quoted_at(ctx: Context) -> int:
    """When the quoted message was sent, now where that cannot be read."""
    reply = ctx.event.reply
    return int(reply.time) if reply is not None and reply.time else int(ctx.now.timestamp())


async def meant(ctx: Context, record: int | None) -> Meant:
    """What is spoken of: the recall with this record number, or the quoted message, explanation or record.

    Raises `Misread`.
    """
    if record is not None:
        return await _of_record(ctx, record)
    return await quoted(ctx, texts.NOTHING_QUOTED, texts.UNREADABLE)


async def quoted(ctx: Context, nothing: str, unreadable: str) -> Meant:
    """What is spoken of by quoting it. Raises `Misread`, with these sentences where there is no quote, or no reading it."""
    said = ctx.quoted
    if said is None:
        raise Misread(nothing)
    if found := await Finding.filter(group_id=ctx.group.id, message_id=said.message_id).first():
        return Meant(found.text, found)
    if explained := await _explained(ctx):
        if len(explained) > 1 and len({one.text for one in explained}) > 1:
            listed = "、".join(f"#{one.record}" for one in explained if one.record)
            raise Misread(texts.SEVERAL.format(count=len(explained), numbers=listed))
        return Meant(explained[0].text, explained[0])
    text = read(said.segments).text
    if said.user_id in ctx.host.accounts():
        named = set(_RECORD.findall(text))
        if len(named) == 1:
            return await _of_record(ctx, int(named.pop()))
        raise Misread(texts.OWN_WORDS)
    if not said.segments:
        raise Misread(unreadable)
    return Meant(text, None, said.user_id, said.message_id)


async def _of_record(ctx: Context, number: int) -> Meant:
    found = await Finding.filter(group_id=ctx.group.id, record=number).first()
    if found is None:
        raise Misread(texts.NO_SUCH_RECORD.format(number=number))
    return Meant(found.text, found)


async def _explained(ctx: Context) -> list[Finding]:
    """The findings that the quoted message of ours explained."""
    about = await ctx.quoted_about("source")
    explained = Finding.filter(group_id=ctx.group.id, telling__in=("told", "skipped"))
    return await explained.filter(told_source=about[1]).order_by("id") if about else []
