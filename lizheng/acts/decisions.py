"""Everything that waits for a person: one short number per group, decided by `/确认 /取消 /通过 /拒绝` or by quoting.

A decision is stored together with a due slot that carries it out, so that a yes given just before a crash still happens,
once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from lizheng.base.roles import Role
from lizheng.delivery.outbox import Subject, follow_ups
from lizheng.grammar import Misread, Words, say_duration
from lizheng.messages.templates import compose, plain
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.expiry import expiry_of
from lizheng.plugin.feature import Decision, Feature
from lizheng.plugin.param_kinds import Numbers
from lizheng.plugin.refusals import Declined
from lizheng.plugin.retention import Keep
from lizheng.plugin.services import Proposal, Waiting
from lizheng.registry.access import is_on
from lizheng.registry.registry import declared
from lizheng.store import atomic, next_number
from lizheng.store.tables import About, Completion, Pending, Slot
from lizheng.text import clip, visible

DECIDED = "decided"
NOTICE_SOURCE = "pending:"
AGAIN = "again"
"""Follows the number in the source of a notice that is said once more."""
DECIDERS = {"deputy": Role.DEPUTY, "admin": Role.ADMIN, "two": Role.ADMIN}


async def propose(ctx: GroupContext, proposal: Proposal) -> Pending:
    """Store it under the group's next number and say it, with the hint how to decide."""
    owner = declared(ctx.host, ctx.feature.id) or ctx.feature
    if not isinstance(owner, Feature) or proposal.decision not in owner.decisions:
        raise ValueError(f"{ctx.feature.id} declares no decision {proposal.decision!r}")
    decision = owner.decisions[proposal.decision]
    source = ctx.next_source(proposal.key)
    if source and (earlier := await Pending.filter(source=source).first()):
        return earlier

    @atomic
    async def store() -> Pending:
        await _refuse_one_more(ctx, decision)
        number = await next_number(ctx.group.id, "pending")
        pending = await Pending.create(
            group_id=ctx.group.id,
            number=number,
            feature=ctx.feature.id,
            kind=proposal.decision,
            author_id=ctx.actor_id,
            decider=proposal.decider,
            payload=dict(proposal.payload),
            summary=plain(proposal.text)[:200],
            created_at=ctx.now,
            expires_at=ctx.now + proposal.span,
            needed_role=ctx.needed_role,
            source=source,
            people=list(proposal.people) or None,
        )
        if decision.expired is not None:
            await ctx.host.schedule.plan(
                owner.id,
                expiry_of(decision.name),
                ctx.group.id,
                pending.expires_at,
                key=str(pending.id),
                payload={"id": pending.id},
            )
        how = proposal.hint.replace("{n}", str(number)).replace("{span}", say_duration(proposal.span))
        # What somebody prepares in private is nobody else's business before they confirm it.
        aside = ctx.answers_to if proposal.decider == "author" else 0
        if proposal.quiet:
            return pending
        head = compose("{n} 号 ", {"n": number}) if proposal.numbered else []
        notice = [*head, *proposal.text, *compose("\n{how}", {"how": how})]
        about = notice_of(pending)
        await ctx.post(notice, user_id=aside, source=f"{NOTICE_SOURCE}{pending.id}", about=about)
        return pending

    return await store()


async def _refuse_one_more(ctx: GroupContext, decision: Decision) -> None:
    """Raises `Declined` when the author has as many waiting as a member may."""
    if not decision.most_per_member or not ctx.author_id:
        return
    theirs = await waiting(ctx, [decision.name], ctx.author_id)
    if len(theirs) >= decision.most_per_member:
        numbers = "、".join(str(one.number) for one in reversed(theirs))
        raise Declined(decision.too_many.format(count=len(theirs), numbers=numbers))


def _open_of(ctx: GroupContext) -> QuerySet[Pending]:
    """What of this feature nobody has decided and is not too old to be."""
    here = Pending.filter(group_id=ctx.group.id, feature=ctx.feature.id, state="open")
    return here.filter(expires_at__gt=ctx.host.clock.now())


async def waiting(ctx: GroupContext, kinds: Collection[str], author: int | None) -> list[Waiting]:
    """List what of this feature waits for a decision, the newest first."""
    found = _open_of(ctx).filter(kind__in=[*kinds]) if kinds else _open_of(ctx)
    if author is not None:
        found = found.filter(author_id=author)
    return [
        Waiting(p.number, p.kind, p.author_id, p.payload, p.summary, p.created_at, p.expires_at)
        for p in await found.order_by("-number")
    ]


async def withdraw(ctx: GroupContext, number: int) -> None:
    """Take back what the author of `ctx` put up. Raises `Declined`."""
    pending = await _open_of(ctx).filter(number=number, author_id=ctx.author_id or -1).first()
    if pending is None or not await decide(ctx, pending, "cancelled"):
        raise Declined(f"你没有 {number} 号在等决定。")


def notice_of(pending: Pending) -> Subject:
    """What a notice is about, so that quoting it can decide it."""
    return Subject(*follow_ups.NOTICE, pending.id)


async def noticed_by(ctx: Context, message_id: int) -> Pending | None:
    """The one that this message of ours told of, be it the first to do so or another."""
    found = await follow_ups.about(ctx.group.id, message_id, *follow_ups.NOTICE)
    return await Pending.get_or_none(group_id=ctx.group.id, id=found[1]) if found else None


async def find_open(ctx: Context, number: int | None, deciders: tuple[str, ...]) -> Pending:
    """The open one that is meant. Raises `Declined` when there is none, or when several could be."""
    here = Pending.filter(group_id=ctx.group.id)
    if number is not None:
        found = await here.filter(number=number)
    elif ctx.quoted:
        told = await noticed_by(ctx, ctx.quoted.message_id)
        found = [told] if told else []
    else:
        still_open = here.filter(decider__in=deciders, state="open", expires_at__gt=ctx.host.clock.now())
        found = _likeliest(ctx, await still_open.order_by("-number"))
    if not found:
        raise Declined(f"没有待办 {number}。" if number is not None else "现在没有等你决定的事。")
    if len(found) > 1:
        numbers = "、".join(str(p.number) for p in found[:5])
        raise Declined(f"有几件事在等：{numbers}。请带上编号；是什么事，发 /待办 看。")
    _refuse_closed(ctx, found[0])
    return found[0]


def _likeliest(ctx: Context, waiting: list[Pending]) -> list[Pending]:
    """Those a word without a number may mean: what they prepared themselves, else what waits for anybody like them,
    and questions, which are answered in words, only where there is nothing else.
    """
    mine = [p for p in waiting if p.decider not in DECIDERS and _may_decide(ctx, p)]
    others = [p for p in waiting if p.decider in DECIDERS and _may_decide(ctx, p)]
    found = mine or others
    return [p for p in found if not _asks_for_words(ctx, p)] or found


def _may_decide(ctx: Context, pending: Pending) -> bool:
    """Tell whether it is theirs to decide, by the role they are known to have."""
    if pending.decider == "author":
        return pending.author_id == ctx.author_id
    if pending.decider == "person":
        return ctx.author_id in (pending.people or ())
    return ctx.role >= DECIDERS[pending.decider]


def _asks_for_words(ctx: Context, pending: Pending) -> bool:
    owner = declared(ctx.host, pending.feature)
    return owner is not None and owner.decisions[pending.kind].answer is not None


STATES = {
    "approved": "已经通过了",
    "rejected": "已经被拒绝了",
    "cancelled": "已经取消了",
    "expired": "已经过期了",
}


def _refuse_closed(ctx: Context, pending: Pending) -> None:
    if pending.state != "open":
        raise Declined(f"{pending.number} 号{STATES[pending.state]}，没有再动。")
    if pending.expires_at <= ctx.now:
        raise Declined(f"{pending.number} 号已经过期了，请重新发起。")


async def refuse_other(ctx: Context, pending: Pending) -> None:
    if pending.decider == "author":
        if pending.author_id != ctx.author_id:
            raise Declined(f"{pending.number} 号要由发起的人自己确认。")
        return
    if pending.decider == "person":
        if ctx.author_id not in (pending.people or ()):
            raise Declined(f"{pending.number} 号只能由 {ctx.names(pending.people or ())} 来决定。")
        return
    needed = DECIDERS[pending.decider]
    role = await ctx.confirmed_role(needed)
    if role < needed:
        raise Declined(f"{pending.number} 号要由{needed.or_above}来决定。")
    if pending.author_id == ctx.author_id and role < Role.ADMIN:
        raise Declined(f"{pending.number} 号是你自己提交的，要由别人来决定。")


async def _refuse_demoted(ctx: Context, pending: Pending) -> None:
    """Who has lost the role that the act needs does not carry it out any more."""
    needed = Role(pending.needed_role or 0)
    if pending.decider == "author" and needed > Role.MEMBER and await ctx.confirmed_role(needed) < needed:
        raise Declined(f"{pending.number} 号要{needed.or_above}才能做，你现在没有这个权限。")


def refuse_off(ctx: Context, pending: Pending) -> None:
    """What a feature that was switched off since would do is not done."""
    owner = ctx.host.features.get(pending.feature)
    if owner is None:
        raise Declined(f"{pending.number} 号要用的功能已经不在了，没有执行。")
    if not is_on(ctx.group, owner):
        raise Declined(f"「{owner.title}」在本群是关的，{pending.number} 号先不执行。")


@atomic
async def decide(ctx: GroupContext, pending: Pending, state: str, reason: str = "") -> bool:
    """Close it and plan what follows; False when somebody else was first."""
    changed = await Pending.filter(id=pending.id, state="open").update(
        state=state,
        decided_by=ctx.author_id,
        decided_at=ctx.host.clock.now(),
        decided_from=ctx.source,
        reason=reason,
    )
    if changed:
        owner = declared(ctx.host, pending.feature)
        if owner is not None and (job := expiry_of(pending.kind)) in owner.jobs:
            await ctx.host.schedule.cancel(owner.id, job, ctx.group.id, key=str(pending.id))
        await ctx.host.schedule.plan(
            feature.id,
            DECIDED,
            ctx.group.id,
            ctx.now,
            key=str(pending.id),
            payload={"id": pending.id},
            cause=f"decided:{pending.id}",
        )
    return bool(changed)


async def carry_out(ctx: GroupContext, slot: Slot) -> None:
    """The due slot of a decision: run the feature's own handler, on behalf of whoever decided."""
    pending = await Pending.get(id=slot.payload["id"])
    owner = declared(ctx.host, pending.feature)
    assert owner is not None
    decision = owner.decisions[pending.kind]
    handler = decision.approve if pending.state == "approved" else decision.reject
    if handler is None:
        await ctx.say("{number} 号{state}。", number=pending.number, state=STATES[pending.state])
        return
    needed = DECIDERS.get(pending.decider, Role(pending.needed_role or 0))
    acting = ctx.on_behalf(owner, pending.decided_by or 0, needed, f"decision:{pending.id}")
    try:
        await handler(acting, pending)
    except (Declined, Misread) as refusal:
        await acting.say("{sentence}", sentence=str(refusal))


async def settle(ctx: Context, pending: Pending, state: str, reason: str = "") -> None:
    """Decide it, if they may. Raises `Declined`."""
    await _check(ctx, pending, state, reason)
    await _close(ctx, pending, state, reason)


async def _check(ctx: Context, pending: Pending, state: str, words: str) -> None:
    """Raises `Declined` when they may not decide it like that."""
    await refuse_other(ctx, pending)
    if state == "approved":
        await _refuse_demoted(ctx, pending)
        refuse_off(ctx, pending)
        if pending.decider == "two":
            await _forget_demoted(ctx, pending)
            if pending.seconded_by == ctx.author_id:
                raise Declined(f"{pending.number} 号你已经同意了，还要另一位管理员。")
    owner = declared(ctx.host, pending.feature)
    check = owner.decisions[pending.kind].check if owner is not None else None
    if check is not None:
        assert owner is not None
        await check(ctx.seen_by(owner), pending, state, words)
    elif state == "approved" and words:
        raise Misread(f"「{words[:20]}」是多出来的。")


async def _forget_demoted(ctx: Context, pending: Pending) -> None:
    """Who agreed first counts as long as they are an admin."""
    first = pending.seconded_by
    if first and await ctx.host.role_now(ctx.group, first) < Role.ADMIN:
        await Pending.filter(id=pending.id, seconded_by=first).update(seconded_by=None)
        pending.seconded_by = None


@atomic
async def _close(ctx: Context, pending: Pending, state: str, reason: str) -> None:
    """Raises `Declined` when somebody else was faster. The first of two admins leaves it open."""
    if state == "approved" and pending.decider == "two" and not pending.seconded_by:
        still = Pending.filter(id=pending.id, state="open", seconded_by=None)
        if await still.update(seconded_by=ctx.author_id):
            await ctx.say("{n} 号有一位管理员同意了，还要另一位也发 /通过 {n}。", n=pending.number)
            return
        fresh = await Pending.get(id=pending.id)
        if fresh.seconded_by == ctx.author_id:
            return
    if not await decide(ctx, pending, state, reason):
        raise Declined(f"{pending.number} 号刚刚已有人决定了，没有再动。")


async def confirm(ctx: Context, number: int | None = None) -> None:
    await _agree(ctx, await find_open(ctx, number, ("author", "admin", "person")))


async def cancel(ctx: Context, number: int | None = None) -> None:
    pending = await find_open(ctx, number, ("author", "admin", "person"))
    await settle(ctx, pending, "rejected" if pending.decider == "person" else "cancelled")


async def approve(ctx: Context, number: int | None = None) -> None:
    await _agree(ctx, await find_open(ctx, number, ("deputy", "admin", "two")))


async def approve_numbers(ctx: Context, numbers: Numbers | None = None) -> None:
    if numbers is None or len(numbers) == 1:
        await approve(ctx, numbers[0] if numbers else None)
    else:
        await _settle_each(ctx, numbers, "approved")


async def approve_with(ctx: Context, numbers: Numbers, words: Annotated[str, "怎么处理"]) -> None:
    """Agree, with words for a decision that takes some."""
    if len(numbers) == 1:
        await _agree(ctx, await find_open(ctx, numbers[0], ()), words)
    else:
        await _settle_each(ctx, numbers, "approved", words)


async def reject_numbers(ctx: Context, numbers: Numbers | None = None, reason: str = "") -> None:
    if numbers is None or len(numbers) == 1:
        await reject(ctx, numbers[0] if numbers else None, reason)
    else:
        await _settle_each(ctx, numbers, "rejected", reason)


MOST_LEFT = 3
"""So many of those left undecided are told why."""


async def _settle_each(ctx: Context, numbers: Sequence[int], state: str, reason: str = "") -> None:
    """Decide each that can be, all at once, and say which were left and why."""
    able: list[Pending] = []
    left: list[str] = []
    for number in numbers:
        try:
            pending = await find_open(ctx, number, ())
            if state == "approved" and _asks_for_words(ctx, pending):
                raise Declined(f"{number} 号在等一个答案。")
            await _check(ctx, pending, state, reason)
            able.append(pending)
        except (Declined, Misread) as refusal:
            left.append(str(refusal) or f"{number} 号没有动。")

    @atomic
    async def close() -> None:
        """In one go: a command that was cut short is not carried out again."""
        done: list[str] = []
        for pending in able:
            try:
                await _close(ctx, pending, state, reason)
                done.append(str(pending.number))
            except Declined as refusal:
                left.append(str(refusal))
        what = "同意" if state == "approved" else "不同意"
        lines = [f"{'、'.join(done)} 号：{what}，记下了。"] if done else ["一个也没有动。"]
        lines += left[:MOST_LEFT]
        if len(left) > MOST_LEFT:
            lines.append(f"还有 {len(left) - MOST_LEFT} 个也没有动，发 /待办 看剩下的。")
        await ctx.say("{lines}", lines="\n".join(lines))

    await close()


A_PAGE = 4


async def show(ctx: Context, page: Annotated[int, "页"] = 1) -> None:
    """List what waits for whoever asks, and what they put up: number, who, what, since when."""
    here = Pending.filter(group_id=ctx.group.id, state="open", expires_at__gt=ctx.host.clock.now())
    found = [
        p
        for p in await here.order_by("number")
        if _may_decide(ctx, p) or (p.author_id == ctx.author_id and p.decider != "author")
    ]
    pages = max(1, -(-len(found) // A_PAGE))
    if not found:
        raise Declined("没有等你决定的事，你也没有在等别人决定的事。")
    if not 1 <= page <= pages:
        raise Declined(f"只有 {pages} 页，发 /待办 {pages} 看最后一页。")
    shown = found[A_PAGE * (page - 1) : A_PAGE * page]
    await ctx.names_of({p.author_id for p in shown if p.author_id})
    more = f"，/待办 {page + 1} 看后面的" if page < pages else ""
    head = f"在等决定的 {len(found)} 件" + (f"（第 {page}/{pages} 页{more}）" if pages > 1 else "") + "："
    lines = [head, *(_line(ctx, p) for p in shown)]
    await ctx.say("{lines}", lines="\n".join(lines))


def _line(ctx: Context, pending: Pending) -> str:
    who = clip(ctx.name_of(pending.author_id), 8) if pending.author_id else "里正"
    what = clip(visible(pending.summary.split("\n")[0]), 30)
    mine = "，等别人决定" if not _may_decide(ctx, pending) else ""
    return f"{pending.number} {who}：{what}（{_ago(ctx.host.clock.now() - pending.created_at)}{mine}）"


def _ago(span: timedelta) -> str:
    """Say roughly how long ago: by minutes, hours or days."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((1440, "天"), (60, "小时"), (1, "分钟")):
        if minutes >= size:
            return f"{minutes // size} {unit}前"
    return "刚刚"


async def _agree(ctx: Context, pending: Pending, words: str = "") -> None:
    """A yes; to what asks for words it says nothing."""
    if _asks_for_words(ctx, pending):
        await refuse_other(ctx, pending)
        raise Declined(
            f"{pending.number} 号在等一个答案：长按那条选「回复」写下来，先不定发 /取消 {pending.number}。"
        )
    await settle(ctx, pending, "approved", words)


async def reject(ctx: Context, number: int | None = None, reason: str = "") -> None:
    await settle(ctx, await find_open(ctx, number, ("deputy", "admin", "two")), "rejected", reason)


class NoticeQuoted:
    """Nothing to write: the notice is quoted."""

    label = "（引用通知）"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> NoticeQuoted:
        if ctx.quoted is None:
            raise Misread("缺少编号。")
        return cls()


async def reject_quoted(ctx: Context, notice: NoticeQuoted, reason: str) -> None:
    await reject(ctx, None, reason)


def _decided(now: datetime) -> Q:
    """Carried out for a day, or never decided: nothing will ask for it any more."""
    late = Q(state="open", expires_at__lt=now - timedelta(days=1))
    return Q(decided_at__lt=now - timedelta(days=1)) | late | Q(state="expired")


feature: Feature = Feature(
    __name__, "待办", "确认、取消、通过、拒绝：等人决定的事。", id="pending", always_on=True, hidden=True
)
feature.command("确认", "确认自己发起的操作", aliases={"confirm"}, example="/确认 3").form(confirm)
feature.command("取消", "放弃自己发起的操作", aliases={"cancel"}, example="/取消 3").form(cancel)
feature.command("待办", "哪些事在等人决定", aliases={"pending"}, example="/待办").form(show)
feature.command(
    "通过", "同意一件待办，或几件：/通过 3-8,10", aliases={"approve"}, role=Role.DEPUTY, example="/通过 3"
).form(approve_numbers).form(approve_with, example="/通过 3 警告", summary="同意，并说怎么处理")
feature.command(
    "拒绝", "不同意一件或几件待办", aliases={"驳回", "reject"}, role=Role.DEPUTY, example="/拒绝 3 内容太长"
).form(reject_numbers).form(reject_quoted, example="/拒绝 内容太长")
feature.job(DECIDED, carry_out, acts=True)
feature.keep(
    Keep(
        Pending,
        "提交和确认",
        person=("author_id",),
        at="created_at",
        days=60,
        stays="还在等决定，或者一天之内刚决定",
        free=_decided,
        hidden=("decided_by", "decided_from", "needed_role", "people", "seconded_by"),
    ),
    Keep(Completion, "等着知道结果的操作", person=(), at="ended_at", days=30),
    Keep(About, "发出的消息说的是哪件事", person=(), at="at", days=60),
)
