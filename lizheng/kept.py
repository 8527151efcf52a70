"""What the kit itself keeps about people: the audit, the outbox, decisions, standing and the ledger."""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from lizheng.keeping import Keep
from lizheng.ledger.tables import Balance, Entry, Evidence, Order
from lizheng.models import Outgoing, Pending, Record, Slot, Standing
from lizheng.outbox.entry import KINDS, Kind

MESSAGES = [api for api, kind in KINDS.items() if kind is Kind.MESSAGE]
BOOKS = "账本只增不改，不能抹掉"


def _decided(now: datetime) -> Q:
    """Carried out for a day, or never decided: nothing will ask for it any more."""
    late = Q(state="open", expires_at__lt=now - timedelta(days=1))
    return Q(decided_at__lt=now - timedelta(days=1)) | late | Q(state="expired")


def _closed(now: datetime) -> Q:
    return Q(state__in=("used", "expired", "refused", "refunded"))


def _ended(now: datetime) -> Q:
    return Q(state__in=("done", "missed", "failed"))


def _over(now: datetime) -> Q:
    """Ended, and planned by something that happened once: it does not come again, so nobody plans it a second time."""
    return _ended(now) & Q(planned_from__isnull=False)


def _sent(now: datetime) -> Q:
    return Q(state__in=("done", "not_done"))


KIT = (
    Keep(
        Record,
        "管理记录",
        person=("target_id", "actor_id"),
        at="at",
        days=180,
        stays="管理员要能复查和撤销",
    ),
    Keep(
        Pending,
        "提交和确认",
        person=("author_id",),
        at="created_at",
        days=60,
        stays="还在等决定，或者一天之内刚决定",
        free=_decided,
        hidden=("decided_by", "decided_from", "needed_role"),
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
    Keep(Slot, "办完的定时任务", person=(), at="done_at", days=30, free=_over),
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
    Keep(
        Order,
        "交费单",
        at="created_at",
        days=180,
        stays="账目要凭它核对，只抹掉办完的单里的文字",
        free=_closed,
        blank={"text": ""},
        lasting=True,
        hidden=("settled_by", "used_by", "reason"),
    ),
    Keep(
        Entry,
        "账本流水",
        person=("giver_id", "taker_id"),
        until="和群的账本一起",
        stays=BOOKS,
        hidden=("actor_id",),
    ),
    Keep(Balance, "账户余额", until="和群的账本一起", stays=BOOKS),
    Keep(
        Evidence,
        "付款凭据",
        at="at",
        days=180,
        stays="账目要凭它核对，只抹掉祝福语",
        free=lambda now: Q(),
        blank={"wish": ""},
        lasting=True,
        hidden=("order_id",),
    ),
)
