"""What 广告时段 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Announced(Model):
    """What a group was told last: the window that is open, if any, and whether its end was called.

    `turn` counts the announcements; it goes up with each change, so that only one of two changes succeeds.
    """

    group_id = fields.BigIntField(primary_key=True, generated=False)
    turn = fields.IntField(default=0)
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True)
    called = fields.BooleanField(default=False)

    class Meta(Model.Meta):
        table = "ad_window_announced"


class FreeAd(Model):
    """One advertisement let through in the window that opened at `window`: the member's `nth` there, from 1.

    `closes` is when it was to close then; moved edges leave it the same window as long as the two overlap.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    window = fields.DatetimeField()
    closes = fields.DatetimeField(null=True)
    user_id = fields.BigIntField()
    nth = fields.IntField()
    message_id = fields.BigIntField()
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "ad_window_ad"
        unique_together: ClassVar = (
            ("group_id", "window", "user_id", "nth"),
            ("group_id", "window", "message_id"),
        )
