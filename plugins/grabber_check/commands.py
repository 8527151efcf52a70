"""The commands of 测挂."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from lizheng import CannotUndo, Context, Declined, Numbers, atomic
from lizheng.grammar import Words
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.text import clip, visible
from plugins.grabber_check import rounds, rules, texts
from plugins.grabber_check.models import Cleared, Round
from plugins.grabber_check.rules import Entry
from plugins.grabber_check.settings import Settings

ODD_HOURS = ("凌晨 2:40", "上午 10:20", "下午 3:35", "早上 6:50", "夜里 12:25")
UNDO = "clear"
MOST_ALIKE, MOST_LINES = 5, 4
LIST = Page(texts.LIST, texts.LIST_EMPTY, "/测挂 名单")


@dataclass(frozen=True)
class Claims:
    """Who claimed, in order, as it was typed; whether a picture came with it."""

    label = "谁…"
    text: str = ""
    has_picture: bool = False

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Claims:
        has_picture = any(one.type == "image" for one in words.others())
        return cls(words.rest(), has_picture)


@dataclass(frozen=True)
class Somebody:
    """One person by @, QQ number or name, here or not."""

    label = "<谁>"
    text: str

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Somebody:
        return cls(words.rest())


def _in_private(ctx: Context) -> None:
    """Keep what is about people out of the group. Raises `Declined`."""
    if ctx.channel != "private":
        raise Declined(texts.PRIVATE_PLEASE)


async def take(ctx: Context, claims: Claims = Claims()) -> None:
    """Tell how it is done, or take down a round's claim order, which may come from the group too."""
    if claims.text:
        await _take(ctx, claims.text)
        return
    if claims.has_picture:
        raise Declined(texts.NO_PICTURES)
    _in_private(ctx)
    hour = ODD_HOURS[ctx.now.toordinal() % len(ODD_HOURS)]
    await ctx.say(texts.PLAN, hour=hour, rounds=ctx.settings(Settings).rounds)


async def begin(ctx: Context, parts: Annotated[int, "份数"] = 10) -> None:
    _in_private(ctx)
    if not rules.LEAST_PARTS <= parts <= rules.MOST_PARTS:
        raise Declined(texts.PARTS.format(least=rules.LEAST_PARTS, most=rules.MOST_PARTS))
    row = await rounds.open_round(ctx, parts)
    await ctx.say(texts.OPENED, number=row.number, parts=row.parts)


async def choose(ctx: Context, numbers: Numbers) -> None:
    """Say which of those with the same name were meant."""
    _in_private(ctx)
    row = await rounds.current(ctx)
    if row is None or not row.draft:
        raise Declined(texts.NOTHING_TO_CHOOSE)
    text, asked = json.loads(row.draft)
    await _take(ctx, text, asked, tuple(numbers))


async def _take(
    ctx: Context, text: str, asked: Sequence[Sequence[int]] = (), chosen: Sequence[int] = ()
) -> None:
    row = await Round.get_or_none(closed_source=ctx.source) or await rounds.current(ctx)
    if row is None:
        raise Declined(texts.NO_ROUND)
    if row.state == "open":
        order = await _order(ctx, row, text, asked, chosen)
        if order is None:
            return
        last = (await rounds.ended(ctx))[-1:]
        for before in last:
            minutes = (ctx.now - before.at).total_seconds() / 60
            if rules.is_pasted_again(order, await rounds.order_of(before), minutes):
                raise Declined(texts.AGAIN.format(number=before.number))
        if not await rounds.close(ctx, row, order):
            raise Declined(texts.NO_ROUND)
    count = len(await rounds.order_of(row))
    needed, done = ctx.settings(Settings).rounds, len(await rounds.ended(ctx))
    template = texts.RECORDED if done < needed else texts.RECORDED_ENOUGH
    await ctx.say(template, number=row.number, count=count, left=needed - done, rounds=needed)


async def _order(
    ctx: Context, row: Round, text: str, asked: Sequence[Sequence[int]], chosen: Sequence[int]
) -> rounds.Order | None:
    """Find out who is meant; None when that has been asked. Raises `Declined`, in the group without a name."""
    entries, names = rules.parse_order(text), await _names(ctx)
    doubtful = [entry for entry in entries if len(rules.resolve(entry, names)) > 1]
    unknown = [entry for entry in entries if not rules.resolve(entry, names)]
    if ctx.channel != "private" and (unknown or doubtful):
        raise Declined(texts.UNCLEAR)
    if unknown:
        raise Declined(texts.UNKNOWN.format(name=clip(visible(unknown[0].name), 12)))
    alike = [list(rules.resolve(entry, names)[:MOST_ALIKE]) for entry in doubtful]
    # Somebody of that name who came or went since they were asked would shift the numbers.
    if alike != list(asked):
        await Round.filter(id=row.id, state="open").update(draft=json.dumps([text, alike]))
        lines = [_alike(ctx, entry, people) for entry, people in zip(doubtful, alike, strict=True)]
        await ctx.say(texts.ALIKE, lines=("\n" if len(lines) <= MOST_LINES else "；").join(lines))
        return None
    choices = _choices(doubtful, alike, chosen)
    order: dict[int, float | None] = {}
    for entry in entries:
        who = choices.get(id(entry)) or rules.resolve(entry, names)[0]
        if who in order:
            name = clip(visible(entry.name), 12)
            raise Declined(texts.TWICE.format(name=name) if ctx.channel == "private" else texts.UNCLEAR)
        order[who] = entry.seconds
    if len(order) > row.parts:
        raise Declined(texts.TOO_MANY.format(parts=row.parts, count=len(order)))
    # Who throws the packet knows when: that says nothing about them.
    counted = [(who, at) for who, at in order.items() if who != row.by and not ctx.is_ours(who)]
    if not counted:
        raise Declined(texts.NOBODY)
    return counted


async def _names(ctx: Context) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for member in (await ctx.members()).values():
        for name in member.called:
            found[name].append(member.user_id)
    return {name: sorted(people) for name, people in found.items()}


def _alike(ctx: Context, entry: Entry, people: Sequence[int]) -> str:
    told = "，".join(f"{n} {ctx.who(who)}" for n, who in enumerate(people, 1))
    return texts.ALIKE_LINE.format(name=clip(visible(entry.name), 12), people=told)


def _choices(
    doubtful: Sequence[Entry], alike: Sequence[Sequence[int]], chosen: Sequence[int]
) -> dict[int, int]:
    fits = len(chosen) == len(alike) and all(
        1 <= number <= len(people) for number, people in zip(chosen, alike, strict=True)
    )
    if not fits:
        raise Declined(texts.CHOICE.format(count=len(alike)))
    return {
        id(entry): people[number - 1] for entry, people, number in zip(doubtful, alike, chosen, strict=True)
    }


async def _person(ctx: Context, somebody: Somebody) -> int:
    entries = rules.parse_order(somebody.text)
    found = rules.resolve(entries[0], await _names(ctx)) if len(entries) == 1 else ()
    if len(found) > 1:
        raise Declined(texts.AMBIGUOUS.format(name=clip(visible(entries[0].name), 12)))
    if not found:
        raise Declined(texts.WHO)
    await ctx.names_of(found)
    return found[0]


async def show_list(ctx: Context, page: PageNumber = FIRST) -> None:
    _in_private(ctx)
    done = len(await rounds.ended(ctx))
    if not done:
        raise Declined(texts.NO_ROUNDS)
    if done < ctx.settings(Settings).rounds:
        raise Declined(texts.TOO_FEW.format(rounds=done))
    shown = [one for one in await rounds.suspects(ctx) if one.score.tops > 1]

    def line(one: rounds.Suspect) -> str:
        times = [seconds for _, _, seconds in one.claims if seconds is not None]
        return texts.LINE.format(
            who=ctx.who(one.user_id),
            verdict=one.score.verdict,
            rounds=one.score.rounds,
            tops=one.score.tops,
            seconds=texts.FASTEST.format(seconds=f"{min(times):g}") if times else "",
            spared=texts.IS_SPARED if one.spared else "",
        )

    await LIST.say(ctx, shown, line, page, people=lambda one: [one.user_id], rounds=done)


async def show_one(ctx: Context, somebody: Somebody) -> None:
    _in_private(ctx)
    who = await _person(ctx, somebody)
    if who in await rounds.cleared(ctx):
        raise Declined(texts.SHOW_CLEARED.format(who=ctx.who(who)))
    found = await rounds.suspects(ctx, [who])
    if not found:
        raise Declined(texts.SHOW_NONE.format(who=ctx.who(who)))
    one = found[0]
    enough = one.score.rounds >= ctx.settings(Settings).rounds
    await ctx.say(
        texts.SHOW,
        who=ctx.who(who),
        verdict=one.score.verdict if enough else "看不出",
        rounds=one.score.rounds,
        tops=one.score.tops,
        ranks="、".join(f"第 {number} 轮第 {rank}" for number, rank, _ in one.claims[-8:]),
        speaks=texts.SPEAKS if one.speaks else texts.SILENT,
        long=one.long,
        deed=texts.DEED if one.deed else "",
        user_id=who,
    )


async def clear(ctx: Context, somebody: Somebody) -> None:
    _in_private(ctx)
    who = await _person(ctx, somebody)
    number = await _clear(ctx, who)
    if not number:
        raise Declined(texts.CLEARED_ALREADY)
    await ctx.say(texts.CLEARED, number=number)


@atomic
async def _clear(ctx: Context, who: int) -> int:
    # The record can be read in the group, and so names nobody.
    made = await rounds.clear(ctx, who)
    if not made:
        return 0
    return (await ctx.note(UNDO, texts.CLEAR_NOTE, undo={"name": UNDO, "id": made}, key=UNDO)).number


async def undo_clear(ctx: Context, undo: dict[str, Any]) -> None:
    if not await Cleared.filter(id=undo["id"], group_id=ctx.group.id).delete():
        raise CannotUndo(texts.UNDONE)
