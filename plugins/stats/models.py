"""What 群报告 remembers: numbers of weeks and of those who came together, and when somebody was here."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.recipients import Recipient


class Reader(Recipient):
    """An admin who gets the weekly report in private."""

    class Meta(Model.Meta):
        table = "stats_reader"
        unique_together: ClassVar = (("group_id", "user_id"),)


class State(Model):
    """What was told of a group already: the Monday of the last week reported, the stage, and the one-time words."""

    group_id = fields.BigIntField(primary_key=True, generated=False)
    reported = fields.DateField(null=True)
    stage = fields.CharField(max_length=8, default="")
    checked_up_at = fields.DatetimeField(null=True)
    quiet_told_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "stats_state"


class Week(Model):
    """The numbers of a group's week; `week` is its Monday, `seen` how many of its days were seen, in hundredths."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    week = fields.DateField()
    seen = fields.IntField(default=0)
    present = fields.IntField(default=0)
    active = fields.IntField(default=0)
    messages = fields.IntField(default=0)
    joined = fields.IntField(default=0)
    left = fields.IntField(default=0)
    own = fields.IntField(default=0)
    pushed = fields.IntField(default=0)
    unanswered = fields.IntField(default=0)
    deeds = fields.IntField(default=0)

    class Meta(Model.Meta):
        table = "stats_week"
        unique_together: ClassVar = (("group_id", "week"),)


class Cohort(Model):
    """Those who came in one week: how many, how many spoke within seven days, and how many took part in later weeks.

    `week0` to `week4` are None while that week is not over or was not seen.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    week = fields.DateField()
    size = fields.IntField(default=0)
    spoke = fields.IntField(default=0)
    week0 = fields.IntField(null=True)
    week1 = fields.IntField(null=True)
    week2 = fields.IntField(null=True)
    week4 = fields.IntField(null=True)

    class Meta(Model.Meta):
        table = "stats_cohort"
        unique_together: ClassVar = (("group_id", "week"),)


class Present(Model):
    """When a member came for the first time and went for the last; `removed` by somebody, `returned` after having left.

    `known` is whether anything was known of their background when that was last asked, None before.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    first_seen = fields.DatetimeField()
    joined_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    removed = fields.BooleanField(default=False)
    returned = fields.BooleanField(default=False)
    known = fields.BooleanField(null=True)

    class Meta(Model.Meta):
        table = "stats_present"
        unique_together: ClassVar = (("group_id", "user_id"),)


class Chronicle(Model):
    """One line of what the group did, on a day, as an admin wrote it."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.IntField()
    day = fields.DateField()
    text = fields.CharField(max_length=100)
    by = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "stats_chronicle"
        unique_together: ClassVar = (("group_id", "number"),)
