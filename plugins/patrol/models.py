"""What 巡查 remembers. Times are aware UTC; group and user ids are QQ numbers."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.recipients import Recipient


class Round(Model):
    """One look at the group: how many were looked at and listed; `by` is who asked, 0 for the weekly one."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField(db_index=True)
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()
    looked_at = fields.IntField()
    clearable = fields.IntField()
    watched = fields.IntField()
    fused = fields.BooleanField(default=False)
    source = fields.CharField(max_length=255, unique=True)

    class Meta(Model.Meta):
        table = "patrol_round"


class Finding(Model):
    """Somebody the last round lists, under its number: `score` in hundredths, `reasons` without what others know.

    `marks` are what other features know, for admins alone. `severe`: those alone are enough.
    """

    id = fields.BigIntField(primary_key=True)
    round_id = fields.BigIntField(db_index=True)
    group_id = fields.BigIntField()
    position = fields.IntField()
    user_id = fields.BigIntField()
    score = fields.IntField()
    reasons = fields.TextField(default="")
    marks = fields.TextField(default="")
    severe = fields.BooleanField(default=False)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "patrol_finding"
        unique_together: ClassVar = (("round_id", "position"),)


class Reminded(Model):
    """When somebody was asked to show a sign of life, last."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "patrol_reminded"
        unique_together: ClassVar = (("group_id", "user_id"),)


class Spared(Model):
    """Somebody whom an admin takes off all lists until that is lifted."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    by = fields.BigIntField(default=0)
    reason = fields.TextField(default="")
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "patrol_spared"
        unique_together: ClassVar = (("group_id", "user_id"),)


class Target(Model):
    """Somebody an admin has confirmed to remove. `state`: waiting, acting, done, not_done, unknown, spoke.

    `open_key` keeps somebody from standing on two lists at once, None once it is over. `batch` is the pending.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    batch = fields.BigIntField(db_index=True)
    user_id = fields.BigIntField()
    reason = fields.TextField(default="")
    by = fields.BigIntField(default=0)
    state = fields.CharField(max_length=16, default="waiting")
    why = fields.TextField(default="")
    tries = fields.IntField(default=0)
    since = fields.DatetimeField()
    at = fields.DatetimeField()
    open_key = fields.CharField(max_length=64, null=True, unique=True)

    class Meta(Model.Meta):
        table = "patrol_target"


class PatrolRecipient(Recipient):
    """Who gets the weekly list in private."""

    class Meta(Model.Meta):
        table = "patrol_recipient"
        unique_together: ClassVar = (("group_id", "user_id"),)
