"""What 早报 keeps about people. Its counters are numbers of a group and say nothing about anybody."""

from lizheng import Keep
from plugins.morning_brief.models import Submission, Subscription

KEEPS = (
    Keep(Submission, "早报投稿", person=("author_id",), until="登出后 60 天", hidden=("number",)),
    Keep(
        Subscription,
        "早报订阅",
        person=("added_by",),
        until="退订为止",
        stays="是群里的订阅",
        hidden=("source_id", "told_at"),
    ),
)
