"""The commands of 专属红包, 公账 and 支出."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from lizheng import Choice, Context, Declined, Numbered, Person, Role, State, Yuan, atomic
from lizheng.grammar import Misread, Words, parse_money, plain, say_money
from lizheng.ledger import books, fund
from lizheng.ledger.export import export as write_journal
from lizheng.ledger.tables import Entry, Order
from lizheng.parts.files import deliver
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.exclusive_packet import cards, decisions, picture, rules, texts
from plugins.exclusive_packet.models import Card
from plugins.exclusive_packet.settings import Settings

MOST_FEN, LONGEST = 20_000, 30
NUMBER = Numbered("A", "单号")
WAITING = Page(texts.WAITING, texts.WAITING_NONE, "/专属红包 待发")
ENTRIES = Page(texts.ENTRIES, texts.NO_ENTRIES, "/公账 明细", size=10)
ADVANCED = ("垫付", "我垫")


def _amount(word: str | None) -> int | None:
    """Read a price; None for a word that is none. Raises `Misread` for 0."""
    if word is None or not plain(word)[:1].isdigit():
        return None
    if plain(word).strip("0.元块") == "":
        raise Misread(texts.ZERO)
    return int(parse_money(word))


@dataclass(frozen=True)
class Award:
    """Who, perhaps how much in fen, and why."""

    user_id: int
    amount: int | None
    why: str

    label = "@成员 [金额] [话]"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Award:
        """Raises `Misread`."""
        people = words.ats()
        if not people and ctx.quoted is not None and ctx.quoted.user_id:
            people = [ctx.quoted.user_id]
        if len(people) != 1 or words.mentioned():
            raise Misread(texts.ONE_PERSON)
        amount = _amount(words.peek())
        if amount is not None:
            words.word()
            if amount > MOST_FEN:
                raise Misread(texts.TOO_MUCH)
        why = visible(words.rest())
        if len(why) > LONGEST:
            raise Misread(texts.LONG_WHY.format(most=LONGEST, length=len(why)))
        return cls(people[0], amount, why or texts.NO_WHY)


@dataclass(frozen=True)
class Spending:
    """How much in fen, what for, to whom, and whether the author pays what is missing."""

    amount: int
    why: str
    user_id: int
    advanced: bool

    label = "<金额> <事由> [@成员] [垫付]"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Spending:
        """Raises `Misread`."""
        people = words.take_mentioned()
        if len(people) > 1:
            raise Misread(texts.ONE_PERSON)
        word = words.word()
        amount = _amount(word)
        if amount is None:
            amount = int(parse_money(word or ""))
        why = visible(words.rest())
        advanced = why.endswith(ADVANCED)
        for ending in ADVANCED:
            why = why.removesuffix(ending).strip(" ，,")
        if not why:
            raise Misread(texts.NO_PURPOSE)
        if len(why) > LONGEST:
            raise Misread(texts.LONG_WHY.format(most=LONGEST, length=len(why)))
        return cls(amount, why, people[0] if people else 0, advanced)


# — rewards ————————————————————————————————————————————————————————————————————————————————


async def award(ctx: Context, given: Award) -> None:
    if ctx.is_ours(given.user_id) or given.user_id in ctx.group.bots:
        raise Declined(texts.ROBOT)
    if given.user_id == ctx.author_id:
        raise Declined(texts.TO_SELF)
    if await ctx.member(given.user_id) is None:
        raise Declined("他不在群里。")
    amount = given.amount or int(ctx.settings(Settings).usual)
    await ctx.names_of([given.user_id, ctx.author_id])
    drawn = await picture.card(ctx.who(given.user_id), given.why)
    await cards.award(ctx, given.user_id, amount, given.why, drawn)


async def handed(ctx: Context, number: Annotated[int, NUMBER]) -> None:
    await ctx.names_of([(await cards.reward(ctx, number)).user_id])
    await cards.handed(ctx, number)


async def got(ctx: Context, number: Annotated[int, NUMBER] = 0) -> None:
    await cards.got(ctx, number or await cards.mine(ctx))


async def not_got(ctx: Context, number: Annotated[int, NUMBER] = 0) -> None:
    await ctx.names_of([ctx.author_id])
    await cards.not_got(ctx, number or await cards.mine(ctx))


async def taken_by(ctx: Context, number: Annotated[int, NUMBER], person: Person) -> None:
    await ctx.names_of([(await cards.reward(ctx, number)).user_id, person])
    await cards.taken_by(ctx, number, person)


async def returned(ctx: Context, number: Annotated[int, NUMBER]) -> None:
    await cards.returned(ctx, number)


async def cancel(ctx: Context, number: Annotated[int, NUMBER]) -> None:
    await ctx.names_of([(await cards.reward(ctx, number)).user_id])
    await cards.cancel(ctx, number)


async def waiting(ctx: Context, page: PageNumber = FIRST) -> None:
    """Rewards that are owed, whichever feature opened them."""
    confirm = ctx.settings(Settings).confirm
    known = {card.number: card for card in await Card.filter(group_id=ctx.group.id)}

    def line(order: Order) -> str:
        card = known.get(order.number)
        stage = "open"
        if card is not None:
            stage = rules.stage_of(card.handed_at, card.got_at, card.wrong_id, ctx.now, confirm)
        return texts.ROW.format(
            number=order.number,
            name=ctx.who(order.user_id),
            amount=say_money(order.price).strip(),
            why=order.purpose,
            state=texts.STAGES[stage],
        )

    found = Order.filter(group_id=ctx.group.id, kind="reward", state__in=("open", "expired")).order_by(
        "number"
    )
    await WAITING.say(ctx, found, line, page, people=lambda order: [order.user_id])


# — the fund ———————————————————————————————————————————————————————————————————————————————


async def _may_see(ctx: Context) -> None:
    if not ctx.settings(Settings).public and await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        raise Declined(texts.NOT_PUBLIC)


async def show_fund(ctx: Context, words: Annotated[str, "本月|年份"] = "") -> None:
    await _may_see(ctx)
    asked = visible(words)
    span = rules.period(asked, ctx.now)
    if span is None:
        raise Misread(texts.NO_PERIOD)
    flow, state = await fund.flow(ctx.group.id, *span), await fund.state(ctx.group.id)
    terms = {"group_id": ctx.group.id, "state": "used", "kind__in": fund.PAID_OUT_KINDS}
    lately = Order.filter(**terms, settled_at__gte=span[0], settled_at__lt=span[1]).order_by("-settled_at")
    purposes = "、".join(dict.fromkeys(clip(order.purpose, 12) for order in await lately.limit(3)))
    names = await ctx.names_of(list(state.advanced))
    await ctx.say(
        texts.FUND,
        period=asked or texts.THIS_MONTH,
        taken=yuan(flow.taken_in),
        paid=yuan(flow.paid_out),
        what=texts.WHAT.format(purposes=purposes) if purposes else "",
        shared=texts.SHARED.format(amount=yuan(flow.shared)) if flow.shared else "",
        balance=yuan(state.balance),
        advanced=texts.BY.format(names=names) if names and state.balance < 0 else "",
        short=texts.SHORT.format(short=say_money(state.short)) if state.short else "",
    )


def yuan(fen: int) -> str:
    """An amount that may be nothing, or below it."""
    if not fen:
        return "0 元"
    return ("-" if fen < 0 else "") + say_money(abs(fen)).strip()


async def entries(ctx: Context, page: PageNumber = FIRST) -> None:
    """What came in and went out; who paid is said to themselves alone."""
    await _may_see(ctx)
    moves = Entry.filter(group_id=ctx.group.id, kind__in=("use", "spend"))
    found = [
        entry
        for entry in await moves.order_by("-id").limit(100)
        if "income" in (entry.giver, entry.taker) or entry.taker == "outside"
    ]
    undone = set(
        await Entry.filter(reverses__in=[0, *(entry.id for entry in found)]).values_list(
            "reverses", flat=True
        )
    )
    found = [entry for entry in found if entry.id not in undone]
    placed = {
        order.id: order for order in await Order.filter(id__in=[0, *(entry.order_id for entry in found)])
    }

    def line(entry: Entry) -> str:
        order = placed[entry.order_id]
        who = ""
        if entry.kind == "spend" and order.user_id:
            who = texts.TO.format(name=ctx.who(order.user_id))
        elif entry.kind == "use" and order.user_id == ctx.author_id:
            who = texts.YOURS
        said = texts.OUT if entry.kind == "spend" else texts.IN
        day = f"{ctx.local(entry.at):%m-%d}"
        return said.format(day=day, amount=yuan(entry.amount), purpose=order.purpose, who=who)

    def people(entry: Entry) -> list[int]:
        return [placed[entry.order_id].user_id] if entry.kind == "spend" else []

    await ENTRIES.say(ctx, found, line, page, people=people)


@atomic
async def own_up(ctx: Context) -> None:
    amount = await fund.own_up(ctx.group.id, ctx.author_id, at=ctx.now, key=f"own:{ctx.source}")
    await ctx.note("fund", f"垫上公账缺的 {say_money(amount)}")
    await ctx.say(texts.OWNED_UP, amount=say_money(amount), name=ctx.who(ctx.author_id))


@atomic
async def repay(ctx: Context, person: Person, amount: Yuan) -> None:
    books.insist(ctx.group)
    key = f"repay:{ctx.source}"
    rest = await fund.repay(ctx.group.id, person, amount, by=ctx.author_id, at=ctx.now, key=key)
    await ctx.note("fund", f"还垫付 {say_money(amount)}", target=person)
    await ctx.say(texts.REPAID, name=ctx.who(person), amount=yuan(amount), rest=yuan(rest))


async def export(ctx: Context, kind: Annotated[str, Choice("csv", "xlsx")] = "csv") -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"fund.{kind}"
        count = await write_journal(ctx.group.id, out, ctx.zone)
        content = out.read_bytes()
    outcome = await deliver(ctx, f"公账.{kind}", content)
    if outcome.state is State.NOT_DONE:
        raise Declined(texts.NOT_EXPORTED.format(why=outcome.why))
    await ctx.say(texts.EXPORTED, count=count)


async def spend(ctx: Context, asked: Spending) -> None:
    books.insist(ctx.group)
    if asked.user_id == ctx.author_id:
        raise Declined(texts.SPEND_SELF)
    state = await fund.state(ctx.group.id)
    missing = max(0, asked.amount - max(0, state.balance))
    if state.short:
        raise Declined(fund.MISSING.format(short=say_money(state.short)))
    if missing and not asked.advanced:
        has, price = say_money(state.balance) if state.balance > 0 else "0 元", say_money(asked.amount)
        raise Declined(fund.NOT_ENOUGH.format(has=has.strip(), price=price.strip()))
    name = await ctx.names_of([asked.user_id]) if asked.user_id else ""
    payload = {
        "amount": asked.amount,
        "why": asked.why,
        "to": asked.user_id,
        "payer": ctx.author_id,
        "advanced": asked.advanced,
    }
    values: dict[str, Any] = {
        "amount": yuan(asked.amount),
        "why": asked.why,
        "who": texts.TO.format(name=name) if name else "",
        "advanced": texts.SPEND_ADVANCED.format(amount=yuan(missing)) if missing else "",
    }
    if asked.amount > ctx.settings(Settings).two_keys:
        await ctx.submit(decisions.SPEND_TWO, texts.SPEND, payload=payload, by=Role.ADMIN, two=True, **values)
    else:
        await ctx.preview(decisions.SPEND, texts.SPEND, payload=payload, **values)
