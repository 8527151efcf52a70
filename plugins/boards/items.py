"""The entries: which there are, and every change of one as one conditional update."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from lizheng import CannotUndo, Context, Declined, GroupContext, Record, atomic, next_number
from lizheng.parts.deeds import Dimension
from lizheng.parts.lifetime import RESTORABLE, Lifetime
from lizheng.parts.quota import Quota
from plugins.boards import kinds, matches, rules, texts
from plugins.boards.models import Item, Used
from plugins.boards.rules import KINDS, LIBRARY, NEED, Candidate, Kind, Parts
from plugins.boards.settings import Settings

UNDO, UNANSWERED = "item", "unanswered"
HIDDEN_AFTER, RESTORED_WITHIN = timedelta(days=1), timedelta(days=7)
"""Entries of somebody who left are hidden after the one, and come back with them within the other."""
WAITS = timedelta(days=7)
CALLS_AFTER = timedelta(days=1)


def asked_line(ctx: GroupContext, item: Any) -> str:
    """One entry in the question to its author."""
    place = KINDS[item.kind].place if item.kind in KINDS else f"/{texts.BOARD_NAME} {item.kind}"
    end = f"{ctx.local(item.until):%m-%d %H:%M}"
    return texts.ENDS.format(number=item.number, title=Parts.of(item.parts).title, end=end, place=place)


LIFE = Lifetime(Item, texts.ASKED, asked_line, here=Q(state="up", left_at=None))
POSTS = Quota(Used, "post", timedelta(days=7), texts.TOO_OFTEN)


def standing(ctx: GroupContext, kind: str = "") -> QuerySet[Item]:
    """Entries that are up, ended ones included, whose authors are not gone for good."""
    up = Item.filter(group_id=ctx.group.id, state="up", **({"kind": kind} if kind else {}))
    return up.filter(Q(left_at=None) | Q(left_at__gt=ctx.now - HIDDEN_AFTER))


def live(ctx: GroupContext, kind: str = "") -> QuerySet[Item]:
    """What is on the board now, of one kind where it is named."""
    return standing(ctx, kind).filter(Q(until=None) | Q(until__gt=ctx.now))


def ended(ctx: GroupContext, kind: str) -> QuerySet[Item]:
    """What went from the board in the last 30 days."""
    own = Item.filter(group_id=ctx.group.id, kind=kind, state__in=("up", "down"))
    return own.filter(until__lte=ctx.now, until__gt=ctx.now - RESTORABLE)


async def candidates(ctx: GroupContext, names: Collection[str]) -> list[Candidate]:
    """The live entries of some kinds, as matching sees them."""
    rows = live(ctx).filter(kind__in=list(names) or [""]).order_by("number")
    found = await rows.values_list("number", "author_id", "kind", "parts")
    return [Candidate(number, author, kind, Parts.of(parts)) for number, author, kind, parts in found]


async def find(ctx: GroupContext, kind: Kind, number: int) -> Item:
    """One entry of this kind, whatever became of it. Raises `Declined` and names the kind it is of, or what there is."""
    item = await Item.get_or_none(group_id=ctx.group.id, number=number)
    if item is None or item.state == "refused":
        numbers = await live(ctx, kind.name).order_by("-number").limit(3).values_list("number", flat=True)
        there = texts.THERE.format(numbers="、".join(f"X{one}" for one in numbers)) if numbers else ""
        raise Declined(texts.MISSING.format(number=number, there=there))
    if item.kind != kind.name:
        other = (await kinds.all_of(ctx)).get(item.kind)
        raise Declined(
            texts.OTHER_KIND.format(number=number, kind=item.kind, place=other.place if other else item.kind)
        )
    return item


async def twin(ctx: GroupContext, text: str, but: int = 0) -> Item | None:
    """An entry that is up or waits and says the same."""
    same = Item.filter(group_id=ctx.group.id, folded=rules.searchable(text), state__in=("up", "waiting"))
    same = same.filter(Q(until=None) | Q(until__gt=ctx.now)).exclude(id=but)
    return await same.order_by("number").first()


def written(text: str, parts: Parts) -> dict[str, Any]:
    """The columns that hold the words of an entry."""
    cities = "/".join(parts.cities)[:255]
    return {"text": text, "folded": rules.searchable(text), "parts": parts.stored(), "cities": cities}


def life_of(kind: Kind) -> timedelta | None:
    """How long an entry of a kind lives."""
    return timedelta(days=kind.days) if kind.days else None


@atomic
async def create(ctx: GroupContext, kind: Kind, text: str, parts: Parts, *, up: bool) -> Item:
    """Write an entry down, up at once or to wait. Raises `Declined` when its author has had enough."""
    if ctx.scope and (earlier := await Item.get_or_none(source=ctx.scope)):
        return earlier
    chosen = ctx.settings(Settings)
    mine = Item.filter(
        group_id=ctx.group.id, author_id=ctx.author_id, kind=kind.name, state__in=("up", "waiting")
    )
    numbers = await mine.filter(Q(until=None) | Q(until__gt=ctx.now)).values_list("number", flat=True)
    if len(numbers) >= chosen.per_kind and kind.days:
        told = "、".join(f"X{number}" for number in numbers)
        raise Declined(
            texts.TOO_MANY.format(
                count=len(numbers), kind=kind.name, numbers=told, place=kind.place, one=numbers[0]
            )
        )
    await POSTS.take(ctx, chosen.per_week)
    span: dict[str, Any] = {"until": ctx.now + WAITS}
    if up:
        span = LIFE.span(ctx.now, life_of(kind), chosen.warn_before)
    item = await Item.create(
        group_id=ctx.group.id,
        number=await next_number(ctx.group.id, "board"),
        kind=kind.name,
        author_id=ctx.author_id,
        **written(text, parts),
        state="up" if up else "waiting",
        posted_at=ctx.now,
        message_id=ctx.message_id if isinstance(ctx, Context) else 0,
        source=ctx.scope,
        **span,
    )
    if up:
        await _stands(ctx, item)
    return item


async def _stands(ctx: GroupContext, item: Item) -> None:
    """What follows when an entry has come up."""
    await LIFE.watch(ctx)
    if item.kind == LIBRARY:
        await ctx.deed(
            item.author_id, "library.added", key=f"library/{item.number}", dimension=Dimension.NEWS
        )
    if item.kind == NEED:
        await ctx.plan(UNANSWERED, ctx.now + CALLS_AFTER, key=str(item.number), payload={"id": item.id})


async def call(ctx: GroupContext, item: Item) -> None:
    """Write down that everybody here is asked for help; nothing where nobody can say how many that are."""
    if item.kind == NEED:
        with suppress(Declined):
            await ctx.call_opened("board.need", f"X{item.number}", len(await ctx.members(fresh=False)))


@atomic
async def put_up(ctx: GroupContext, item: Item, kind: Kind) -> bool:
    """Let an entry that waits come up as it was put before people; False when it was changed or decided since."""
    span = LIFE.span(ctx.now, life_of(kind), ctx.settings(Settings).warn_before)
    waits = Item.filter(id=item.id, state="waiting", version=item.version)
    if not await waits.update(state="up", posted_at=ctx.now, **span):
        return False
    await _stands(ctx, item)
    return True


async def refuse(ctx: GroupContext, item: Item) -> bool:
    """Let an entry that waits go; False when it was changed or decided since."""
    waits = Item.filter(id=item.id, state="waiting", version=item.version)
    return bool(await waits.update(state="refused", until=ctx.now))


async def rewrite(ctx: GroupContext, item: Item, text: str, parts: Parts, *, waits: bool) -> bool:
    """Give an entry other words, in force at once or once agreed to; False when it was changed meanwhile."""
    own = Item.filter(id=item.id, version=item.version, state=item.state)
    state = "waiting" if waits else item.state
    until = {"until": ctx.now + WAITS, "asks_at": None} if waits else {}
    return bool(await own.update(**written(text, parts), **until, version=F("version") + 1, state=state))


@atomic
async def take_down(ctx: Context, item: Item, outcome: str, thanked: Sequence[int] = ()) -> Record | None:
    """Take an entry away with its outcome; None when somebody did that just now. `thanked` are who helped."""
    own = Item.filter(id=item.id, version=item.version, state=item.state)
    if not await own.update(state="down", outcome=outcome, until=ctx.now, asks_at=None):
        return None
    deeds = await _deeds(ctx, item, outcome, thanked)
    fields = {name: getattr(item, name) for name in ("until", "asks_at")}
    before = {name: value.isoformat() if value else None for name, value in fields.items()}
    undo = {"id": item.id, "before": {**before, "state": item.state, "outcome": item.outcome}, "deeds": deeds}
    await ctx.call_closed(f"X{item.number}")
    what = f"下架 X{item.number}"
    return await ctx.note("item", what, target=item.author_id, undo={"name": UNDO, **undo})


async def _deeds(ctx: GroupContext, item: Item, outcome: str, thanked: Sequence[int]) -> list[str]:
    """Write down what came of an entry that worked out, and who helped; the keys."""
    keys: list[str] = []
    kind = KINDS.get(item.kind)
    if kind and kind.suits and outcome in kind.done:
        keys.append(f"filled/{item.number}")
        await ctx.deed(item.author_id, "board.filled", key=keys[-1], dimension=Dimension.RESOURCES)
    for person in thanked:
        keys.append(f"need/{item.number}/{person}")
        await ctx.deed(person, "need.answered", key=keys[-1], dimension=Dimension.CONTACTS)
    return keys


@atomic
async def undo(ctx: Context, undo: dict[str, Any]) -> None:
    """Bring an entry back that was taken away."""
    before = {
        name: datetime.fromisoformat(value) if value and name in ("until", "asks_at") else value
        for name, value in undo["before"].items()
    }
    if not await Item.filter(id=undo["id"], state="down").update(**before):
        raise CannotUndo(texts.NOT_DOWN)
    for key in undo["deeds"]:
        await ctx.undo_deed(key)


@atomic
async def note_outcome(ctx: Context, item: Item, outcome: str) -> bool:
    """Write down how an entry ended that is away already, once."""
    noted = await Item.filter(id=item.id, state="down", outcome="").update(outcome=outcome)
    if noted:
        await _deeds(ctx, item, outcome, ())
    return bool(noted)


async def match(ctx: GroupContext, item: Item) -> list[Candidate]:
    """Those that may suit an entry that is up now; each pair is written down once."""
    kind = KINDS.get(item.kind)
    if kind is None or not kind.suits:
        return []
    on = {name for name, one in (await kinds.all_of(ctx)).items() if one.on}
    others = [one for one in await candidates(ctx, on & set(kind.suits)) if one.number != item.number]
    me = Candidate(item.number, item.author_id, item.kind, Parts.of(item.parts))
    found = rules.suits(me, others)
    await matches.write(ctx, [(me, other) for other in found])
    return found
