"""What members do for each other, and the calls they answer. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Deed(Model):
    """Something a member did for the others, written once per `key` of its feature and never changed.

    What turned out not to have been done is taken back: it then has a `reversed_at`, and counts no more.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    feature = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=64)
    dimension = fields.CharField(max_length=8)
    amount = fields.IntField(default=1)
    key = fields.CharField(max_length=128)
    at = fields.DatetimeField()
    reversed_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_deed"
        unique_together: ClassVar = (("group_id", "feature", "key"),)
        indexes: ClassVar = (("group_id", "at"), ("group_id", "user_id"))


class Call(Model):
    """Something that members were called to, such as an event or a vote. `audience` is how many it was meant for."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    feature = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=64)
    key = fields.CharField(max_length=128)
    by = fields.BigIntField(default=0)
    audience = fields.IntField(default=0)
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_call"
        unique_together: ClassVar = (("group_id", "feature", "key"),)
        indexes: ClassVar = (("group_id", "closed_at"),)


class Taker(Model):
    """A member who answered a call, once."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    feature = fields.CharField(max_length=64)
    key = fields.CharField(max_length=128)
    user_id = fields.BigIntField()
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "lizheng_taker"
        unique_together: ClassVar = (("group_id", "feature", "key", "user_id"),)
        indexes: ClassVar = (("group_id", "user_id"),)
