"""What a host sees to by itself: the nights of all features, a backup in each, and word to its owners when something is wrong."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from nonebot import logger
from tortoise.expressions import Q

from lizheng.acts.alerts import OWNER, WARNING, pass_on, warn
from lizheng.base.veil import VEILED
from lizheng.delivery.outbox.entry import KINDS, Kind
from lizheng.parts import deeds
from lizheng.plugin.context import GroupContext
from lizheng.plugin.feature import Feature
from lizheng.plugin.retention import Keep
from lizheng.plugin.services import Services
from lizheng.registry.registry import declared
from lizheng.store import StoreError
from lizheng.store.tables import Gap, Gathered, Outgoing, Presence, Record, Slot, Standing

BACKUP = "backup"

feature: Feature = Feature(
    __name__, "值守", "夜里备份数据库，出了问题告诉超级用户。", id=OWNER, always_on=True, hidden=True
)


async def plan_nights(host: Services[Any]) -> None:
    """Plan every nightly job, those too that were given up."""
    for owner in filter(None, map(partial(declared, host), host.features)):
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


async def back_up(ctx: GroupContext, slot: Slot) -> None:
    """Every night, for SQLite; Postgres has its own ways."""
    store = ctx.host.store
    assert store is not None
    try:
        if (backup := await store.back_up()) is not None:
            logger.info("database backed up to {}", backup)
    except StoreError as error:
        logger.error("{}", error)
        await warn(ctx.host, BACKUP, f"每夜的备份没有做成：\n{error}")


feature.nightly(BACKUP, back_up, time(4, 20))
feature.job(WARNING, pass_on)

MESSAGES = [api for api, kind in KINDS.items() if kind is Kind.MESSAGE]


def _ended(now: datetime) -> Q:
    return Q(state__in=("done", "missed", "failed"))


def _over(now: datetime) -> Q:
    """Ended, and planned by something that happened once: it does not come again, so nobody plans it a second time."""
    return _ended(now) & Q(planned_from__isnull=False)


def _parked(now: datetime) -> Q:
    return Q(state="parked")


def _sent(now: datetime) -> Q:
    return Q(state__in=("done", "not_done"))


feature.keep(
    Keep(
        Record,
        "管理记录",
        person=("target_id", "actor_id"),
        at="at",
        days=180,
        stays="管理员要能复查和撤销",
    ),
    Keep(Standing, "代管和白名单", until="管理员取消为止", stays="是管理员给的身份", hidden=("by",)),
    Keep(
        Outgoing,
        "发送记录",
        at="decided_at",
        days=30,
        stays="用来保证同一件事不做两遍",
        free=lambda now: _sent(now) & Q(decided_at__lt=now - timedelta(days=2)),
        hidden=("account", "answer", "record_id"),
    ),
    Keep(
        Outgoing,
        "发出的消息的原文",
        person=(),
        at="decided_at",
        days=2,
        free=lambda now: _sent(now) & Q(api__in=MESSAGES),
    ),
    Keep(
        Outgoing,
        "为不留名的人做的事",
        person=(),
        at="decided_at",
        days=2,
        free=lambda now: _sent(now) & Q(source__startswith=VEILED),
    ),
    Keep(Slot, "办完的定时任务", person=(), at="done_at", days=30, free=_over),
    Keep(Gathered, "等着一起处理的事", person=(), at="at", days=7),
    Keep(Presence, "机器人账号最近在线到什么时候", person=(), until="一直留着"),
    Keep(Gap, "机器人账号不在线的时间", person=(), at="until", days=60),
    Keep(
        Slot,
        "定时任务的内容",
        person=(),
        at="done_at",
        days=30,
        free=_ended,
        blank={"payload": {}},
        lasting=True,
    ),
    Keep(Slot, "到点时功能关着、没做的定时任务", person=(), at="due_at", days=180, free=_parked),
)
feature.keep(*deeds.KEPT)
