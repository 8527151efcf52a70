"""Deputies, the whitelist, and other programs' accounts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from lizheng import Context, Declined, People, Role
from lizheng.parts.administration import Administration, StandingKind
from lizheng.text import clip, visible
from plugins.control import texts

Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """One list of people: its command, what each form of that is for, and how the answers are worded.

    `on_record` and `off_record` are what a record says of who is added and removed.
    """

    kind: StandingKind
    title: str
    alias: str
    summary: str
    adds: str
    removes: str
    none: str
    on_record: str
    off_record: str
    added: str = texts.STANDING_ADDED
    removed: str = texts.STANDING_REMOVED
    had: str = texts.STANDING_HAD
    had_not: str = texts.STANDING_HAD_NOT


KINDS = (
    Kind(
        "deputy",
        "代管",
        "deputy",
        "QQ 管理员之外，能处理违规和待办的人",
        "请谁来处理违规和待办",
        "不再请谁处理违规和待办",
        texts.NO_DEPUTIES,
        "加进代管",
        "移出代管",
    ),
    Kind(
        "whitelist",
        "白名单",
        "whitelist",
        "机器人绝不动的人",
        "从此绝不动谁",
        "谁不再例外",
        texts.NO_WHITELIST,
        "加进白名单",
        "移出白名单",
    ),
    Kind(
        "bot",
        "机器人",
        "bots",
        "群里别的机器人：不听它说话，也不动它",
        "登记一个：不听它说话，也不动它",
        "取消登记：又当普通成员看",
        texts.NO_BOTS,
        "登记成机器人",
        "取消登记机器人",
        texts.BOT_ADDED,
        texts.BOT_REMOVED,
        texts.BOT_HAD,
        texts.BOT_HAD_NOT,
    ),
)


def lister(kind: Kind) -> Handler:
    async def show(ctx: Context) -> None:
        held = sorted(ctx.group.standing(kind.kind))
        if not held:
            await ctx.say("{none}", none=kind.none)
            return
        await ctx.names_of(held)
        names = "、".join(f"{ctx.name_of(p)}（{p}）" if ctx.name_of(p) != str(p) else str(p) for p in held)
        await ctx.say(texts.STANDING_LIST, title=kind.title, names=names)

    return show


def adder(kind: Kind) -> Handler:
    async def add(ctx: Context, people: People) -> None:
        if kind.kind == "bot":
            for person in people:
                await _refuse_to_unhear(ctx, person)
        new = [p for p in people if await Administration(ctx).add_standing(p, kind.kind)]
        await _answer(ctx, kind, list(people), new, added=True)

    return add


async def _refuse_to_unhear(ctx: Context, person: int) -> None:
    """Nobody takes the commands away from themselves, from who stands above them or from another admin."""
    if person == ctx.author_id:
        raise Declined(texts.NOT_A_BOT.format(who="自己"))
    if ctx.is_ours(person):
        raise Declined(texts.NOT_A_BOT.format(who="里正"))
    role = await ctx.role_of(person)
    if role > Role.ADMIN:
        raise Declined(texts.NOT_A_BOT.format(who=role.label))
    if role is Role.ADMIN and ctx.role < Role.OWNER:
        raise Declined(texts.NOT_A_BOT_ADMIN.format(name=clip(visible(ctx.name_of(person)), 12)))


def remover(kind: Kind) -> Handler:
    async def remove(ctx: Context, people: People) -> None:
        gone = [p for p in people if await Administration(ctx).remove_standing(p, kind.kind)]
        await _answer(ctx, kind, list(people), gone, added=False)

    return remove


async def _answer(ctx: Context, kind: Kind, asked: list[int], changed: list[int], *, added: bool) -> None:
    if not changed:
        template = kind.had if added else kind.had_not
        await ctx.say(template, names=await ctx.names_of(asked), title=kind.title)
        return
    undo = {"name": "standing", "kind": kind.kind, "people": changed, "added": added}
    for person in changed:
        await ctx.note(
            "standing",
            kind.on_record if added else kind.off_record,
            target=person,
            undo=undo | {"people": [person]},
        )
    template = kind.added if added else kind.removed
    await ctx.say(template, names=await ctx.names_of(changed), title=kind.title)


async def undo_standing(ctx: Context, undo: dict[str, Any]) -> None:
    everything = Administration(ctx)
    for person in undo["people"]:
        if undo["added"]:
            await everything.remove_standing(person, undo["kind"])
        else:
            await everything.add_standing(person, undo["kind"])
