"""What 违规处理 keeps about people."""

from datetime import datetime

from tortoise.expressions import Q

from lizheng import Keep
from plugins.violations.cases import UNDECIDED
from plugins.violations.models import Case


def _over(now: datetime) -> Q:
    silent = Q(until__isnull=True) | Q(until__lt=now)
    return Q(expires_at__lt=now) & silent & ~Q(outcome__in=UNDECIDED) & ~Q(state="appealed")


KEEPS = (
    Keep(
        Case,
        "违规记录",
        at="at",
        days=180,
        stays="还算数的违规、没到期的禁言和没决定的申诉",
        free=_over,
        hidden=("actor_id", "telling", "outcome", "entry"),
    ),
)
