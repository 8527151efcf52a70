"""Adding the books up at every start and every night; when they do not, superusers are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lizheng.outbox import Draft
from lizheng.speech import compose

if TYPE_CHECKING:
    from lizheng.context import GroupContext
    from lizheng.host import Host

CHECK = "check"
ALARM = "alarm"
NIGHT = timedelta(hours=4, minutes=10)
OFF_BALANCE = "账本对不上，收付款先停了：\n{lines}\n别的功能照常。请看日志和备份。"


async def begin(host: Host) -> None:
    """At every start; the nightly look is planned, too."""
    sound = await host.books.check()
    await host.schedule.plan("ledger", CHECK, 0, _next_night(host.now()))
    if not sound:
        await host.schedule.plan("ledger", ALARM, 0, host.now(), key=ALARM, replace=True)


async def check(ctx: GroupContext, slot: Any) -> datetime:
    """Every night."""
    if not await ctx.host.books.check():
        await ctx.plan(ALARM, ctx.now, key=ALARM, replace=True)
    return _next_night(ctx.now)


async def alarm(ctx: GroupContext, slot: Any) -> datetime | None:
    """Tell the superusers, as soon as an account is connected that can."""
    accounts = ctx.host.accounts()
    if not accounts:
        return ctx.now + timedelta(minutes=1)
    said = compose(OFF_BALANCE, {"lines": "\n".join(ctx.host.books.wrong[:3])})
    for superuser in sorted(ctx.host.superusers):
        draft = Draft(
            api="send_private_msg",
            params={"user_id": superuser, "message": said},
            user_id=superuser,
            account=accounts[0],
            feature=ctx.feature.id,
            source=ctx.next_source(),
        )
        await ctx.host.outbox.put(draft)
    return None


def _next_night(now: datetime) -> datetime:
    tonight = now.replace(hour=0, minute=0, second=0, microsecond=0) + NIGHT
    return tonight if tonight > now else tonight + timedelta(days=1)
