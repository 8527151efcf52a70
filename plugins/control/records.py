"""`/记录` and `/撤销`."""

from collections.abc import Iterable
from contextlib import suppress

from lizheng import CannotUndo, Context, Declined, Misread, Numbered, Record, Words
from lizheng.grammar import parse_label
from lizheng.parts.administration import Administration
from lizheng.parts.page import FIRST, Page, PageNumber
from plugins.control import texts
from plugins.control.screen import MOST_LINES, WIDTH, shortened, width
from plugins.control.settings import Settings

STATES = {
    "intended": "进行中",
    "done": "已完成",
    "not_done": "没有做成",
    "unknown": "不确定，正在核对",
    "simulated": "试运行，没有真做",
    "undone": "已撤销",
}
MOST = 30
LINES, LEAST = 2, 4
"""Of a long list a record takes so many lines of a phone; how much of a reason must have room to be worth it."""


NUMBER = Numbered()
RECORDS = Page("{lines}{more}", texts.NO_RECORDS, "/记录 第{page}页")


class RecordNumber(int):
    """`#12`, `12`, or a number that a feature gives to what it did, such as `W3`."""

    label = NUMBER.label

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> "RecordNumber":
        word = words.peek() or ""
        for feature in Administration(ctx).features:
            for letter, find in feature.undo_labels.items():
                with suppress(Misread):
                    labelled = parse_label(word, letter)
                    words.word()
                    if record := await find(ctx, labelled):
                        return cls(record.number)
                    raise Declined(texts.NO_RECORD.format(number=f"{letter}{labelled}"))
        return cls(await NUMBER.read(ctx, words))


class Which:
    """A member, one number (`#12`, or `120`, as nobody means so many), or how many."""

    label = "<@成员|#编号|条数>"

    def __init__(self, *, person: int = 0, number: int = 0, count: int = 0):
        self.person = person
        self.number = number
        self.count = count

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> "Which":
        if PageNumber.fits(words.peek() or ""):
            return cls()
        if person := words.at():
            return cls(person=person)
        if not (word := words.word()):
            raise Misread("要看谁、哪一条或几条？")
        if word.startswith(("#", "＃")):
            return cls(number=parse_label(word, "#"))
        count = parse_label(word, "#")
        return cls(number=count) if count > MOST else cls(count=count)


def _what(record: Record) -> str:
    return record.params.get("label") or record.reason or record.kind


def _who(ctx: Context, user_id: int, nobody: str, gone: set[int]) -> str:
    if not user_id:
        return nobody
    return ctx.name_of(user_id) + (texts.LEFT if user_id in gone else "")


def _actor(ctx: Context, record: Record, gone: set[int]) -> str:
    """The person, or the rule where none has decided it."""
    rule = record.rule if record.rule.startswith("规则") else f"规则「{record.rule}」"
    return _who(ctx, record.actor_id, rule if record.rule else "里正", gone)


async def show(ctx: Context, which: Which | None = None, page: PageNumber = FIRST) -> None:
    which = which or Which(person=ctx.quoted.user_id if ctx.quoted else 0)
    if which.number:
        await _show_one(ctx, which.number)
        return
    rows = Administration(ctx).records(which.person)
    command = ""
    if which.person:
        await ctx.names_of([which.person])
        command = f"/记录 @{ctx.who(which.person)} 第{{page}}页"
    elif which.count:
        command = f"/记录 {which.count} 第{{page}}页"
    size = which.count or ctx.settings(Settings).records
    first = (page - 1) * size
    shown = await rows.offset(first).limit(size)
    gone, room = await _gone(ctx, shown), WIDTH * max(LINES, MOST_LINES // max(1, len(shown)))
    # Where another page follows, the line that says so is the last row's second.
    last = shown[-1].id if await rows.count() > size else 0

    def line(record: Record) -> str:
        return _line(ctx, record, gone, room - WIDTH if record.id == last else room)

    await RECORDS.say(ctx, rows, line, page, command=command, size=size)


async def _gone(ctx: Context, rows: Iterable[Record]) -> set[int]:
    """Those of these records who are no members now, as far as QQ answers; the names of the others are known then."""
    people = {user_id for r in rows for user_id in (r.actor_id, r.target_id) if user_id}
    gone: set[int] = set()
    with suppress(Declined):
        for user_id in people:
            seen = ctx.seen(user_id)
            if seen is None and await ctx.member(user_id, fresh=False) is None:
                gone.add(user_id)
    return gone


def _line(ctx: Context, record: Record, gone: set[int], room: float) -> str:
    """When, who, what, to whom, and what became of it; why, as far as there is room."""
    when = ctx.local(record.at).strftime("%m-%d %H:%M")
    what = _what(record)
    known = record.target_id and str(record.target_id) not in what
    target = f" {_who(ctx, record.target_id, '', gone)}" if known else ""
    state = "" if record.state == "done" else f"（{STATES[record.state]}）"
    told = shortened(
        f"#{record.number} {when} {_actor(ctx, record, gone)} {what}{target}", room - width(state)
    )
    room -= width(told + state)
    why = f"：{record.reason}" if record.reason and record.reason != what and room >= LEAST else ""
    return f"{told}{shortened(why, room)}{state}"


async def _show_one(ctx: Context, number: int) -> None:
    record = await Administration(ctx).record(number)
    if record is None:
        raise Declined(texts.NO_RECORD.format(number=number))
    gone = await _gone(ctx, [record])
    state = STATES[record.state] + (f"：{record.why}" if record.why else "")
    await ctx.say(
        texts.RECORD,
        number=record.number,
        when=ctx.local(record.at).strftime("%m-%d %H:%M"),
        what=_what(record),
        actor=_actor(ctx, record, gone),
        target=_who(ctx, record.target_id, "—", gone),
        reason=record.reason or "—",
        state=state,
    )


async def undo(ctx: Context, number: RecordNumber) -> None:
    record = await Administration(ctx).record(number)
    if record is None:
        raise Declined(texts.NO_RECORD.format(number=number))
    try:
        now = await Administration(ctx).undo(ctx, record)
    except CannotUndo as why:
        raise Declined(texts.CANNOT_UNDO.format(number=number, why=why)) from why
    await ctx.say(
        texts.UNDONE, number=number, what=_what(record), now=texts.HOLDS_NOW.format(now=now) if now else ""
    )
