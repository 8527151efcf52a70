"""The commands of 早报."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated
from zlib import crc32

from lizheng import Choice, Context, Declined, GroupContext, Line, Pending, atomic
from lizheng.events import FeatureSwitched, SettingChanged
from lizheng.grammar import Misread, Words, parse_time_of_day
from lizheng.messages.templates import Mention
from lizheng.text import clip
from plugins.morning_brief import register, texts
from plugins.morning_brief.contents import put_together
from plugins.morning_brief.gathering import Rounds
from plugins.morning_brief.models import Submission
from plugins.morning_brief.settings import EVERY_DAY, NEVER, WORKDAYS, Settings
from plugins.morning_brief.timing import Timing

LONGEST = 200
SHOWN_SECONDS = 60
WHICH_DAYS = Choice(WORKDAYS, EVERY_DAY, also={"每日": EVERY_DAY, "天天": EVERY_DAY, "workdays": WORKDAYS})


class TimeOfDay(str):
    """`08:00`, `8点半`, `早上8点`, as `08:00`."""

    label = "<时间>"
    __slots__ = ()

    @staticmethod
    def fits(text: str) -> bool:
        with suppress(Misread):
            return bool(parse_time_of_day(text).isoformat())
        return False

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> TimeOfDay:
        return cls(f"{parse_time_of_day(words.word() or ''):%H:%M}")


class Desk:
    """The commands that look at or change when the brief comes and what stands in it."""

    def __init__(self, timing: Timing, rounds: Rounds) -> None:
        self._timing = timing
        self._rounds = rounds

    # — looking ————————————————————————————————————————————————————————————————————————————

    async def show(self, ctx: Context) -> None:
        """Today's: as it went out, or as it would be now; the same words are not said again within a minute."""
        text = await self._todays(ctx)
        topic = f"brief:{ctx.answers_to}:{crc32(text.encode('utf-8', 'replace'))}"
        if not ctx.now_and_then(topic, SHOWN_SECONDS):
            raise Declined(texts.JUST_SHOWN)
        await ctx.say("{text}", text=text)

    async def _todays(self, ctx: Context) -> str:
        today = ctx.now.date()
        sent = await register.brief(ctx.group.id, today)
        if sent is not None and sent.text:
            return sent.text
        contents = await put_together(ctx, today, self._timing.almanac)
        return contents.page.text()

    async def preview(self, ctx: Context) -> None:
        due = await self._next(ctx)
        day = self._timing.timetable(ctx).day_of(due) if due else ctx.now.date()
        contents = await put_together(ctx, day, self._timing.almanac)
        text = contents.page.text()
        if due is None:
            await ctx.say(texts.PREVIEW_OFF, text=text)
        else:
            await ctx.say(texts.PREVIEW, when=self._when(ctx, due), text=text)

    async def schedule(self, ctx: Context) -> None:
        chosen = ctx.settings(Settings)
        due = await self._next(ctx)
        if due is None:
            await ctx.say(texts.SCHEDULE_OFF)
            return
        await ctx.say(texts.SCHEDULE, days=chosen.days, at=chosen.at, when=self._when(ctx, due))

    async def _next(self, ctx: GroupContext) -> datetime | None:
        """When the next one comes: a day that has had its brief has no other, even when its time was moved."""
        table = self._timing.timetable(ctx)
        due = table.next_after(ctx.now)
        while due is not None and await register.brief(ctx.group.id, table.day_of(due)) is not None:
            due = table.next_after(due)
        return due

    def _when(self, ctx: GroupContext, due: datetime) -> str:
        local = ctx.local(due)
        day = self._timing.almanac.day(local.date())
        ahead = (local.date() - ctx.now.date()).days
        name = {0: "今天", 1: "明天"}.get(ahead, f"{local.month} 月 {local.day} 日（{day.weekday}）")
        return f"{name} {local:%H:%M}" if ahead in (0, 1) else f"{name}{local:%H:%M}"

    # — when ———————————————————————————————————————————————————————————————————————————————

    async def set_time(self, ctx: Context, at: TimeOfDay, days: Annotated[str, WHICH_DAYS] = "") -> None:
        chosen = ctx.settings(Settings)
        wanted = str(days or (EVERY_DAY if chosen.days == NEVER else chosen.days))
        record = await ctx.change(Settings, f"早报改为{wanted} {at}", at=str(at), days=wanted)
        due = await self._next(ctx)
        assert due is not None
        await ctx.say(texts.SET, days=wanted, at=at, when=self._when(ctx, due), number=record.number)

    async def stop(self, ctx: Context) -> None:
        if ctx.settings(Settings).days == NEVER:
            raise Declined(texts.WAS_STOPPED)
        record = await ctx.change(Settings, "不再自动发早报", days=NEVER)
        await ctx.say(texts.STOPPED, number=record.number)

    async def changed(self, ctx: GroupContext, happened: SettingChanged) -> None:
        if happened.name in ("at", "days"):
            await self._timing.plan(ctx)
            await self._rounds.plan(ctx.host)

    async def switched(self, ctx: GroupContext, happened: FeatureSwitched) -> None:
        if happened.on:
            await self._timing.plan(ctx)
        await self._rounds.plan(ctx.host)


# — submissions ————————————————————————————————————————————————————————————————————————————


async def submit(ctx: Context, line: Annotated[str, Line(LONGEST, "一条")]) -> None:
    count = await register.waiting(ctx, ctx.author_id)
    if count >= register.MOST_WAITING:
        raise Declined(texts.WAITS.format(count=count))
    await ctx.names_of([ctx.author_id])
    who = clip(ctx.name_of(ctx.author_id), 12)
    pending = await ctx.submit(
        register.DECISION,
        texts.SUBMITTED,
        payload={"text": line, "who": who},
        who=who,
        text=line,
    )
    if ctx.answers_to:
        await ctx.say(texts.SUBMITTED_ASIDE, number=pending.number)


@atomic
async def accept(ctx: GroupContext, pending: Pending) -> None:
    given = {"author_id": pending.author_id, "who": pending.payload["who"], "text": pending.payload["text"]}
    _, new = await Submission.get_or_create(given, group_id=ctx.group.id, number=pending.number)
    if new:
        await ctx.note("submission", f"{pending.number} 号投稿进早报", target=pending.author_id)
    await ctx.say(texts.ACCEPTED, who=Mention(pending.author_id), number=pending.number)


async def decline(ctx: GroupContext, pending: Pending) -> None:
    reason = f"：{pending.reason}".rstrip("。") if pending.reason else ""
    await ctx.say(texts.REJECTED, who=Mention(pending.author_id), number=pending.number, reason=reason)
