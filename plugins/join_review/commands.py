"""What members and admins type: the list, the rules, and who brought whom."""

from __future__ import annotations

from typing import Annotated, Any

from lizheng import (
    Context,
    Declined,
    Duration,
    GroupContext,
    Line,
    Numbered,
    Pending,
    Person,
    Role,
    atomic,
    next_number,
    say_duration,
)
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.join_review import applications, edges, jobs, texts
from plugins.join_review.models import Application, Asking
from plugins.join_review.rules import (
    GRADES,
    Applied,
    Facts,
    Rule,
    Said,
    better,
    judge,
    read_rule,
    shown_answer,
)
from plugins.join_review.settings import Settings

ADD_RULE = "rule"
MOST_RULES, TRIED_ON = 50, 20
MOST_NAMED = 8
MONTH = Duration(days=30)
LIST = Page(texts.LIST, texts.LIST_NONE, "/入群", size=5)
RULES = Page(texts.RULES, texts.RULES_NONE, "/入群规则 查看 {page}")
BOARD = Page(texts.BOARD, texts.BOARD_NONE, "/邀请榜")

Number = Annotated[int, Numbered("#", "编号")]


# — the list ———————————————————————————————————————————————————————————————————————————————


async def show(ctx: Context, page: PageNumber = FIRST) -> None:
    rows = applications.here(ctx, state__in=applications.VISIBLE).order_by("number", "id")
    aside = _hidden_here(ctx)

    def line(row: Application) -> str:
        state = {"unseen": texts.UNSEEN_STATE, "agreed": texts.AGREED_STATE}.get(row.state, "")
        inviter = f"介绍人 {ctx.who(row.inviter_id)}（{GRADES[row.grade]}）　" if row.inviter_id else ""
        return texts.LINE.format(
            number=row.number or "–",
            who=applications.who(row),
            level=applications.level_of(row),
            marks="，有疑点" if row.marks else "",
            answer="" if aside else applications.answer_of(row, 20),
            inviter=inviter,
            waits=f"等了 {applications.waits(ctx, row.at)}",
            state=state + (f"，第 {row.tries} 次" if row.tries > 1 else ""),
        )

    await LIST.say(ctx, rows, line, page, people=lambda row: [row.inviter_id])


def _hidden_here(ctx: Context) -> bool:
    """Tell whether answers are not for this place."""
    return ctx.settings(Settings).shown == "管理员私聊" and ctx.channel != "private"


async def show_one(ctx: Context, number: Number) -> None:
    row = await applications.by_number(ctx, number)
    if _hidden_here(ctx):
        raise Declined(texts.ASIDE.format(number=number))
    await ctx.names_of([one for one in (row.inviter_id, row.decided_by) if one])
    earlier = await applications.here(ctx, user_id=row.user_id, id__lt=row.id).order_by("-id")
    refused = sum(one.state == "refused" for one in earlier)
    inviter = (
        f"介绍人 {ctx.who(row.inviter_id)}（{GRADES[row.grade]}）" if row.inviter_id else "没有说谁介绍的"
    )
    by = f"，{ctx.who(row.decided_by)} 定的" if row.decided_by else ""
    await ctx.say(
        texts.CARD,
        number=number,
        who=f"{applications.who(row)} {row.user_id}",
        level=applications.level_of(row),
        state=applications.STATES[row.state] + by,
        question=clip(visible(row.question), 60) or "没有",
        answer=shown_answer(row.answer, 200) or "没有写",
        inviter=inviter,
        marks="；".join(row.marks) or "没有疑点",
        history=f"以前申请过 {len(earlier)} 次，被拒 {refused} 次",
        advice=f"规则：{row.advice}",
    )


async def handled(ctx: Context, number: Number) -> None:
    row = await applications.by_number(ctx, number)
    member = await ctx.member(row.user_id)
    if member is not None:
        await applications.settle(ctx, row, ctx.now)
    elif not await applications.end(ctx, row, "elsewhere", by=ctx.author_id):
        raise Declined(texts.ENDED.format(number=number, state=applications.STATES[row.state]))
    await ctx.note("join_handled", f"{number} 号申请在手机上处理了", target=row.user_id)
    await ctx.say(texts.HANDLED, number=number)


async def subscribe(ctx: Context) -> None:
    new = await applications.READERS.add(ctx)
    await ctx.say(texts.SUBSCRIBED if new else texts.SUBSCRIBED_ALREADY)
    if ctx.settings(Settings).shown == "群里":
        await ctx.say(texts.SUBSCRIBED_FOR_NOTHING)


async def unsubscribe(ctx: Context) -> None:
    gone = await applications.READERS.remove(ctx, ctx.author_id)
    await ctx.say(texts.UNSUBSCRIBED if gone else texts.NOT_SUBSCRIBED)


async def look_now(ctx: Context) -> None:
    count = await jobs.fold_in(ctx)
    await ctx.say(texts.LOOKED if count else texts.LOOKED_NONE, count=count)


# — rules ——————————————————————————————————————————————————————————————————————————————————


async def tell_rules(ctx: Context) -> None:
    """What is asked, for those who want to come in; never what the rules look for."""
    settings = ctx.settings(Settings)
    least = texts.LEAST.format(least=settings.answer) if settings.answer else texts.NO_LEAST
    inviter = "" if settings.inviter == "不问" else texts.ASK_INVITER
    await ctx.say(texts.FOR_ALL, least=least, inviter=inviter)


async def list_rules(ctx: Context, page: PageNumber = FIRST) -> None:
    rows = Asking.filter(group_id=ctx.group.id).order_by("number")
    await RULES.say(ctx, rows, lambda row: f"{row.number} {_written(row)}", page)


def _written(rule: Rule | Asking) -> str:
    return f"{rule.kind} {visible(rule.text)}{f'（{rule.reason}）' if rule.reason else ''}"


def adding(kind: str) -> Any:
    """The command that adds one kind of rule: it is tried on real answers first."""

    async def add(ctx: Context, text: Annotated[str, Line(most=260, what="词或/正则/")]) -> None:
        rule = read_rule(kind, text)
        known = await Asking.filter(group_id=ctx.group.id).order_by("number")
        if same := next((one for one in known if (one.kind, one.text) == (kind, rule.text)), None):
            raise Declined(texts.SAME_RULE.format(number=same.number))
        if len(known) >= MOST_RULES:
            raise Declined(texts.TOO_MANY_RULES.format(most=MOST_RULES))
        rows = await applications.here(ctx).order_by("-id").limit(TRIED_ON)
        hit = [row for row in rows if rule.hits(row.nickname if kind == "拒昵称" else row.answer)]
        aside = kind != "拒昵称" and _hidden_here(ctx)
        shown = "" if aside else "、".join(f"「{_tried(row, kind)}」" for row in hit[:3])
        await ctx.preview(
            ADD_RULE,
            texts.TRIED,
            payload={"kind": kind, "text": rule.text, "reason": rule.reason},
            rule=_written(rule),
            count=len(rows),
            hits=len(hit),
            which=f"：{shown}" if shown else "",
        )

    return add


def _tried(row: Application, kind: str) -> str:
    return applications.who(row) if kind == "拒昵称" else shown_answer(row.answer, 16)


async def rule_confirmed(ctx: GroupContext, pending: Pending) -> None:
    told = pending.payload
    rule, record = await _keep_rule(ctx, told)
    await ctx.say(texts.ADDED, number=rule.number, rule=_written(rule), record=record)
    if ctx.settings(Settings).handling == "只记录":
        await ctx.tell_once("recorded-only", texts.RECORDED_ONLY)


@atomic
async def _keep_rule(ctx: GroupContext, told: dict[str, str]) -> tuple[Asking, int]:
    number = await next_number(ctx.group.id, "join_rule")
    rule = await Asking.create(
        group_id=ctx.group.id,
        number=number,
        kind=told["kind"],
        text=told["text"],
        reason=told["reason"],
        by=ctx.author_id,
        at=ctx.now,
    )
    undo = {"name": "rule", "number": number}
    record = await ctx.note(
        "join_rule", texts.RULE_NOTE.format(number=number), undo=undo, key=f"rule/{number}"
    )
    return rule, record.number


async def undo_rule(ctx: Context, undo: dict[str, Any]) -> None:
    await Asking.filter(group_id=ctx.group.id, number=undo["number"]).delete()


async def remove_rule(ctx: Context, number: Number) -> None:
    rule = await Asking.get_or_none(group_id=ctx.group.id, number=number)
    if rule is None:
        numbers = (
            await Asking.filter(group_id=ctx.group.id).order_by("number").values_list("number", flat=True)
        )
        shown = "、".join(map(str, numbers))
        there = texts.RULES_THERE.format(numbers=shown) if shown else texts.NO_RULES_THERE
        raise Declined(texts.NO_RULE.format(number=number, there=there))
    record = await _strike(ctx, rule)
    await ctx.say(texts.REMOVED, number=number, rule=_written(rule), record=record)


@atomic
async def _strike(ctx: Context, rule: Asking) -> int:
    kept = {name: getattr(rule, name) for name in ("number", "kind", "text", "reason", "by")}
    await Asking.filter(id=rule.id).delete()
    undo = {"name": "unrule", "rule": kept}
    return (await ctx.note("join_rule", texts.UNRULE_NOTE.format(number=rule.number), undo=undo)).number


async def undo_unrule(ctx: Context, undo: dict[str, Any]) -> None:
    kept = undo["rule"]
    await Asking.get_or_create({**kept, "at": ctx.now}, group_id=ctx.group.id, number=kept["number"])


async def try_out(ctx: Context, text: Annotated[str, Line(most=200, what="答案")]) -> None:
    settings = ctx.settings(Settings)
    facts = Facts(
        rules=await applications.rules_of(ctx),
        least_answer=settings.answer,
        strangers=settings.strangers,
        needs_vouch=settings.inviter == "要担保",
    )
    verdict = judge(Applied("试一试", Said("", text)), facts)
    await ctx.say(texts.TEST, answer=shown_answer(text), does=verdict.does, why=verdict.why)


# — words for somebody ————————————————————————————————————————————————————————————————————


async def vouch(ctx: Context, number: Number) -> None:
    settings = ctx.settings(Settings)
    row = await _asked(ctx, number)
    if when := await edges.next_vouch(ctx, ctx.author_id, settings.vouch_most):
        at = f"{ctx.local(when):%m-%d %H:%M}"
        raise Declined(texts.TOO_OFTEN.format(most=settings.vouch_most, when=at))
    still = applications.here(ctx, id=row.id, vouch__in=("asked", "none"), open_key__isnull=False)
    if not await still.update(vouch="yes", vouched_at=ctx.now, grade="D" if row.grade == "E" else row.grade):
        raise Declined(texts.VOUCHED_ALREADY.format(number=number))
    counts = await edges.word_counts(ctx, ctx.author_id)
    aside = "" if counts else texts.NEW_HERE.format(span=say_duration(settings.vouch_after))
    await ctx.say(texts.VOUCHED, who=ctx.who(ctx.author_id), number=number, aside=aside)
    fresh = await Application.get(id=row.id)
    if fresh.state == "open":
        await applications.reconsider(ctx, fresh)


async def unvouch(ctx: Context, number: Number) -> None:
    row = await _asked(ctx, number)
    still = applications.here(ctx, id=row.id, vouch__in=("asked", "none"), open_key__isnull=False)
    if not await still.update(vouch="no", grade="", inviter_id=0):
        raise Declined(texts.VOUCHED_ALREADY.format(number=number))
    await ctx.say(texts.UNVOUCHED, who=ctx.who(ctx.author_id), number=number)


async def _asked(ctx: Context, number: int) -> Application:
    """The open application that waits for a word of the author. Raises `Declined`."""
    row = await applications.by_number(ctx, number)
    if row.state not in ("open", "agreed"):
        raise Declined(texts.ENDED.format(number=number, state=applications.STATES[row.state]))
    if not row.inviter_id:
        raise Declined(texts.NOBODY_ASKED.format(number=number))
    if row.inviter_id != ctx.author_id:
        await ctx.names_of([row.inviter_id])
        raise Declined(texts.NOT_YOURS.format(number=number, names=ctx.who(row.inviter_id)))
    return row


async def name_inviter(ctx: Context, inviter: Person) -> None:
    """A newcomer says who brought them; quoting one, an admin writes it down."""
    user_id = ctx.author_id
    if (
        ctx.quoted is not None
        and ctx.quoted.user_id not in (0, user_id)
        and not ctx.is_ours(ctx.quoted.user_id)
    ):
        user_id = ctx.quoted.user_id
        if await ctx.confirmed_role(Role.DEPUTY) < Role.DEPUTY:
            raise Declined(texts.NOT_YOUR_WORD)
    if inviter == user_id:
        raise Declined(texts.SELF)
    if ctx.is_ours(inviter):
        raise Declined(texts.OURS)
    await ctx.names_of([user_id, inviter])
    edge = await edges.of(ctx, user_id)
    if edge is not None and edge.inviter_id and better(edge.grade, "F"):
        raise Declined(
            texts.KNOWN_BETTER.format(
                who=ctx.who(user_id), inviter=ctx.who(edge.inviter_id), grade=GRADES[edge.grade]
            )
        )
    await edges.write(ctx, user_id, inviter, "F")
    await ctx.say(texts.INVITED_BY, who=ctx.who(user_id), inviter=ctx.who(inviter))


# — the tree ———————————————————————————————————————————————————————————————————————————————


async def tree(ctx: Context, person: Person | None = None) -> None:
    """Up two, down two."""
    user_id = int(person) if person is not None else ctx.author_id
    if user_id != ctx.author_id and await ctx.confirmed_role(Role.DEPUTY) < Role.DEPUTY:
        raise Declined(texts.TREE_OTHERS)
    brought = await edges.brought_by(ctx, [user_id])
    below = await edges.brought_by(ctx, [one.user_id for one in brought]) if brought else []
    above = await edges.of(ctx, user_id)
    upper = await edges.of(ctx, above.inviter_id) if above and above.inviter_id else None
    people = {
        user_id,
        *(one.user_id for one in brought[:MOST_NAMED]),
        *(one.user_id for one in below[:MOST_NAMED]),
    }
    people |= {one.inviter_id for one in (above, upper) if one and one.inviter_id}
    await ctx.names_of(sorted(people))
    lines = [
        texts.TREE_UP.format(
            who=ctx.who(one.user_id), inviter=ctx.who(one.inviter_id), grade=GRADES[one.grade]
        )
        for one in (upper, above)
        if one and one.inviter_id
    ]
    if brought:
        lines.append(
            texts.TREE.format(who=ctx.who(user_id), count=len(brought), people=_people(ctx, brought))
        )
        counted = edges.tally(brought, ctx.now)
        if counted.stayed or counted.removed:
            lines.append(texts.TREE_RECORD.format(stayed=counted.stayed, removed=counted.removed))
    else:
        lines.append(texts.TREE_NONE.format(who=ctx.who(user_id)))
    if below:
        lines.append(texts.TREE_BELOW.format(count=len(below), people=_people(ctx, below)))
    await ctx.say("{lines}", lines="\n".join(lines))


def _people(ctx: Context, brought: list[Any]) -> str:
    shown = [f"{ctx.who(one.user_id)}（{texts.STAYED[one.how or '在']}）" for one in brought[:MOST_NAMED]]
    more = texts.TREE_MORE.format(count=len(brought)) if len(brought) > MOST_NAMED else ""
    return "、".join(shown) + more


async def board(ctx: Context, span: Duration = MONTH) -> None:
    """By those who stayed, not by those who were brought."""
    since = ctx.now - span
    found = await edges.since(ctx, since)
    by: dict[int, list[Any]] = {}
    for one in found:
        by.setdefault(one.inviter_id, []).append(one)
    counted = [(inviter, edges.tally(those, ctx.now)) for inviter, those in by.items()]
    counted.sort(key=lambda pair: (-pair[1].here, pair[1].removed, pair[0]))
    placed = list(enumerate(counted, 1))

    def line(entry: tuple[int, tuple[int, Any]]) -> str:
        place, (inviter, tally) = entry
        return texts.BOARD_LINE.format(
            place=place, who=ctx.who(inviter), here=tally.here, invited=tally.invited
        )

    await BOARD.say(ctx, placed, line, people=lambda entry: [entry[1][0]], span=f"{say_duration(span)}")
