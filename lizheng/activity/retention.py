"""What is kept of people: numbers, and the wish not to be counted."""

from lizheng.activity.tables import MemberDay, MemberWeek, Uncounted
from lizheng.plugin.retention import Keep

KEPT = (
    Keep(MemberDay, "每天的活跃数字", until="45 天后并进每周的数字"),
    Keep(MemberWeek, "每周的活跃数字", until="400 天"),
    Keep(Uncounted, "不要统计", until="取消为止", stays="删掉就又会统计", hidden=("by",)),
)
