"""What 作业 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Season(Model):
    """Cycles of `days` days, `cycles` of them. `state`: running, paused, frozen (switched off) or ended."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField(db_index=True)
    number = fields.IntField()
    title = fields.CharField(max_length=40)
    days = fields.IntField()
    cycles = fields.IntField()
    state = fields.CharField(max_length=16, default="running")
    created_by = fields.BigIntField()
    created_at = fields.DatetimeField()
    paused_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "homework_season"
        unique_together: ClassVar = (("group_id", "number"),)


class Cycle(Model):
    """One of a season. `state`: open, reviewing, asking (an admin is asked), judged. Its rules are those of its beginning."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    season_id = fields.BigIntField()
    number = fields.IntField()
    state = fields.CharField(max_length=16, default="open")
    opens_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    review_until = fields.DatetimeField(null=True)
    moved = fields.BooleanField(default=False)
    subject = fields.CharField(max_length=100, default="")
    must = fields.BooleanField(default=False)
    rules = fields.JSONField(default=dict)

    class Meta(Model.Meta):
        table = "homework_cycle"
        unique_together: ClassVar = (("season_id", "number"),)
        indexes: ClassVar = (("group_id", "state"),)


class Participant(Model):
    """A member on the roster of a season. `state`: in, out (left), removed. In from cycle `since` on."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    season_id = fields.BigIntField()
    user_id = fields.BigIntField()
    state = fields.CharField(max_length=16, default="in")
    since = fields.IntField()
    joined_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "homework_member"
        unique_together: ClassVar = (("season_id", "user_id"),)


class Piece(Model):
    """What a member handed in for a cycle; the last one counts. `state`: ok, recalled (by the author), waiting (for a deputy).

    `link` and `message_id` say where it is to be found; of the text its first 60 characters are kept.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    season_id = fields.BigIntField()
    cycle_id = fields.BigIntField()
    user_id = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    link = fields.CharField(max_length=300, default="")
    message_id = fields.BigIntField()
    command_id = fields.BigIntField()
    length = fields.IntField()
    hash = fields.CharField(max_length=32, db_index=True)
    opening = fields.CharField(max_length=60, default="")
    mark = fields.CharField(max_length=60, default="")
    state = fields.CharField(max_length=16, default="ok")
    at = fields.DatetimeField()
    source = fields.CharField(max_length=255, unique=True)

    class Meta(Model.Meta):
        table = "homework_piece"
        unique_together: ClassVar = (("cycle_id", "user_id"),)
        indexes: ClassVar = (("group_id", "message_id"),)


class Duty(Model):
    """Whose piece a member is to review in a cycle. `again`: dealt once more, as the first author withdrew."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    season_id = fields.BigIntField()
    cycle_id = fields.BigIntField()
    user_id = fields.BigIntField()
    author_id = fields.BigIntField()
    again = fields.BooleanField(default=False)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "homework_duty"
        unique_together: ClassVar = (("cycle_id", "user_id", "author_id"),)


class Review(Model):
    """A review, without its words. `early`: given before duties were dealt; `counts` is false for one that came too late."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    season_id = fields.BigIntField()
    cycle_id = fields.BigIntField()
    user_id = fields.BigIntField()
    author_id = fields.BigIntField()
    message_id = fields.BigIntField()
    length = fields.IntField()
    hash = fields.CharField(max_length=32)
    early = fields.BooleanField(default=False)
    counts = fields.BooleanField(default=True)
    at = fields.DatetimeField()
    source = fields.CharField(max_length=255, unique=True)

    class Meta(Model.Meta):
        table = "homework_review"
        unique_together: ClassVar = (("cycle_id", "user_id", "author_id"),)


class Leave(Model):
    """A member need not hand in for the cycle of this number."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    season_id = fields.BigIntField()
    cycle = fields.IntField()
    user_id = fields.BigIntField()
    reason = fields.CharField(max_length=60)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "homework_leave"
        unique_together: ClassVar = (("season_id", "cycle", "user_id"),)


class Result(Model):
    """How a member ended a cycle. `order` is the number of the fine, 0 for none; `unpaid` when it counts as one miss more."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    season_id = fields.BigIntField()
    cycle_id = fields.BigIntField()
    cycle = fields.IntField()
    user_id = fields.BigIntField()
    outcome = fields.CharField(max_length=16)
    order = fields.BigIntField(default=0)
    unpaid = fields.BooleanField(default=False)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "homework_result"
        unique_together: ClassVar = (("cycle_id", "user_id"),)
        indexes: ClassVar = (("season_id", "user_id"),)
