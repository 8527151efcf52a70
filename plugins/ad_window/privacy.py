"""What 广告时段 keeps about people."""

from datetime import timedelta

from tortoise.expressions import Q

from lizheng import Keep
from plugins.ad_window.models import FreeAd

LONGEST = timedelta(days=8)
"""No window is open for longer."""

KEEPS = (
    Keep(
        FreeAd,
        "时段里发的广告",
        at="at",
        days=30,
        stays="这个时段的次数还要算",
        free=lambda now: Q(window__lt=now - LONGEST),
    ),
)
