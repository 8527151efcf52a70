"""What 入群欢迎 keeps about people."""

from tortoise.expressions import Q

from lizheng import Keep
from plugins.welcome.models import Arrival

KEEPS = (
    Keep(
        Arrival,
        "进群记录",
        at="at",
        days=30,
        stays="还没来得及欢迎",
        free=lambda now: Q(greeted_at__isnull=False),
    ),
)
