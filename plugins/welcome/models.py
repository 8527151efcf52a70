"""What 入群欢迎 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Arrival(Model):
    """One join, told once: `event_time` is the endpoint's own, so that the same event is known again.

    `greeted_at` is None while a greeting is due; `merged` whether it was part of a raid's greeting.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    event_time = fields.BigIntField()
    at = fields.DatetimeField()
    greeted_at = fields.DatetimeField(null=True)
    merged = fields.BooleanField(default=False)

    class Meta(Model.Meta):
        table = "welcome_arrival"
        unique_together: ClassVar = (("group_id", "user_id", "event_time"),)
        indexes: ClassVar = (("group_id", "at"),)


class GreetingPicture(Model):
    """The picture of a group's greeting, by its file name."""

    group_id = fields.BigIntField(primary_key=True, generated=False)
    name = fields.CharField(max_length=64)

    class Meta(Model.Meta):
        table = "welcome_picture"
