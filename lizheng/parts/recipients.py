"""Private delivery: to admins who asked for it, and what is said when it does not get through.

QQ lets a bot write to members who are no friends of it only after they have written: subscribing in private opens that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model

from lizheng.base.outcome import State
from lizheng.base.roles import Role
from lizheng.events import MemberLeft
from lizheng.messages.templates import compose
from lizheng.plugin.completed import Completed
from lizheng.plugin.context import Context, GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.retention import Keep

__all__ = ["UNREACHED", "UNREACHED_ASKER", "Recipient", "Recipients"]

PRIVATE = "private"
FAILURES_TOLD = 2
UNREACHED = "有一份给管理员的{what}私聊发不过去，请先私聊我一句。"
UNREACHED_ASKER = "{who} 私聊发不过去，请先私聊我一句，再发一次。"


class Recipient(Model):
    """The columns of such a list; a plugin's own table is a subclass. `failures` are those in a row, `by` is who asked."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    at = fields.DatetimeField()
    failures = fields.IntField(default=0)

    if not TYPE_CHECKING:  # a subclass's own `Meta` must not descend from this one, and need not

        class Meta(Model.Meta):
            abstract = True


class Recipients:
    """Who gets a feature's `what` in private, of each group its own.

    Made at import and declared once, in the manifest. Who has not the `role` any more gets nothing, and who leaves is
    taken off. A delivery that fails twice in a row is told in the group in one line, without its content.
    """

    def __init__(self, what: str, model: type[Recipient], role: Role = Role.ADMIN):
        self.what = what
        self.model = model
        self.role = role

    def declare(self, feature: Feature) -> None:
        """Give the feature what the list needs: its completion, its `keep(…)`, an ear for who leaves."""
        feature.completion(PRIVATE, self._ended)
        feature.on(MemberLeft, self._left)
        feature.keep(Keep(self.model, f"{self.what}的收件人", until="退订，或者退群"))

    async def add(self, ctx: Context) -> bool:
        """Put the author on the list, False when they were; where that was said in the group, they are written to
        once, and the group is told if that does not arrive."""
        _, made = await self.model.get_or_create(
            {"at": ctx.now}, group_id=ctx.group.id, user_id=ctx.author_id
        )
        if ctx.channel != "private":
            await self.tell(ctx, ctx.author_id, "以后这个群的{what}发到这里。", what=self.what)
        return made

    async def remove(self, ctx: GroupContext, user_id: int) -> bool:
        """Take somebody off; False when they were not on it."""
        return bool(await self.model.filter(group_id=ctx.group.id, user_id=user_id).delete())

    async def all(self, ctx: GroupContext) -> list[int]:
        """Who is on the list, those without the role included."""
        rows = self.model.filter(group_id=ctx.group.id).order_by("id")
        return [row.user_id for row in await rows]

    async def tell(
        self, ctx: GroupContext, user_id: int, template: str, /, *, key: str = "", **values: Any
    ) -> None:
        """Say something to one person in private who asked for it just now; the group is told if it does not arrive."""
        # In a private chat it is the answer, and an answer comes back the way the question came.
        await ctx.post(
            compose(template, values),
            user_id=user_id,
            key=key,
            then=PRIVATE,
            payload={"user": user_id, "asked": True},
        )

    async def send(
        self, ctx: GroupContext, template: str, /, *, key: str = "", **values: Any
    ) -> Sequence[int]:
        """Say something to everybody on the list who still has the role; who that was.

        The same cause sends it to each of them once. Raises `Declined` while the member list cannot be read.
        """
        sent: list[int] = []
        for user_id in await self.all(ctx):
            if await ctx.role_of(user_id) < self.role:
                continue
            await ctx.post(
                compose(template, values),
                user_id=user_id,
                key=f"{key}{user_id}",
                then=PRIVATE,
                payload={"user": user_id},
            )
            sent.append(user_id)
        return sent

    async def _ended(self, ctx: GroupContext, done: Completed) -> None:
        user_id = int(done.payload["user"])
        row = self.model.filter(group_id=ctx.group.id, user_id=user_id)
        if done:
            await row.update(failures=0)
        elif done.state is State.NOT_DONE and done.payload.get("asked"):
            await ctx.say(UNREACHED_ASKER, who=ctx.who(user_id))
        elif done.state is State.NOT_DONE:
            await row.update(failures=F("failures") + 1)
            if await row.filter(failures=FAILURES_TOLD).exists():
                await ctx.say(UNREACHED, what=self.what)

    async def _left(self, ctx: GroupContext, happened: MemberLeft) -> None:
        await self.remove(ctx, happened.user_id)
