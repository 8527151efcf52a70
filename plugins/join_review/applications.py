"""Applications: taken in once, weighed, shown, and followed to their end."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from lizheng import Declined, GroupContext, MemberJoined, Mention, Pending, Priority, Role, atomic
from lizheng.hooks import Asked, admission, blacklisted
from lizheng.parts import decisions
from lizheng.parts.recipients import Recipients
from lizheng.text import clip, fold, is_blank, shown_name, visible
from plugins.join_review import edges, texts
from plugins.join_review.models import Application, Asking, Reader
from plugins.join_review.rules import (
    GRADES,
    WAVE,
    Applied,
    Facts,
    Rule,
    Said,
    Verdict,
    judge,
    name_inviter,
    shape,
    shown_answer,
    split_comment,
)
from plugins.join_review.settings import Settings

DECISION, ANSWERED, UNVOUCHED, WAVES = "join", "answered", "unvouched", "waves"
READERS = Recipients("入群申请", Reader, Role.DEPUTY)
LATER = {"agreed": "letting", "denied": "turning"}
"""What was decided and has to wait, and what it is once the answer is on its way."""
VISIBLE = ("open", "agreed", "denied", "letting", "turning", "unseen")
STATES = {
    "open": "在等人定",
    "agreed": "同意了，在等空位",
    "denied": "拒绝了，等我有权限",
    "letting": "同意了，还没看到他进来",
    "turning": "正在拒绝",
    "joined": "进群了",
    "refused": "拒绝了",
    "unseen": "同意了，但没看到他进来",
    "elsewhere": "在手机上处理了",
    "gone": "失效了",
    "expired": "过期了",
    "simulated": "试运行里定过了",
}
DAY, MONTH = timedelta(days=1), timedelta(days=30)
WAVE_SPAN, RECENT = timedelta(seconds=60), timedelta(days=7)
VOUCH_SPAN = timedelta(hours=24)
TOLD_EVERY = 60.0
"""Seconds between two words on how many wait: a range of numbers may be agreed to at once."""
LONGEST_WORDS = 30
"""Of what a refused applicant reads: QQ cuts what is longer."""


@dataclass(frozen=True)
class Arrival:
    """An application as an endpoint told it, now or, `late`, in its list; `may_decide` unless nobody knows how old it is."""

    user_id: int
    flag: str
    comment: str
    at: datetime
    invitor_id: int = 0
    nickname: str = ""
    may_decide: bool = True
    quiet: bool = False

    @property
    def key(self) -> str:
        """What its flag is known by once that is gone."""
        return _digest(self.flag)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def here(ctx: GroupContext, **values: Any) -> Any:
    """Select applications of this group."""
    return Application.filter(group_id=ctx.group.id, **values)


async def by_number(ctx: GroupContext, number: int) -> Application:
    """Find the one that is shown under a number. Raises `Declined`, which names those that there are."""
    row = await here(ctx, number=number).order_by("-id").first() if number > 0 else None
    if row is None:
        numbers = (
            await here(ctx, state__in=VISIBLE, number__gt=0)
            .order_by("number")
            .values_list("number", flat=True)
        )
        shown = "、".join(str(one) for one in list(numbers)[:8])
        there = texts.THERE.format(numbers=shown) if shown else texts.NONE_THERE
        raise Declined(texts.NO_SUCH.format(number=number, there=there))
    return row


# — taking one in ——————————————————————————————————————————————————————————————————————————


async def take(ctx: GroupContext, arrival: Arrival) -> Application | None:
    """Take an application in, told however often: the row that is new or has changed, None for what is known.

    One of somebody who is in already is none.
    """
    known = here(ctx, user_id=arrival.user_id, keys__contains=arrival.key)
    if await known.exclude(state="gone").exists():
        return None
    with suppress(Declined):
        if await ctx.member(arrival.user_id) is not None:
            return None
    current = await here(ctx, user_id=arrival.user_id, open_key__isnull=False).first()
    if current is not None:
        return await _again(ctx, current, arrival)
    try:
        return await _new(ctx, arrival)
    except IntegrityError:  # the same person, told twice at once
        return None


async def _again(ctx: GroupContext, row: Application, arrival: Arrival) -> Application | None:
    """The number stays; the newest flag and answer count."""
    said = split_comment(arrival.comment, await _questions(ctx))
    values = {
        "flag": arrival.flag,
        "keys": f"{row.keys} {arrival.key}"[-600:],
        "tries": row.tries + 1,
        "missed": 0,
        **_kept(said),
    }
    if not await here(ctx, id=row.id, open_key__isnull=False, tries=row.tries).update(**values):
        return None
    fresh = await Application.get(id=row.id)
    if arrival.may_decide and await reconsider(ctx, fresh):
        return fresh
    verdict = await weigh(ctx, fresh)
    await _keep_verdict(ctx, fresh, verdict)
    if fresh.state == "open" and not arrival.quiet and await _may_speak(ctx, fresh):
        await ctx.say(
            texts.AGAIN_OPEN,
            number=fresh.number,
            who=who(fresh),
            tries=fresh.tries,
            facts=await _facts_line(ctx, fresh, verdict),
            key=f"again/{fresh.id}/{fresh.tries}",
        )
    return fresh


def _kept(said: Said) -> dict[str, str]:
    return {
        "question": said.question,
        "answer": said.answer,
        "answer_key": _digest(fold(said.answer)) if said.answer else "",
        "shape_key": _digest(shape(said.answer)),
    }


async def _new(ctx: GroupContext, arrival: Arrival) -> Application | None:
    settings = ctx.settings(Settings)
    said = split_comment(arrival.comment, await _questions(ctx))
    nickname, level = await _look_up(ctx, arrival)
    wave = await here(ctx, at__gt=ctx.now - WAVE_SPAN).count() + 1 > WAVE
    inviter, grade, several = await _inviter(ctx, arrival, said, settings, asks=not wave)
    earlier = await here(ctx, user_id=arrival.user_id, at__gt=ctx.now - DAY).count()
    row = Application(
        group_id=ctx.group.id,
        user_id=arrival.user_id,
        flag=arrival.flag,
        keys=arrival.key,
        open_key=f"{ctx.group.id}:{arrival.user_id}",
        nickname=nickname,
        level=level,
        inviter_id=inviter,
        grade=grade,
        tries=earlier + 1,
        at=arrival.at,
        **_kept(said),
    )
    verdict = await weigh(ctx, row)
    row.advice, row.marks = f"{verdict.does}（{verdict.why}）", [mark.label for mark in verdict.marks]
    decides = settings.handling == "按规则" and verdict.does != "等人" and arrival.may_decide
    if decides:
        return await _by_rule(ctx, row, verdict)
    silent = arrival.quiet or wave or row.tries > settings.again
    asks = bool(inviter and grade == "E" and settings.inviter != "不问" and not silent)
    await _put_up(ctx, row, await _facts_line(ctx, row, verdict, several), quiet=silent, asks=asks)
    if settings.shown == "管理员私聊" and not silent:
        with suppress(Declined):
            await READERS.send(
                ctx,
                texts.IN_PRIVATE,
                key=f"aside/{row.keys}/",
                number=row.number,
                who=who(row),
                group=ctx.group.name or ctx.group.id,
                answer=answer_of(row),
            )
    if wave and not arrival.quiet:
        await ctx.gather(WAVES, {"number": row.number})
    return row


@atomic
async def _put_up(ctx: GroupContext, row: Application, facts: str, *, quiet: bool, asks: bool) -> None:
    """Write it down, give it the group's next number, and say it; ask the one who is said to have brought them."""
    row.vouch = "asked" if asks else ""
    await row.save()
    pending = await ctx.submit(
        DECISION,
        texts.ASKS,
        payload={"id": row.id},
        numbered=True,
        quiet=quiet,
        key=f"asks/{row.keys}",
        who=who(row),
        level=level_of(row),
        again=texts.AGAIN.format(tries=row.tries) if row.tries > 1 else "",
        facts=facts,
    )
    row.number, row.pending_id = pending.number, pending.id
    await row.save(update_fields=["number", "pending_id"])
    if asks:
        await ctx.plan(UNVOUCHED, ctx.now + VOUCH_SPAN, key=str(row.id), payload={"id": row.id})
        await ctx.say(
            texts.VOUCH,
            inviter=Mention(row.inviter_id),
            who=who(row),
            number=row.number,
            key=f"vouch/{row.keys}",
        )


async def _by_rule(ctx: GroupContext, row: Application, verdict: Verdict) -> Application:
    row.rule, row.decided_at = verdict.why, ctx.now
    row.state = "letting" if verdict.does == "通过" else "turning"
    row.reason = verdict.words
    if row.state == "letting" and await is_full(ctx):
        row.state = "agreed"
    await row.save()
    if row.state != "agreed":
        await answer(ctx, row)
    return row


async def _questions(ctx: GroupContext) -> set[str]:
    """The questions that were asked here lately, folded."""
    asked = here(ctx, at__gt=ctx.now - RECENT).exclude(question="").order_by("-id").limit(200)
    return {fold(one) for one in await asked.values_list("question", flat=True)}


async def _look_up(ctx: GroupContext, arrival: Arrival) -> tuple[str, int | None]:
    """Nickname and level; 0 is hidden or unread, and never a fact."""
    try:
        told = await ctx.query("get_stranger_info", user_id=arrival.user_id, no_cache=True) or {}
    except (NetworkError, ActionFailed):
        told = {}
    level = told.get("qqLevel") or told.get("qq_level") or told.get("level") or 0
    nickname = str(told.get("nickname") or arrival.nickname or "")
    return nickname[:60], level if isinstance(level, int) and level > 0 else None


async def _inviter(
    ctx: GroupContext, arrival: Arrival, said: Said, settings: Settings, *, asks: bool
) -> tuple[int, str, Sequence[int]]:
    """Who brought them, how that is known, and whom the answer may mean where that is not one person."""
    if arrival.invitor_id and arrival.invitor_id != arrival.user_id:
        return arrival.invitor_id, "A", ()
    if settings.inviter == "不问" or not said.answer or not asks:
        return 0, "", ()
    try:
        members = await ctx.members(fresh=False)
    except Declined:
        return 0, "", ()
    known = {
        one.user_id: (one.card, one.nickname) for one in members.values() if not ctx.is_ours(one.user_id)
    }
    named = name_inviter(said.answer, known, arrival.user_id)
    return (named.one, "E", ()) if named.one else (0, "", named.people)


# — weighing ———————————————————————————————————————————————————————————————————————————————


async def rules_of(ctx: GroupContext) -> list[Rule]:
    """The rules of this group, by their numbers."""
    rows = await Asking.filter(group_id=ctx.group.id).order_by("number")
    return [Rule(one.number, one.kind, one.text, one.reason) for one in rows]


async def weigh(ctx: GroupContext, row: Application) -> Verdict:
    """Say what the rules make of an application, by all that is known now."""
    settings, since = ctx.settings(Settings), ctx.now - MONTH
    others = here(ctx, at__gt=ctx.now - RECENT).exclude(user_id=row.user_id)
    same = others.filter(answer_key=row.answer_key) if row.answer_key else None
    alike = others.filter(at__gt=row.at - WAVE_SPAN, shape_key=row.shape_key)
    listed = await blacklisted.ask(ctx, row.user_id, key=f"listed/{row.keys}")
    tickets = (
        await admission.ask(ctx, Asked(row.user_id, row.answer), key=f"ticket/{row.keys}")
        if settings.ticket
        else []
    )
    vouched = row.vouch == "yes" and await edges.word_counts(ctx, row.inviter_id)
    facts = Facts(
        listed=listed[0].value.reason if listed else None,
        ticket=tickets[0].value.reason if tickets else "",
        protected=bool(ctx.why_protected(row.user_id)),
        vouched=vouched and settings.vouch_lets_in,
        needs_vouch=settings.inviter == "要担保" and not vouched,
        rules=await rules_of(ctx),
        questions=await _questions(ctx),
        least_level=settings.level,
        least_answer=settings.answer,
        strangers=settings.strangers,
        same_answers=len(set(await same.values_list("user_id", flat=True))) if same is not None else 0,
        wave=await alike.count() + 1,
        refused_here=await here(ctx, user_id=row.user_id, state="refused", at__gt=since).count(),
        refused_elsewhere=await _refused_elsewhere(ctx, row.user_id, since),
        weak_inviter=bool(row.inviter_id) and await edges.is_weak(ctx, row.inviter_id),
    )
    return judge(Applied(row.nickname, Said(row.question, row.answer), row.level), facts)


async def _refused_elsewhere(ctx: GroupContext, user_id: int, since: datetime) -> int:
    """How often groups of the same owner have refused somebody; what other owners' groups did is not told."""
    found = Application.filter(user_id=user_id, state="refused", at__gt=since).exclude(group_id=ctx.group.id)
    groups = set(await found.values_list("group_id", flat=True))
    if not groups:
        return 0
    owner = await _owner(ctx)
    sisters = [there for there in ctx.in_groups() if there.group.id in groups]
    return sum([bool(owner) and await _owner(there) == owner for there in sisters])


async def _owner(ctx: GroupContext) -> int:
    try:
        members = await ctx.members(fresh=False)
    except Declined:
        return 0
    return next((one.user_id for one in members.values() if one.role is Role.OWNER), 0)


async def _keep_verdict(ctx: GroupContext, row: Application, verdict: Verdict) -> None:
    row.advice, row.marks = f"{verdict.does}（{verdict.why}）", [mark.label for mark in verdict.marks]
    await here(ctx, id=row.id).update(advice=row.advice, marks=row.marks)


async def _may_speak(ctx: GroupContext, row: Application) -> bool:
    return row.tries <= ctx.settings(Settings).again


# — showing ————————————————————————————————————————————————————————————————————————————————


def who(row: Application) -> str:
    """Name an applicant, who is in no list yet: hidden where the name may be a way to reach somebody."""
    name = shown_name(row.nickname, strict=True)
    return f"{'（没有昵称）' if is_blank(row.nickname) else name}（…{str(row.user_id)[-4:]}）"


def level_of(row: Application) -> str:
    return texts.NO_LEVEL if row.level is None else texts.LEVEL.format(level=row.level)


def answer_of(row: Application, limit: int = 60) -> str:
    """What they answered, safe to show, or that they did not."""
    return (
        texts.ANSWERED.format(answer=shown_answer(row.answer, limit))
        if visible(row.answer)
        else texts.NO_ANSWER
    )


async def _facts_line(
    ctx: GroupContext, row: Application, verdict: Verdict, several: Sequence[int] = ()
) -> str:
    settings = ctx.settings(Settings)
    parts = [texts.ANSWER_ASIDE if settings.shown == "管理员私聊" else answer_of(row)]
    if row.inviter_id:
        await ctx.names_of([row.inviter_id])
        parts.append(texts.BROUGHT_BY.format(name=ctx.who(row.inviter_id), grade=GRADES[row.grade]))
    elif several:
        await ctx.names_of(several[:3])
        parts.append(texts.MAY_BE.format(names="、".join(ctx.who(one) for one in several[:3])))
    if verdict.marks:
        parts.append(texts.MARKS.format(marks="；".join(mark.label for mark in verdict.marks[:3])))
    if settings.handling != "全交人" and verdict.does != "等人":
        parts.append(texts.WOULD.format(does=verdict.does, why=verdict.why))
    return "".join(parts)


def waits(ctx: GroupContext, at: datetime) -> str:
    """Say roughly for how long somebody has waited."""
    minutes = max(int((ctx.now - at).total_seconds() // 60), 0)
    for size, unit in ((1440, "天"), (60, "小时")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return f"{minutes} 分钟"


def ranges(numbers: Sequence[int]) -> str:
    """Write numbers shortly: 3-8、10."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return clip("、".join(str(a) if a == b else f"{a}-{b}" for a, b in parts), 60)


# — answering ——————————————————————————————————————————————————————————————————————————————


async def is_full(ctx: GroupContext) -> bool:
    """Tell whether the group has no room; said once an hour, to whom the group has chosen."""
    try:
        told = await ctx.query("get_group_info", group_id=ctx.group.id, no_cache=True) or {}
    except (NetworkError, ActionFailed):
        return False
    count, most = int(told.get("member_count") or 0), int(told.get("max_member_count") or 0)
    if not most or count < most:
        return False
    if ctx.settings(Settings).full == "告诉管理员" and ctx.now_and_then("full", 3600):
        await ctx.say(texts.FULL, count=count, most=most, key="full")
    return True


async def answer(ctx: GroupContext, row: Application) -> None:
    """Give QQ the answer that was decided; what becomes of it is told to `listeners.answered`.

    Asked again for the same attempt, by whatever cause, it is given once.
    """
    acting = ctx.under(
        f"{ctx.feature.id}:answer:{row.id}:{row.attempts}",
        author_id=row.decided_by,
        needed_role=Role.DEPUTY if row.decided_by else Role.MEMBER,
        priority=Priority.ACT,
    )
    rule, then, payload = "入群规则" if row.rule else "", ANSWERED, {"id": row.id}
    if row.state == "letting":
        why = row.rule or "管理员同意"
        await acting.let_in(row.user_id, row.flag, why, rule=rule, then=then, payload=payload)
    else:
        why, words = row.rule or row.reason or "管理员不同意", clip(row.reason, LONGEST_WORDS)
        await acting.turn_away(row.user_id, row.flag, why, words=words, rule=rule, then=then, payload=payload)


async def decide(ctx: GroupContext, row: Application, *, yes: bool, reason: str = "") -> None:
    """Carry out what a person decided. Raises `Declined` when there is nothing left to decide."""
    state = "letting" if yes else "turning"
    if yes and await is_full(ctx):
        state = "agreed"
    ahead = await here(ctx, state="letting").exclude(id=row.id).count()
    values = {"state": state, "decided_by": ctx.author_id, "decided_at": ctx.now, "reason": visible(reason)}
    if not await here(ctx, id=row.id, state__in=("open", state)).update(**values):
        fresh = await Application.get(id=row.id)
        raise Declined(texts.ENDED.format(number=row.number, state=STATES[fresh.state]))
    if state == "agreed":
        return
    await answer(ctx, await Application.get(id=row.id))
    if yes and ahead and ctx.now_and_then("queued", TOLD_EVERY):
        await ctx.say(texts.QUEUED, number=row.number, ahead=ahead, key=f"queued/{row.id}")


async def reconsider(ctx: GroupContext, row: Application) -> bool:
    """Let the rules decide after all, now that more is known; whether they did."""
    verdict = await weigh(ctx, row)
    await _keep_verdict(ctx, row, verdict)
    if ctx.settings(Settings).handling != "按规则" or verdict.does == "等人":
        return False
    state = "turning" if verdict.does == "拒绝" else "agreed" if await is_full(ctx) else "letting"
    if not await _close_number(ctx, row, state, verdict):
        return False
    if state != "agreed":
        await answer(ctx, await Application.get(id=row.id))
    return True


@atomic
async def _close_number(ctx: GroupContext, row: Application, state: str, verdict: Verdict) -> bool:
    values = {"state": state, "decided_at": ctx.now, "rule": verdict.why, "reason": verdict.words}
    if not await here(ctx, id=row.id, state="open").update(**values):
        return False
    await _close_pending(ctx, row)
    return True


async def _close_pending(ctx: GroupContext, row: Application) -> None:
    pending = await Pending.get_or_none(id=row.pending_id, state="open") if row.pending_id else None
    if pending is not None:
        await decisions.decide(ctx, pending, "cancelled")


@atomic
async def end(ctx: GroupContext, row: Application, state: str, *, by: int = 0) -> bool:
    """Bring an application to its end, once: its flag goes, and nobody can decide it any more."""
    values: dict[str, Any] = {"state": state, "flag": "", "open_key": None}
    if row.decided_at is None:
        values |= {"decided_at": ctx.now, "decided_by": by}
    still = here(ctx, id=row.id).filter(Q(open_key__isnull=False) | Q(state="unseen"))
    if not await still.update(**values):
        return False
    await ctx.unplan(UNVOUCHED, key=str(row.id))
    await _close_pending(ctx, row)
    return True


async def settle(
    ctx: GroupContext, row: Application, at: datetime, happened: MemberJoined | None = None
) -> None:
    """They are in: the application is over, and the best that is known of who brought them is kept."""
    inviter, grade = row.inviter_id, "D" if row.grade == "E" and row.vouch == "yes" else row.grade
    await edges.write(ctx, row.user_id, inviter, grade, at=at, answer=shown_answer(row.answer, 200))
    if happened is not None and happened.invited and happened.operator_id not in (0, row.user_id):
        await edges.write(ctx, row.user_id, happened.operator_id, await grade_of(ctx, happened))
    await end(ctx, row, "joined", by=happened.operator_id if happened else 0)


async def grade_of(ctx: GroupContext, happened: MemberJoined) -> str:
    """An admin who is named may only have agreed."""
    try:
        role = await ctx.role_of(happened.operator_id)
    except Declined:
        return "C"
    return "C" if role >= Role.ADMIN or ctx.is_ours(happened.operator_id) else "B"
