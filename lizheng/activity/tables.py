"""What is counted, as numbers alone. Days and hours are those of the host's zone."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class MemberDay(Model):
    """What one member did in a group on a day; `first_minute` and `last_minute` count from midnight.

    `long` are messages of eight characters or more that are no commands; `given` and `got` are replies between members.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    day = fields.DateField()
    messages = fields.IntField(default=0)
    long = fields.IntField(default=0)
    given = fields.IntField(default=0)
    got = fields.IntField(default=0)
    commands = fields.IntField(default=0)
    first_minute = fields.SmallIntField(null=True)
    last_minute = fields.SmallIntField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_member_day"
        unique_together: ClassVar = (("group_id", "day", "user_id"),)
        indexes: ClassVar = (("group_id", "user_id"),)


class MemberWeek(Model):
    """The days of one member folded into a week; `week` is its Monday, `days` how many of them had anything."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    week = fields.DateField()
    days = fields.IntField(default=0)
    messages = fields.IntField(default=0)
    long = fields.IntField(default=0)
    given = fields.IntField(default=0)
    got = fields.IntField(default=0)
    commands = fields.IntField(default=0)

    class Meta(Model.Meta):
        table = "lizheng_member_week"
        unique_together: ClassVar = (("group_id", "week", "user_id"),)
        indexes: ClassVar = (("group_id", "user_id"),)


class GroupHour(Model):
    """An hour of a group: what people and other bots said, who came and went, and what the bot itself said.

    `first_minute` and `last_minute`, of the hour, are those of the first and last message of a person. `own` are the
    bot's messages, `pushed` those that nobody asked for, `unanswered` those of them that no person's message followed
    within an hour. These three are counted from the journal whenever they are asked for.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    day = fields.DateField()
    hour = fields.SmallIntField()
    messages = fields.IntField(default=0)
    joined = fields.IntField(default=0)
    left = fields.IntField(default=0)
    first_minute = fields.SmallIntField(null=True)
    last_minute = fields.SmallIntField(null=True)
    bots = fields.IntField(default=0, db_default=0)
    own = fields.IntField(default=0, db_default=0)
    pushed = fields.IntField(default=0, db_default=0)
    unanswered = fields.IntField(default=0, db_default=0)

    class Meta(Model.Meta):
        table = "lizheng_group_hour"
        unique_together: ClassVar = (("group_id", "day", "hour"),)


class Seen(Model):
    """A time in which a group was counted without a break: what lies between two of them nobody saw."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField(db_index=True)
    since = fields.DatetimeField()
    until = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "lizheng_seen"


class Uncounted(Model):
    """A member who is counted under no name in a group; `by` is who wanted it, themselves or an admin."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "lizheng_uncounted"
        unique_together: ClassVar = (("group_id", "user_id"),)
