"""Named lists of members of a group: put on, taken off, shown page by page, asked from memory, taken back by `/撤销`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from tortoise import fields
from tortoise.models import Model

from lizheng.base.roles import Role
from lizheng.events import FeatureSwitched, GroupTakenOver
from lizheng.grammar import Words
from lizheng.parts.page import FIRST, Page, PageNumber
from lizheng.plugin.command import Command
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.param_kinds import Line
from lizheng.plugin.params import Duration, Members, People
from lizheng.plugin.refusals import CannotUndo, Declined
from lizheng.plugin.retention import Keep
from lizheng.store import after_commit, atomic
from lizheng.text import clip

MOST_REASON, SHOWN_REASON = 100, 16
__all__ = ["ListedMember", "MemberList", "Said"]

MOST_AT_ONCE = 50
KEPT = timedelta(days=30)
"""How long a row that has expired still tells who put it there."""
NEVER = datetime.max.replace(tzinfo=UTC)
ADD, REMOVE, SHOW = ("添加", "加"), ("删除", "移除", "删"), ("查看", "列表")
Added = Callable[[GroupContext, int], Awaitable[Any]]


class ListedMember(Model):
    """The columns of such a list: who, put there by whom, when. A plugin's own table is a subclass.

    It may add `reason`, a text that is "" by default, and `until`, a time that may be null.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()

    if not TYPE_CHECKING:  # a subclass's own `Meta` must not descend from this one, and need not

        class Meta(Model.Meta):
            abstract = True


@dataclass(frozen=True)
class Said:
    """What the list answers. Each may name `{names}` and the `{title}`, `shown` also what a `Page` may.

    `on_record` and `off_record` are what a record says of who was added and removed.
    """

    added: str = "已把 {names} 加进{title}。"
    removed: str = "已把 {names} 移出{title}。"
    had: str = "{names} 本来就在{title}里。"
    had_not: str = "{names} 本来就不在{title}里。"
    shown: str = "{title}有 {count} 人：\n{lines}{more}"
    none: str = "{title}里还没有人。"
    on_record: str = ""
    off_record: str = ""


@dataclass(frozen=True)
class _Kept(Keep):
    """What is kept of the list; the memory is dropped when rows go by themselves."""

    forget: Callable[[], None] = field(default=lambda: None)

    async def purge(self, now: datetime, most: int) -> int:
        gone = await super().purge(now, most)
        self.forget()
        return gone

    async def remove(self, rows: Any) -> int:
        gone = await super().remove(rows)
        after_commit(self.forget)
        return gone


class MemberList:
    """One list, of which each group has its own: `title` it is called, `model` its table.

    Made at import and declared once, in the manifest: `exempts.declare(feature, command)`. `added` runs for everybody
    who is put on it, by an undo too. `undo` is the name of the undo of its records, one for each list of a feature.
    """

    def __init__(
        self,
        title: str,
        model: type[ListedMember],
        said: Said | None = None,
        *,
        undo: str = "listed",
        added: Added | None = None,
    ):
        self.title = title
        self.model = model
        self.said = said or Said()
        self._undo = undo
        self._added = added
        self._page = Page(self.said.shown, self.said.none, f"/{title} 查看")
        self._columns = {"reason", "until"} & set(model._meta.fields_map)
        self._known: dict[int, dict[int, datetime]] = {}
        self._changes: Counter[int] = Counter()
        """Grows with every change of a group's list, so that what was read before it is not remembered after it."""

    # — asking —————————————————————————————————————————————————————————————————————————————

    async def has(self, ctx: GroupContext, user_id: int) -> bool:
        """Tell whether somebody is on this group's list now; reads the table once and remembers it."""
        return user_id in await self.all(ctx)

    async def all(self, ctx: GroupContext) -> set[int]:
        """Give everybody who is on this group's list now."""
        group = ctx.group.id
        if (known := self._known.get(group)) is None:
            before = self._changes[group]
            known = {
                row.user_id: self._until(row) or NEVER for row in await self.model.filter(group_id=group)
            }
            if self._changes[group] == before:
                self._known[group] = known
        now = ctx.host.clock.now()
        return {user_id for user_id, until in known.items() if until > now}

    def _until(self, row: Any) -> datetime | None:
        return getattr(row, "until", None)

    def forget(self, group_id: int | None = None) -> None:
        """Drop what is remembered of a group, or of all."""
        for group in [*self._known] if group_id is None else [group_id]:
            self._known.pop(group, None)
            self._changes[group] += 1

    # — declaring ——————————————————————————————————————————————————————————————————————————

    def declare(
        self,
        feature: Feature,
        command: Command,
        under: str = "",
        *,
        role: Role = Role.ADMIN,
        keep: str = "",
        toggles: str = "",
    ) -> MemberList:
        """Give a command the forms 添加, 删除 and 查看, below the sub-word `under` if there is one, and itself.

        `toggles` is what the bare form is for, which puts somebody on or takes them off; without, there is none. `keep`
        is the list's name in `/我的数据`.
        """
        place = f"/{command.name} {under}".strip()
        self._page = Page(self.said.shown, self.said.none, f"{place} 查看")
        example = f"{place} @小王"

        def form(handler: Any, words: tuple[str, ...], example: str, summary: str) -> None:
            word = "|".join(f"{under} {one}".strip() for one in words)
            command.form(handler, word=word, role=role, example=example, summary=summary)

        if toggles:
            command.form(self._toggle, word=under, role=role, example=example, summary=toggles)
        for add in self._adders():
            form(add, ADD, f"{place} 添加 @小王", f"加进{self.title}")
        form(self._remove, REMOVE, f"{place} 删除 @小王", f"移出{self.title}")
        form(self._show, SHOW, f"{place} 查看", f"{self.title}里有谁")
        if under:
            command.form(self._show_first, word=under, role=role, example=place, summary=f"看{self.title}")
        feature.undo(self._undo, self._take_back)
        feature.on(GroupTakenOver, self._look_anew)
        feature.on(FeatureSwitched, self._look_anew)
        feature.on_start(self._begin)
        feature.keep(self._keep(keep or self.title))
        return self

    def _keep(self, what: str) -> Keep:
        hidden, stays = ("by",), "是管理员给的"
        if "until" in self._columns:
            until = "管理员取消或到期为止"
            return _Kept(
                self.model,
                what,
                at="until",
                days=KEPT.days,
                until=until,
                stays=stays,
                hidden=hidden,
                forget=self.forget,
            )
        return _Kept(self.model, what, until="管理员取消为止", stays=stays, hidden=hidden, forget=self.forget)

    def _adders(self) -> Sequence[Any]:
        if self._columns == {"reason", "until"}:
            return (self._add_for_because, self._add_because)
        if "until" in self._columns:
            return (self._add_for, self._add)
        return (self._add_because,) if "reason" in self._columns else (self._add,)

    async def _look_anew(self, ctx: GroupContext, happened: Any) -> None:
        self.forget(ctx.group.id)

    async def _begin(self, host: Any) -> None:
        self.forget()

    # — commands ———————————————————————————————————————————————————————————————————————————

    async def _toggle(self, ctx: Context, people: Members) -> None:
        here = await self.all(ctx)
        await self._change(ctx, [p for p in people if p not in here], [p for p in people if p in here])

    async def _add(self, ctx: Context, people: Members) -> None:
        await self._put(ctx, people)

    async def _add_because(self, ctx: Context, people: Members, reason: Annotated[str, "理由"] = "") -> None:
        await self._put(ctx, people, reason=reason)

    async def _add_for(self, ctx: Context, people: Members, span: Annotated[Duration, "多久"]) -> None:
        await self._put(ctx, people, span=span)

    async def _add_for_because(
        self,
        ctx: Context,
        people: Members,
        span: Annotated[Duration, "多久"],
        reason: Annotated[str, "理由"] = "",
    ) -> None:
        await self._put(ctx, people, span=span, reason=reason)

    async def _put(
        self, ctx: Context, people: Sequence[int], *, span: timedelta | None = None, reason: str = ""
    ) -> None:
        reason = await Line(MOST_REASON, "理由").read(ctx, Words(reason)) if reason else ""
        here = await self.all(ctx)
        new = [p for p in people if p not in here]
        if not new and span is None:
            await self._say(ctx, self.said.had, people)
            return
        until = ctx.host.clock.now() + span if span else None
        await self._change(ctx, new if span is None else people, (), until=until, reason=reason)

    async def _remove(self, ctx: Context, people: People) -> None:
        here = await self.all(ctx)
        listed = [p for p in people if p in here]
        if not listed:
            await self._say(ctx, self.said.had_not, people)
            return
        await self._change(ctx, (), listed)

    async def _change(
        self,
        ctx: Context,
        new: Sequence[int],
        gone: Sequence[int],
        *,
        until: datetime | None = None,
        reason: str = "",
    ) -> None:
        """Put some on and take others off, record each, and say it; all or nothing."""
        if len(new) + len(gone) > MOST_AT_ONCE:
            raise Declined(f"一次最多 {MOST_AT_ONCE} 个人。")

        @atomic
        async def write() -> None:
            for person in new:
                before = await self._row(ctx, person)
                await self._set(ctx, person, self._filled(ctx, until, reason))
                await self._note(ctx, person, before, self.said.on_record or f"加进{self.title}")
            for person in gone:
                before = await self._row(ctx, person)
                await self._set(ctx, person, None)
                await self._note(ctx, person, before, self.said.off_record or f"移出{self.title}")
            await self._say(ctx, self.said.added, new)
            await self._say(ctx, self.said.removed, gone)

        await write()

    async def _say(self, ctx: Context, template: str, people: Iterable[int]) -> None:
        if people := list(people):
            await ctx.names_of(people)
            await ctx.say(template, names="、".join(map(ctx.who, people)), title=self.title)

    async def _show(self, ctx: Context, page: PageNumber = FIRST) -> None:
        rows = self.model.filter(group_id=ctx.group.id).order_by("id")
        if "until" in self._columns:
            ids = await self.all(ctx)
            rows = rows.filter(user_id__in=ids)
        await self._page.say(ctx, rows, partial(self._line, ctx), page, people=_named_in, title=self.title)

    async def _show_first(self, ctx: Context) -> None:
        await self._show(ctx)

    def _line(self, ctx: Context, row: Any) -> str:
        """Who, since when and by whom, till when, why."""
        by = f"{clip(ctx.name_of(row.by), 12)} " if row.by else ""
        told = f"{ctx.who(row.user_id, full=True)} {by}{_day(ctx, row.at)}加的"
        if until := self._until(row):
            told += f"，到 {_day(ctx, until)}"
        reason = getattr(row, "reason", "")
        return told + (f"：{clip(reason, SHOWN_REASON)}" if reason else "")

    # — rows ———————————————————————————————————————————————————————————————————————————————

    async def _row(self, ctx: GroupContext, person: int) -> dict[str, Any] | None:
        """What the table says of somebody, in a form that a record can keep."""
        row = await self.model.get_or_none(group_id=ctx.group.id, user_id=person)
        if row is None:
            return None
        kept: dict[str, Any] = {"by": row.by, "at": row.at.isoformat()}
        for name in self._columns:
            value = getattr(row, name)
            kept[name] = value.isoformat() if isinstance(value, datetime) else value
        return kept

    def _filled(self, ctx: GroupContext, until: datetime | None = None, reason: str = "") -> dict[str, Any]:
        values: dict[str, Any] = {"by": ctx.author_id, "at": ctx.host.clock.now()}
        more = {"until": until, "reason": reason}
        return values | {name: more[name] for name in self._columns}

    async def _set(self, ctx: GroupContext, person: int, values: dict[str, Any] | None) -> None:
        """Write somebody's row, or delete it for None."""
        group = ctx.group.id
        if values is None:
            await self.model.filter(group_id=group, user_id=person).delete()
        else:
            await self.model.update_or_create(values, group_id=group, user_id=person)
            if self._added is not None:
                await self._added(ctx, person)
        after_commit(lambda: self.forget(group))

    async def _note(self, ctx: Context, person: int, before: dict[str, Any] | None, what: str) -> None:
        undo = {"name": self._undo, "target": person, "free": before is not None, "before": before}
        await ctx.note(self._undo, what, target=person, undo=undo)

    async def _take_back(self, ctx: Context, undo: dict[str, Any]) -> None:
        """Put somebody's row back as it was. Raises `CannotUndo` when it is so already."""
        person, was_on = undo["target"], undo["free"]
        now_on = await self.has(ctx, person)
        if not was_on and not now_on:
            raise CannotUndo(f"他现在已经不在{self.title}里了")
        if was_on and now_on and not self._columns:
            raise CannotUndo(f"他现在已经在{self.title}里了")
        values = None
        if was_on:
            # Records of earlier releases say only that there was a row.
            kept = undo.get("before") or {}
            values = self._filled(ctx) | {
                name: datetime.fromisoformat(value) if name in ("at", "until") and value else value
                for name, value in kept.items()
                if name in {"by", "at", *self._columns}
            }

        @atomic
        async def write() -> None:
            await self._set(ctx, person, values)

        await write()


def _named_in(row: Any) -> tuple[int, int]:
    return row.user_id, row.by


def _day(ctx: GroupContext, at: datetime) -> str:
    local = at.astimezone(ctx.host.zone)
    return f"{local:%m-%d}" if local.year == ctx.now.year else f"{local:%Y-%m-%d}"
