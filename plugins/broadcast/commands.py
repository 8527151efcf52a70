"""The commands of 广播 and 群标签."""

from __future__ import annotations

from typing import Annotated, Any

from lizheng import Context, Declined, Misread, Numbered, Word, atomic
from lizheng.grammar import Words
from lizheng.parts.other_groups import elsewhere, shown_group
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.broadcast import broadcasts, content, rules, texts
from plugins.broadcast.content import Written
from plugins.broadcast.models import Broadcast, Label, Target
from plugins.broadcast.settings import Settings

Number = Annotated[int, Numbered("#", "编号")]
NOT_SENT = Page(texts.LIST, texts.LIST_NONE, "/广播 没发的", size=8)
LABELS = Page(texts.LABELS, texts.LABELS_NONE, "/群标签 查看", size=8)
LABEL_UNDO = "label"
LONGEST_LABEL, MOST_LABELS = 12, 10
KNOWN_SHOWN = 5


# — beginning ——————————————————————————————————————————————————————————————————————————————


async def broadcast(ctx: Context, written: Written | None = None) -> None:
    await _propose(ctx, written or Written(), upkeep=False)


async def maintain(ctx: Context, written: Written | None = None) -> None:
    await _propose(ctx, written or Written(), upkeep=True)


async def _propose(ctx: Context, written: Written, *, upkeep: bool) -> None:
    text, marks = rules.split_marks(written.text)
    at = _beginning(ctx, marks)
    reach = await broadcasts.within_reach(ctx, ctx.author_id)
    chosen = await _chosen(ctx, reach, marks)
    parts = await content.take(ctx, text, written.others)
    found = await broadcasts.plan(ctx, chosen, ctx.author_id, at, upkeep=upkeep)
    if not found.groups:
        raise Declined(texts.NOBODY.format(left_out=found.said))
    values, _ = content.values(ctx, parts)
    await ctx.preview(
        broadcasts.DECISION,
        texts.PREVIEW,
        payload={
            "content": parts,
            "groups": list(found.groups),
            "at": at.timestamp(),
            "upkeep": upkeep,
            "aside": bool(ctx.answers_to),
            "quoted": ctx.quoted.message_id if ctx.quoted else 0,
        },
        content=values,
        when=texts.WHEN_AT.format(at=rules.say_moment(at, ctx.now)) if "at" in marks else texts.WHEN_NOW,
        count=len(found.groups),
        span=rules.say_lasts(len(found.groups)),
        names=rules.names_of(list(found.groups.values())),
        left_out=found.said,
    )


def _beginning(ctx: Context, marks: dict[str, str]) -> Any:
    if "at" not in marks:
        return ctx.now
    when = rules.parse_when(marks["at"], ctx.now)
    times = rules.next_times(when, ctx.now, 1)
    if not when.at or not times:
        raise Misread(texts.PAST_AT)
    return times[0]


async def _chosen(ctx: Context, reach: list[Any], marks: dict[str, str]) -> list[Any]:
    places = await broadcasts.places(reach)
    chosen = {place.id for place in places}
    if "to" in marks:
        chosen = rules.choose(marks["to"], places, ctx.group.id)
    if "without" in marks:
        chosen = chosen - rules.choose(marks["without"], places, ctx.group.id)
    if not chosen:
        raise Declined(texts.NONE_CHOSEN)
    return [there for there in reach if there.group.id in chosen]


# — looking after it ———————————————————————————————————————————————————————————————————————


async def _cast(ctx: Context, number: int | None) -> Broadcast:
    """The broadcast that is meant, by default the last; the author's own, or anybody's for who runs the host."""
    own = Broadcast.all().order_by("-number")
    if ctx.author_id not in ctx.superusers:
        own = own.filter(author_id=ctx.author_id)
    cast = await (own.filter(number=number) if number is not None else own).first()
    if cast is None:
        numbers = await own.limit(KNOWN_SHOWN).values_list("number", flat=True)
        if number is None or not numbers:
            raise Declined(texts.NONE_YET)
        known = "、".join(map(str, numbers))
        raise Declined(texts.NO_CAST.format(number=number, known=known))
    return cast


async def progress(ctx: Context, number: Number | None = None) -> None:
    cast = await _cast(ctx, number)
    recalls = [row.recall for row in await Target.filter(broadcast_id=cast.id).exclude(recall="")]
    told = {state: recalls.count(state) for state in ("done", "not_done")}
    unknown = len(recalls) - sum(told.values())
    values: dict[str, Any] = await broadcasts.counts(cast.id)
    await ctx.say(
        texts.PROGRESS,
        number=cast.number,
        at=rules.say_moment(cast.at, ctx.now),
        stopped=texts.STOPPED_MARK if cast.state == "stopped" else "",
        content=content.brief(cast.content),
        recalls=texts.RECALLS.format(**told, unknown=unknown) if recalls else "",
        **values,
    )


async def stop(ctx: Context, number: Number) -> None:
    cast = await _cast(ctx, number)
    if not (count := await broadcasts.stop(ctx, cast)):
        raise Declined(texts.NOTHING_TO_STOP.format(number=number))
    await ctx.say(texts.STOPPED, number=number, count=count)


async def recall(ctx: Context, number: Number) -> None:
    cast = await _cast(ctx, number)
    count, late = await broadcasts.recall(ctx, cast)
    if not count:
        raise Declined(texts.NOTHING_TO_RECALL.format(number=number))
    told = texts.RECALL_LATE.format(count=late) if late else ""
    await ctx.say(texts.RECALLING, count=count, late=told, number=number)


async def not_sent(ctx: Context, number: Number | None = None, page: PageNumber = FIRST) -> None:
    cast = await _cast(ctx, number)

    def line(target: Target) -> str:
        state = texts.UNKNOWN if target.state == "unknown" else texts.NOT_DONE.format(why=target.why)
        return texts.LIST_LINE.format(name=target.name, state=state)

    rows = Target.filter(broadcast_id=cast.id, state__in=("not_done", "unknown")).order_by("id")
    command = f"/广播 没发的 {cast.number}"
    await NOT_SENT.say(ctx, rows, line, page, command=command, number=cast.number)


async def again(ctx: Context, number: Number) -> None:
    cast = await _cast(ctx, number)
    if not (count := await broadcasts.again(ctx, cast)):
        raise Declined(texts.NOTHING_AGAIN.format(number=number))
    await ctx.say(texts.AGAIN, count=count, span=rules.say_lasts(count))


async def refuse(ctx: Context) -> None:
    await _receive(ctx, receives=False)


async def accept(ctx: Context) -> None:
    await _receive(ctx, receives=True)


async def _receive(ctx: Context, *, receives: bool) -> None:
    chosen = ctx.settings(Settings)
    if chosen.receives is receives:
        raise Declined(texts.SAME_ACCEPTS if receives else texts.SAME_REFUSES)
    record = await ctx.change(Settings, "收广播" if receives else "不收广播", receives=receives)
    template = texts.ACCEPTS if receives else texts.REFUSES
    await ctx.say(template, number=record.number, most=chosen.per_day)


# — labels —————————————————————————————————————————————————————————————————————————————————


class Where:
    """Another group than this one, by number or name."""

    label = "<群>"

    def __init__(self, written: str):
        self.written = written

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Where:
        """Never raises: which group it is depends on who asks."""
        return cls(words.rest())


async def add_label(ctx: Context, word: Annotated[Word, "词"], where: Where | None = None) -> None:
    await _label(ctx, word, where, on=True)


async def remove_label(ctx: Context, word: Annotated[Word, "词"], where: Where | None = None) -> None:
    await _label(ctx, word, where, on=False)


async def _label(ctx: Context, word: str, where: Where | None, *, on: bool) -> None:
    label = visible(word).strip()
    if not 1 <= len(label) <= LONGEST_LABEL or any(sign in label for sign in ":：、,，"):
        raise Misread(texts.LABEL_WORD)
    group_id = ctx.group.id
    if where is not None:
        places = await broadcasts.places(await broadcasts.within_reach(ctx, ctx.author_id))
        [group_id, *_] = rules.choose(where.written, places, group_id) or {group_id}
    name = await shown_group(elsewhere(ctx, group_id))
    number = await _change_label(ctx, group_id, label, on=on)
    if number is None:
        raise Declined((texts.LABEL_HAD if on else texts.LABEL_HAD_NOT).format(name=name))
    words = [row.word for row in await Label.filter(group_id=group_id).order_by("word")]
    labels = "、".join(words) or texts.NO_LABELS
    await ctx.say(texts.LABELLED, name=name, labels=labels, number=number)


@atomic
async def _change_label(ctx: Context, group_id: int, label: str, *, on: bool) -> int | None:
    """Put a label on a group or take it off; the record's number, None where that changes nothing."""
    here = Label.filter(group_id=group_id)
    had = await here.filter(word=label).exists()
    if had is on:
        return None
    if on and await here.count() >= MOST_LABELS:
        raise Declined(texts.LABEL_MOST.format(most=MOST_LABELS))
    if on:
        await Label.create(group_id=group_id, word=label, by=ctx.author_id)
    else:
        await here.filter(word=label).delete()
    undo = {"name": LABEL_UNDO, "group": group_id, "word": label, "on": not on}
    record = await ctx.note("label", f"群标签{'添加' if on else '删除'} {label}", undo=undo)
    return record.number


async def undo_label(ctx: Context, undo: dict[str, Any]) -> None:
    here = {"group_id": undo["group"], "word": undo["word"]}
    if undo["on"]:
        await Label.get_or_create({"by": ctx.author_id}, **here)
    else:
        await Label.filter(**here).delete()


async def show_labels(ctx: Context, page: PageNumber = FIRST) -> None:
    reach = await broadcasts.within_reach(ctx, ctx.author_id)
    names = {there.group.id: await shown_group(there) for there in reach}
    by_word: dict[str, list[str]] = {}
    for row in await Label.filter(group_id__in=[0, *names]).order_by("word", "group_id"):
        by_word.setdefault(row.word, []).append(names[row.group_id])

    def line(one: tuple[str, list[str]]) -> str:
        return texts.LABEL_LINE.format(label=clip(one[0], LONGEST_LABEL), names=rules.names_of(one[1]))

    await LABELS.say(ctx, list(by_word.items()), line, page)
