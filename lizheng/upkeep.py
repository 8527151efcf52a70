"""What a host sees to by itself: the nights of all features, a backup in each, and word to its owners when something is wrong."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from nonebot import logger

from lizheng.feature import Feature
from lizheng.outbox import Draft
from lizheng.speech import compose
from lizheng.store import StoreError

if TYPE_CHECKING:
    from lizheng.context import GroupContext
    from lizheng.host import Host

BACKUP, WARNING = "backup", "warning"

feature: Feature = Feature(
    __name__, "值守", "夜里备份数据库，出了问题告诉超级用户。", always_on=True, hidden=True
)


async def warn(host: Host, topic: str, words: str) -> None:
    """Tell the superusers in private, as soon as an account is connected that can; of each topic the last words."""
    now, payload = host.clock.now(), {"words": words}
    await host.schedule.plan(feature.id, WARNING, 0, now, key=topic, payload=payload, replace=True)


async def plan_nights(host: Host) -> None:
    """Every nightly job waits for its time, those too that were given up."""
    for owner in host.features.values():
        for job in owner.jobs.values():
            if job.nightly is not None:
                due = next_night(host.now(), job.nightly)
                slot = await host.schedule.plan(owner.id, job.name, 0, due)
                if slot.state not in ("waiting", "running"):
                    await host.schedule.plan(owner.id, job.name, 0, due, replace=True)


def next_night(now: datetime, at: time) -> datetime:
    """When a clock in the zone of `now` next shows that hour and minute."""
    tonight = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)


async def back_up(ctx: GroupContext, slot: Any) -> None:
    """Every night, for SQLite; Postgres has its own ways."""
    store = ctx.host.store
    assert store is not None
    try:
        if (backup := await store.back_up()) is not None:
            logger.info("database backed up to {}", backup)
    except StoreError as error:
        logger.error("{}", error)
        await warn(ctx.host, BACKUP, f"每夜的备份没有做成：\n{error}")


async def pass_on(ctx: GroupContext, slot: Any) -> datetime | None:
    """The due slot of `warn`."""
    accounts = ctx.host.accounts()
    if not accounts:
        return ctx.now + timedelta(minutes=1)
    said = compose("{words}", slot.payload)
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


feature.nightly(BACKUP, back_up, time(4, 20))
feature.job(WARNING, pass_on)
