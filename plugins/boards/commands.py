"""The commands of 信息板: what one may do with an entry of any kind, and how a group sets its kinds up."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from tortoise.expressions import F

from lizheng import (
    Context,
    Declined,
    Duration,
    Feature,
    GroupContext,
    Line,
    Numbered,
    People,
    Role,
    Word,
    atomic,
    is_anonymous,
)
from lizheng.grammar import Misread, Words, looks_like_numbers, parse_duration
from lizheng.grammar.trades import unlawful
from lizheng.ledger.tables import Order
from lizheng.parts.files import quoted_file
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.boards import decisions, items, kinds, library, orders, rules, texts
from plugins.boards.models import Item
from plugins.boards.rules import JOBS, KINDS, LIBRARY, NEED, PARTS, Kind, Parts
from plugins.boards.settings import Settings

Number = Annotated[int, Numbered("X")]
MOST_SOUGHT = 30
SEES_CONTACTS_AFTER = timedelta(days=1)
LIST = Page(texts.LIST, texts.EMPTY, "", size=5)
KIND_LIST = Page(texts.KIND_LIST, "", f"/{texts.BOARD_NAME}", size=5)
FOUND = Page(texts.FOUND, texts.NOT_FOUND, "", size=5)


class Posting(str):
    """The words of a posting: what follows, or one's own message that is quoted; "" when there is nothing."""

    label = "<内容>"
    __slots__ = ()

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Posting:
        """Raises `Misread`."""
        if words.others():
            raise Misread(texts.TEXT_ONLY)
        return cls(rules.check_text(words.rest()))


NOTHING, NOBODY, MONTH = Posting(), People(), Duration(days=30)


@dataclass(frozen=True)
class Where:
    """A page of a list and a city, in either order."""

    page: int = FIRST
    city: str = ""
    label = "<页|城市>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Where:
        """Raises `Misread`."""
        page, city = FIRST, ""
        while word := words.peek():
            if looks_like_numbers(word) or PageNumber.fits(word):
                page = await PageNumber.read(ctx, words)
            elif not city:
                city = visible(words.word() or "")[:8]
            else:
                break
        return cls(page, city)


EVERYWHERE = Where()

# — reading ————————————————————————————————————————————————————————————————————————————————


async def show(ctx: Context, name: str, where: Where) -> None:
    kind = await kinds.open_kind(ctx, name)
    rows = items.live(ctx, name)
    if where.city:
        rows = rows.filter(cities__contains=where.city)
    city = f" {where.city}" if where.city else ""
    values: dict[str, Any] = {"kind": name + city, "place": kind.place, "example": kind.example}
    command = f"{kind.place} {{page}}{city}"
    await LIST.say(
        ctx,
        rows.order_by("-number"),
        lambda item: line(ctx, item),
        where.page,
        command=command,
        people=_author,
        **values,
    )


def _author(item: Item) -> list[int]:
    return [item.author_id]


def line(ctx: Context, item: Item) -> str:
    """One entry of a list."""
    age = rules.say_age((ctx.now - item.posted_at).total_seconds())
    told = Parts.of(item.parts).line
    gone = texts.ENDED if item.state == "down" or (item.until and item.until <= ctx.now) else ""
    return texts.LINE.format(
        number=item.number, line=clip(told, 60), who=ctx.who(item.author_id), age=age, gone=gone
    )


async def overview(ctx: Context, page: PageNumber = FIRST) -> None:
    on = [kind for kind in (await kinds.all_of(ctx)).values() if kind.on]
    rows = await items.live(ctx).order_by("-number").values_list("kind", "number", "parts")
    by_kind: dict[str, list[str]] = {kind.name: [] for kind in on}
    for name, number, parts in rows:
        if name in by_kind:
            by_kind[name].append(f"X{number} {clip(Parts.of(parts).title, 10)}")

    def told(kind: Kind) -> str:
        mine = by_kind[kind.name]
        return texts.KIND_LINE.format(
            place=kind.place, count=len(mine), newest=f"：{'、'.join(mine[:3])}" if mine else ""
        )

    await KIND_LIST.say(ctx, on, told, page)


async def look(ctx: Context, name: str, number: int) -> None:
    item = await items.find(ctx, await kinds.open_kind(ctx, name), number)
    own = item.author_id == ctx.author_id
    if item.state == "waiting" and not own and await ctx.confirmed_role(Role.DEPUTY) < Role.DEPUTY:
        raise Declined(texts.STILL_WAITS.format(number=number))
    if not own:
        await Item.filter(id=item.id).update(seen=F("seen") + 1)
    await ctx.names_of([item.author_id])
    here = await ctx.member(item.author_id, fresh=False) if item.left_at is None else None
    end = texts.UNTIL.format(day=f"{ctx.local(item.until):%m-%d}") if item.until else ""
    over = item.state == "down" or (item.until is not None and item.until <= ctx.now)
    state = (
        texts.WAITS
        if item.state == "waiting"
        else texts.IS_OVER.format(outcome=f"（{item.outcome}）" if item.outcome else "")
        if over
        else end
    )
    text, note = item.text, ""
    if not own and await _is_new(ctx, SEES_CONTACTS_AFTER):
        text, note = rules.masked(text), texts.CONTACT_LATER
    file = Parts.of(item.parts).file
    await ctx.say(
        texts.ONE,
        about=None if ctx.answers_to else (decisions.ITEM, number),
        number=number,
        kind=name,
        who=ctx.who(item.author_id),
        gone="" if here else texts.AUTHOR_GONE,
        state=state,
        seen=item.seen,
        text=text,
        file=texts.FILE.format(name=file["name"], size=file["size"]) if file else "",
        note=note if text != item.text else "",
    )


async def _is_new(ctx: Context, span: timedelta) -> bool:
    """Whether the author has been here for less than so long; admins never count, nor whom the endpoint does not date."""
    member = await ctx.member(ctx.author_id, fresh=False)
    if member is None:
        return True
    return member.role < Role.ADMIN and member.joined_at > (ctx.now - span).timestamp()


async def search(ctx: Context, name: str, words: str, page: int = FIRST) -> None:
    """Those on the board first, below them what went in the last 30 days."""
    kind, words = await kinds.open_kind(ctx, name), clip(visible(words), MOST_SOUGHT)
    found: list[int] = []
    for rows in (items.live(ctx, name), items.ended(ctx, name)):
        told = await rows.order_by("-number").values_list("id", "folded")
        found += rules.rank(words, [(int(key), str(text)) for key, text in told])
    found = list(dict.fromkeys(found))
    shown = found[(page - 1) * FOUND.size : page * FOUND.size]
    read = {item.id: item for item in await Item.filter(id__in=[0, *shown])}
    await ctx.names_of({item.author_id for item in read.values()})
    values: dict[str, Any] = {"kind": name, "words": words, "place": kind.place}

    def told_line(key: int) -> str:
        return line(ctx, read[key]) if key in read else ""

    await FOUND.say(
        ctx, found, told_line, page, command=f"{kind.place} 搜索 {values['words']} 第{{page}}页", **values
    )


# — posting ————————————————————————————————————————————————————————————————————————————————


async def publish(ctx: Context, name: str, content: str) -> None:
    kind = await kinds.open_kind(ctx, name)
    if is_anonymous(ctx.event):
        raise Declined(texts.ANONYMOUS)
    if ctx.channel == "private":
        await ctx.refuse_muted()
    text = content or _quoted(ctx)
    parts = await _checked(ctx, kind, text)
    why = await _why_first(ctx, kind, text, parts)
    paid = await orders.credits(ctx) if name == JOBS else None
    await post(ctx, kind, text, parts, why, paid)


async def post(
    ctx: GroupContext, kind: Kind, text: str, parts: Parts, why: str, paid: Sequence[Order] | None = None
) -> None:
    """Write it down and say so, or put it before people where there is a reason."""
    item = await _create(ctx, kind, text, parts, up=not why, paid=paid)
    if why:
        await decisions.submit(ctx, item, kind, why)
        return
    await items.call(ctx, item)
    suiting = await items.match(ctx, item)
    about = None if ctx.answers_to else (decisions.ITEM, item.number)
    await ctx.say(
        texts.UP,
        about=about,
        number=item.number,
        kind=kind.name,
        days=rules.days_of(kind),
        line=parts.line,
        suiting=rules.say_suiting(suiting),
    )


@atomic
async def _create(
    ctx: GroupContext, kind: Kind, text: str, parts: Parts, *, up: bool, paid: Sequence[Order] | None
) -> Item:
    """Write an entry down, and where it costs something spend what was `paid` for it, both or neither."""
    item = await items.create(ctx, kind, text, parts, up=up)
    if paid is not None:
        await orders.spend(ctx, item, paid)
    return item


def _quoted(ctx: Context) -> str:
    """One's own message that is quoted, as a posting. Raises `Misread` and `Declined`."""
    if ctx.quoted is None:
        raise Misread(texts.NO_CONTENT)
    if ctx.quoted.user_id != ctx.author_id:
        raise Declined(texts.NOT_YOUR_WORDS)
    said = "".join(str(s["data"].get("text", "")) for s in ctx.quoted.segments if s["type"] == "text")
    return rules.check_text(said)


async def _checked(ctx: Context, kind: Kind, text: str, but: int = 0) -> Parts:
    """The parts of a text that may stand on the board. Raises `Misread` and `Declined`."""
    parts = rules.read_parts(text, kind)
    if missing := parts.missing(kind.required):
        need = "、".join(missing)
        if rules.SIDE in missing:
            raise Declined(
                texts.WHICH_SIDE.format(
                    one=kind.sides[0], other=kind.sides[1], place=kind.place, example=kind.example
                )
            )
        more = "，".join(texts.EXAMPLES[part] for part in missing)
        raise Declined(texts.LACKS.format(need=need, place=kind.place, text=clip(text, 60), more=more))
    if trade := unlawful(text):
        raise Declined(texts.UNLAWFUL.format(trade=trade))
    if same := await items.twin(ctx, text, but):
        raise Declined(texts.SAME.format(number=same.number, kind=same.kind))
    return parts


async def _why_first(ctx: Context, kind: Kind, text: str, parts: Parts) -> str:
    """Why people look at it first, in Chinese, "" when they need not."""
    chosen = ctx.settings(Settings)
    if await ctx.confirmed_role() >= Role.ADMIN:
        return ""
    pays = [one.parts.pay[1] for one in await items.candidates(ctx, [kind.name]) if one.parts.pay]
    why = rules.doubts(text, kind, parts, pays)
    if chosen.review == "全部" or kind.name == LIBRARY:
        why.append(texts.ALL_ARE_READ)
    elif chosen.review == "新人" and ctx.role < Role.DEPUTY and await _is_new(ctx, chosen.newcomer):
        why.append(texts.IS_NEW)
    return "、".join(why)


# — what becomes of it —————————————————————————————————————————————————————————————————————


async def _own(ctx: Context, name: str, number: int) -> tuple[Kind, Item]:
    """An entry its author or an admin may change. Raises `Declined`."""
    kind = await kinds.open_kind(ctx, name)
    item = await items.find(ctx, kind, number)
    if item.author_id != ctx.author_id and await ctx.confirmed_role(Role.ADMIN) < Role.ADMIN:
        raise Declined(texts.NOT_YOURS.format(number=number))
    return kind, item


async def edit(ctx: Context, name: str, number: int, content: str) -> None:
    kind, item = await _own(ctx, name, number)
    if item.state == "down" or (item.until and item.until <= ctx.now):
        raise Declined(texts.OVER.format(number=number, place=kind.place))
    if ctx.channel == "private":
        await ctx.refuse_muted()
    parts = await _checked(ctx, kind, content, item.id)
    why = await _why_first(ctx, kind, content, parts)
    if not await items.rewrite(ctx, item, content, parts, waits=bool(why)):
        raise Declined(texts.TOO_LATE)
    await item.refresh_from_db()
    if why:
        await decisions.withdraw(ctx, item)
        await decisions.submit(ctx, item, kind, why)
        return
    suiting = await items.match(ctx, item)
    await ctx.say(texts.CHANGED, number=number, line=parts.line, suiting=rules.say_suiting(suiting))


async def renew(ctx: Context, name: str, number: int) -> None:
    kind, item = await _own(ctx, name, number)
    life = items.life_of(kind)
    if life is None or item.until is None:
        raise Declined(texts.FOR_EVER.format(number=number))
    if item.state != "up" or item.until <= ctx.now - items.RESTORABLE:
        raise Declined(texts.OVER.format(number=number, place=kind.place))
    if (left := item.until - ctx.now) > life * 0.7:
        raise Declined(texts.NOT_YET.format(number=number, days=-(-left // timedelta(days=1))))
    if item.renewed >= items.LIFE.renewals:
        raise Declined(texts.TOO_OFTEN_RENEWED.format(number=number, count=item.renewed, place=kind.place))
    if not await items.LIFE.renew(ctx, item, life, ctx.settings(Settings).warn_before):
        raise Declined(texts.TOO_LATE)
    await ctx.say(texts.RENEWED, number=number, days=kind.days)


async def take_down(ctx: Context, name: str, number: int, outcome: str) -> None:
    kind, item = await _own(ctx, name, number)
    outcome = clip(visible(outcome), 12)
    if item.state == "down":
        if not outcome or not await items.note_outcome(ctx, item, outcome):
            raise Declined(texts.IS_DOWN.format(number=number))
        await ctx.say(texts.OUTCOME_NOTED, number=number, outcome=outcome)
        return
    await decisions.withdraw(ctx, item)
    record = await items.take_down(ctx, item, outcome)
    if record is None:
        raise Declined(texts.TOO_LATE)
    asks = (
        ""
        if outcome or item.state != "up"
        else texts.HOW_DID_IT_END.format(place=kind.place, number=number, done=kind.done[0])
    )
    told = texts.WITH_OUTCOME.format(outcome=outcome) if outcome else ""
    await ctx.say(texts.DOWN, number=number, told=told, record=record.number, asks=asks)


async def solved(ctx: Context, number: Number, people: Annotated[People, "@谢谢的人…"] = NOBODY) -> None:
    """A call for help is answered: it goes, and who helped is thanked."""
    _, item = await _own(ctx, NEED, number)
    thanked = [
        person for person in dict.fromkeys(people) if person != item.author_id and not ctx.is_ours(person)
    ]
    names = await ctx.names_of(thanked)
    if item.state != "up" or await items.take_down(ctx, item, KINDS[NEED].done[0], thanked) is None:
        raise Declined(texts.IS_DOWN.format(number=number))
    await ctx.say(texts.SOLVED, number=number, thanks=texts.THANKS.format(names=names) if thanked else "")


# — files and links ————————————————————————————————————————————————————————————————————————


async def add_to_library(ctx: Context, title: Posting) -> None:
    """A link that is in the title, the file that is quoted, or else the next one the author uploads."""
    kind = await kinds.open_kind(ctx, LIBRARY)
    data = quoted_file(ctx)
    parts = await _checked(ctx, kind, title)
    if not parts.link and data is None:
        if ctx.quoted is not None:
            raise Declined(texts.NO_FILE)
        if ctx.channel == "private":
            raise Declined(texts.FILES_IN_GROUP)
        library.AWAITED.of(ctx).put(ctx, title, await _why_first(ctx, kind, title, parts))
        await ctx.say(texts.SEND_FILE)
        return
    if data is not None:
        parts = library.with_file(parts, data)
    await post(ctx, kind, title, parts, await _why_first(ctx, kind, title, parts))


async def is_dead(ctx: Context, number: Number) -> None:
    """A file or a link is gone: its author and admins take it away, others ask for it."""
    kind = await kinds.open_kind(ctx, LIBRARY)
    item = await items.find(ctx, kind, number)
    if item.author_id == ctx.author_id or await ctx.confirmed_role() >= Role.ADMIN:
        await take_down(ctx, LIBRARY, number, texts.DEAD)
        return
    if item.state != "up":
        raise Declined(texts.IS_DOWN.format(number=number))
    await decisions.submit_dead(ctx, item)


# — the kinds of a group ———————————————————————————————————————————————————————————————————


async def switch_on(ctx: Context, name: Word) -> None:
    record = await kinds.change(ctx, name, f"{name} 打开了", on=True)
    await ctx.say(texts.SWITCHED_ON, name=name, record=record.number)


async def switch_off(ctx: Context, name: Word) -> None:
    record = await kinds.change(ctx, name, f"{name} 关上了", on=False)
    await ctx.say(texts.SWITCHED_OFF, name=name, record=record.number)


async def add_kind(ctx: Context, name: Word, life: Duration = MONTH) -> None:
    checked = rules.check_kind_name(name)
    if not timedelta(days=1) <= life <= timedelta(days=365):
        raise Misread(texts.BAD_LIFE)
    record = await kinds.add(ctx, checked, life.days)
    await ctx.say(texts.KIND_ADDED, name=checked, days=life.days, record=record.number)


async def remove_kind(ctx: Context, name: Word) -> None:
    record = await kinds.remove(ctx, name)
    await ctx.say(texts.KIND_REMOVED, name=name, record=record.number)


async def set_life(ctx: Context, name: Word, life: Duration) -> None:
    if not timedelta(days=1) <= life <= timedelta(days=365):
        raise Misread(texts.BAD_LIFE)
    record = await kinds.change(ctx, name, f"{name} 放 {life.days} 天", days=life.days)
    await ctx.say(texts.LIFE_SET, name=name, days=life.days, record=record.number)


async def set_required(ctx: Context, name: Word, parts: Annotated[str, Line(most=40)]) -> None:
    wanted = [part for part in re.split(r"[，,、\s]+", parts) if part not in ("", "无")]
    usable = [part for part in PARTS if part != rules.SIDE]
    if strange := [part for part in wanted if part not in usable]:
        raise Misread(texts.NO_SUCH_PART.format(part=clip(strange[0], 8), parts="、".join(usable)))
    told = "、".join(wanted) or "无"
    sides = [rules.SIDE] if name in KINDS and KINDS[name].sides else []
    record = await kinds.change(ctx, name, f"{name} 必填 {told}", required=[*sides, *wanted])
    await ctx.say(texts.REQUIRED_SET, name=name, parts=told, record=record.number)


async def set_review(ctx: Context, who: Annotated[str, Line(most=20)]) -> None:
    """Who needs no approval: 所有人, 没有, or those who are here for so long."""
    values: dict[str, Any] = {"所有人": {"review": "不审"}, "没有": {"review": "全部"}}.get(who, {})
    if not values:
        try:
            values = {"review": "新人", "newcomer": parse_duration(who)}
        except Misread:
            raise Misread(texts.BAD_REVIEW) from None
    record = await ctx.change(Settings, f"免审 {who}", **values)
    await ctx.say(texts.REVIEW_SET, who=who, record=record.number)


# — the same for every kind ————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Call:
    """What somebody wants with an own kind: `房源 发布 …`, `房源 看 3`, `房源`."""

    kind: str
    verb: str
    number: int = 0
    text: str = ""
    where: Where = EVERYWHERE
    label = "<类别> <查看|发布|看|搜索|改|续|下架>"

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Call:
        """Raises `Misread`."""
        name = words.word() or ""
        known = await kinds.all_of(ctx)
        if name not in known:
            names = "、".join(kind.name for kind in known.values() if kind.on)
            raise Declined(texts.NO_KIND.format(name=clip(visible(name), 12), names=names))
        verb = words.peek() or ""
        if verb not in texts.VERBS:
            return cls(name, "查看", where=await Where.read(ctx, words))
        words.word()
        if verb == "查看":
            return cls(name, verb, where=await Where.read(ctx, words))
        number = await Numbered("X").read(ctx, words) if verb in ("看", "改", "续", "下架") else 0
        text = "" if verb in ("看", "续") else words.rest()
        if verb in ("发布", "改") and text:
            text = rules.check_text(text)
        if not text and verb in ("改", "搜索"):
            raise Misread(texts.NO_CONTENT)
        return cls(name, verb, number, text)


async def own(ctx: Context, call: Call) -> None:
    """Any kind by its name, below `/信息板`."""
    doing: dict[str, Callable[[], Awaitable[None]]] = {
        "查看": lambda: show(ctx, call.kind, call.where),
        "发布": lambda: publish(ctx, call.kind, call.text),
        "看": lambda: look(ctx, call.kind, call.number),
        "搜索": lambda: search(ctx, call.kind, call.text),
        "改": lambda: edit(ctx, call.kind, call.number, call.text),
        "续": lambda: renew(ctx, call.kind, call.number),
        "下架": lambda: take_down(ctx, call.kind, call.number, call.text),
    }
    await doing[call.verb]()


def declare(feature: Feature, kind: Kind) -> None:
    """Give a built-in kind its command."""
    name, place = kind.name, kind.place

    async def shows(ctx: Context, where: Where = EVERYWHERE) -> None:
        await show(ctx, name, where)

    async def publishes(ctx: Context, content: Posting = NOTHING) -> None:
        await publish(ctx, name, content)

    async def looks(ctx: Context, number: Number) -> None:
        await look(ctx, name, number)

    async def searches(ctx: Context, words: Annotated[str, "词…"]) -> None:
        page = re.search(r"\s第(\d{1,3})页$", words)
        await search(ctx, name, words[: page.start()] if page else words, int(page[1]) if page else FIRST)

    async def edits(ctx: Context, number: Number, content: Posting) -> None:
        await edit(ctx, name, number, content)

    async def renews(ctx: Context, number: Number) -> None:
        await renew(ctx, name, number)

    async def takes_down(ctx: Context, number: Number, outcome: Annotated[str, "结果"] = "") -> None:
        await take_down(ctx, name, number, outcome)

    command = feature.command(name, kind.summary, aliases={kind.alias}, example=place)
    command.form(shows, summary=f"{name}有哪些")
    command.form(shows, word="查看", example=f"{place} 查看 2", summary=f"{name}有哪些，哪一页，哪个城市")
    if name == LIBRARY:
        command.form(
            add_to_library,
            word="添加|发布",
            example=f"{place} 添加 {kind.example}",
            summary="放一份文件或链接",
        )
        command.form(is_dead, word="失效", example=f"{place} 失效 5", summary="说一份打不开了")
    else:
        command.form(
            publishes,
            word="发布",
            example=f"{place} 发布 {kind.example}",
            summary=f"发一条{name}，也可以引用自己的话",
        )
        command.form(edits, word="改", example=f"{place} 改 3 {kind.example}", summary="改自己的一条")
        command.form(renews, word="续", example=f"{place} 续 3", summary="再放一阵")
    if name == NEED:
        command.form(solved, word="好了", example=f"{place} 好了 9 @小李", summary="有人帮上了，谢谢他")
    command.form(looks, word="看", example=f"{place} 看 3", summary="看一条的全文和联系方式")
    command.form(searches, word="搜索|搜", example=f"{place} 搜索 成都", summary=f"在{name}里找")
    command.form(takes_down, word="下架", example=f"{place} 下架 3", summary="拿下自己的一条，说说结果")
