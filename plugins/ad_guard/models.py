"""What 广告识别 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Finding(Model):
    """One message that looked like an advertisement, and what became of it; kept for 30 days.

    `state`: seen (not decided yet), allowed, recalled, not_done, simulated, suspect, or what an admin said: ad, harmless.
    `telling`: "" (nothing to tell), waiting, told, skipped. `source` is its cause, so that a message delivered
    twice is one finding. `record` is the number of the recall in the audit.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    user_id = fields.BigIntField()
    message_id = fields.BigIntField()
    source = fields.CharField(max_length=255, unique=True)
    at = fields.DatetimeField()
    text = fields.TextField()
    score = fields.FloatField(default=0.0)
    certain = fields.BooleanField(default=False)
    why = fields.TextField(default="")
    state = fields.CharField(max_length=16, default="seen")
    record = fields.BigIntField(null=True)
    reason = fields.TextField(default="")
    ways = fields.TextField(default="")
    telling = fields.CharField(max_length=16, default="")
    told_at = fields.DatetimeField(null=True)
    told_source = fields.CharField(max_length=255, default="")

    class Meta(Model.Meta):
        table = "ad_guard_finding"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "state"), ("group_id", "user_id"))


class Lessons(Model):
    """What a group has taught, as `GroupModel.to_json` writes it."""

    group_id = fields.BigIntField(primary_key=True, generated=False)
    taught = fields.TextField()

    class Meta(Model.Meta):
        table = "ad_guard_lessons"


class Arrival(Model):
    """Somebody who joined, until they are no newcomer any more. `spoken` counts their first messages, up to three."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    joined_at = fields.BigIntField(default=0)
    spoken = fields.IntField(default=0)

    class Meta(Model.Meta):
        table = "ad_guard_arrival"
        unique_together: ClassVar = (("group_id", "user_id"),)
