"""Deputies, the whitelist, and other programs' accounts."""

from collections.abc import Awaitable, Callable
from typing import Any

from nonebot.adapters.onebot.v11 import NetworkError

from lizheng import Context, Declined, People, Role
from lizheng.groups import StandingKind
from lizheng.text import clip, visible
from plugins.control import texts

KINDS: tuple[tuple[str, str, str, StandingKind], ...] = (
    ("代管", "deputy", "QQ 管理员之外，能处理违规和待办的人", "deputy"),
    ("白名单", "whitelist", "机器人绝不动的人", "whitelist"),
    ("机器人", "bots", "群里别的机器人：不听它说话，也不动它", "bot"),
)
TITLES = {kind: title for title, _, _, kind in KINDS}
Handler = Callable[..., Awaitable[None]]


def lister(kind: StandingKind) -> Handler:
    async def show(ctx: Context) -> None:
        held = sorted(ctx.group.standing(kind))
        if not held:
            await ctx.say(texts.STANDING_NONE, title=TITLES[kind])
            return
        await ctx.names_of(held)
        names = "、".join(f"{ctx.name_of(p)}（{p}）" if ctx.name_of(p) != str(p) else str(p) for p in held)
        await ctx.say(texts.STANDING_LIST, title=TITLES[kind], names=names)

    return show


def adder(kind: StandingKind) -> Handler:
    async def add(ctx: Context, people: People) -> None:
        if kind == "bot":
            for person in people:
                await _refuse_to_unhear(ctx, person)
        new = [
            p
            for p in people
            if await ctx.host.groups.add_standing(ctx.group.id, p, kind, ctx.author_id, ctx.now)
        ]
        await _answer(ctx, kind, list(people), new, added=True)

    return add


async def _refuse_to_unhear(ctx: Context, person: int) -> None:
    """Nobody takes the commands away from themselves, from who stands above them or from another admin."""
    if person == ctx.author_id:
        raise Declined(texts.NOT_A_BOT.format(who="自己"))
    if person in ctx.host.accounts():
        raise Declined(texts.NOT_A_BOT.format(who="里正"))
    role = await _role_of(ctx, person)
    if role > Role.ADMIN:
        raise Declined(texts.NOT_A_BOT.format(who=role.label))
    if role is Role.ADMIN and ctx.role < Role.OWNER:
        raise Declined(texts.NOT_A_BOT_ADMIN.format(name=clip(visible(ctx.name_of(person)), 12)))


async def _role_of(ctx: Context, person: int) -> Role:
    try:
        return await ctx.host.role_now(ctx.group, person)
    except NetworkError as error:
        raise Declined(texts.MEMBERS_UNREADABLE) from error


def remover(kind: StandingKind) -> Handler:
    async def remove(ctx: Context, people: People) -> None:
        gone = [p for p in people if await ctx.host.groups.remove_standing(ctx.group.id, p, kind)]
        await _answer(ctx, kind, list(people), gone, added=False)

    return remove


async def _answer(
    ctx: Context, kind: StandingKind, asked: list[int], changed: list[int], *, added: bool
) -> None:
    title = TITLES[kind]
    if not changed:
        template = texts.STANDING_HAD if added else texts.STANDING_HAD_NOT
        await ctx.say(template, names=await ctx.names_of(asked), title=title)
        return
    undo = {"name": "standing", "kind": kind, "people": changed, "added": added}
    for person in changed:
        await ctx.note(
            "standing",
            f"{'加进' if added else '移出'}{title}",
            target=person,
            undo=undo | {"people": [person]},
        )
    template = texts.STANDING_ADDED if added else texts.STANDING_REMOVED
    await ctx.say(template, names=await ctx.names_of(changed), title=title)


async def undo_standing(ctx: Context, undo: dict[str, Any]) -> None:
    groups = ctx.host.groups
    for person in undo["people"]:
        if undo["added"]:
            await groups.remove_standing(ctx.group.id, person, undo["kind"])
        else:
            await groups.add_standing(ctx.group.id, person, undo["kind"], ctx.author_id, ctx.now)
