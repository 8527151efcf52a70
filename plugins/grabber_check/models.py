"""What 测挂 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Round(Model):
    """One bait packet of `parts` parts, thrown by `by`. `state`: open, done.

    `open_key` keeps a second open one out of the group, None once it is done. `draft` is a claim order in which somebody
    could not be told apart yet. `source` and `closed_source` are the messages that opened and ended it.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField(db_index=True)
    number = fields.IntField()
    by = fields.BigIntField()
    parts = fields.IntField()
    state = fields.CharField(max_length=8, default="open")
    open_key = fields.CharField(max_length=32, null=True, unique=True)
    draft = fields.TextField(default="")
    source = fields.CharField(max_length=128, unique=True)
    closed_source = fields.CharField(max_length=128, null=True, unique=True)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "grabber_round"


class Claim(Model):
    """Who claimed as the how manieth; `seconds` after the first claim, where that was pasted."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    round_id = fields.BigIntField()
    user_id = fields.BigIntField()
    rank = fields.IntField()
    seconds = fields.FloatField(null=True)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "grabber_claim"
        unique_together: ClassVar = (("round_id", "user_id"),)
        indexes: ClassVar = (("group_id", "user_id"),)


class Cleared(Model):
    """An admin, `by`, said that this member is none; holds for 180 days. `source` is the message."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    by = fields.BigIntField()
    source = fields.CharField(max_length=128, unique=True)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "grabber_cleared"
        unique_together: ClassVar = (("group_id", "user_id"),)
