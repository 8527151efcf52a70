"""What 广告识别 keeps about people. What it has learned are counts of words, of nobody in particular."""

from datetime import datetime

from tortoise.expressions import Q

from lizheng import Keep
from plugins.ad_guard.models import Arrival, Finding


def _settled(now: datetime) -> Q:
    return ~Q(state__in=("seen", "suspect")) & ~Q(telling="waiting")


KEEPS = (
    Keep(
        Finding,
        "像广告的消息",
        at="at",
        days=30,
        stays="次数还要算，只抹掉原文；等管理员看的先不动",
        free=_settled,
        blank={"text": "", "why": ""},
        hidden=("record", "ways", "told_at", "telling"),
    ),
    Keep(Arrival, "新人的前三句", until="不再算新人或退群为止", stays="还在新人期"),
)
