"""How much happens in a group, counted as numbers alone, no text: per member and day, per hour of the group.

A feature that reads this declares `needs={ACTIVITY}`: only where one is on is anything counted. Days stay 45 days and are
then folded into weeks, which stay 400. `reading` reads it; who asks not to be counted is left out of all that names people.
"""

from datetime import time

from lizheng.activity import nightly, reading
from lizheng.activity.counting import Counting
from lizheng.activity.reading import Day, Hour, Span, counter
from lizheng.activity.retention import KEPT
from lizheng.events import BotOffline, BotSpoke, FeatureSwitched, MemberJoined, MemberLeft
from lizheng.plugin.feature import Feature
from lizheng.plugin.stage import Stage

ACTIVITY = "activity"
"""What a feature `needs` to have messages counted."""

__all__ = ["ACTIVITY", "Day", "Hour", "Span", "feature", "reading"]

feature: Feature = Feature(
    __name__, "活跃计数", "数每天来了谁、说了几句，只记数字。", id="activity", hidden=True, serves=ACTIVITY
)
feature.on_message(counter(Counting.spoken), stage=Stage.COUNT)
feature.on(MemberJoined, counter(Counting.joined))
feature.on(MemberLeft, counter(Counting.left))
feature.on(BotSpoke, counter(Counting.bot_spoke))
feature.on(BotOffline, counter(Counting.offline))
feature.on(FeatureSwitched, counter(Counting.switched))
feature.on_start(counter(Counting.begin))
feature.on_ready(counter(Counting.listen))
feature.nightly(nightly.FOLD, nightly.fold, time(3, 30))
feature.keep(*KEPT)
