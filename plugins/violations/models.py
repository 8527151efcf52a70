"""What 违规处理 remembers. Times are aware UTC; group and user ids are QQ numbers."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Case(Model):
    """One violation, W`number` of its group; `name` is what the member was called then.

    `measure` (warn, mute, kick) with `seconds` is what it calls for, `rung` where on the ladder that left them, `entry`
    the rung it enters at (0: just one up). `state`: open, appealed, upheld (these count until `expires_at`), pardoned,
    undone, spared. `outcome` of the measure: due, queued, asked, done, not_done, unknown, none. `until` is the end of a
    mute. `telling`: no, asking, waiting, told. `source` is what caused it, once.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    user_id = fields.BigIntField()
    name = fields.CharField(max_length=64, default="")
    at = fields.DatetimeField()
    actor_id = fields.BigIntField(default=0)
    rule = fields.CharField(max_length=64, default="")
    reason = fields.TextField(default="")
    evidence = fields.TextField(default="")
    measure = fields.CharField(max_length=8)
    seconds = fields.BigIntField(default=0)
    rung = fields.IntField()
    entry = fields.IntField(default=0)
    state = fields.CharField(max_length=16, default="open")
    outcome = fields.CharField(max_length=16, default="due")
    why = fields.TextField(default="")
    until = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField()
    appealed = fields.BooleanField(default=False)
    telling = fields.CharField(max_length=8, default="no")
    source = fields.CharField(max_length=255, null=True, unique=True)

    class Meta(Model.Meta):
        table = "violations_case"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "user_id"),)
