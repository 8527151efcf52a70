"""What 名片 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.member_list import ListedMember


class Offender(Model):
    """A member whose card did not fit when last looked at; gone once it fits or the member left.

    `joined` is the event time of the join that opened the case, 0 for members from before. `told` is False
    while a newcomer is still to be told the format. `next_at` is when the next reminder or the consequence is
    due, None when nothing more is.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    joined = fields.BigIntField(default=0)
    told = fields.BooleanField(default=True)
    told_at = fields.DatetimeField(null=True)
    reminders = fields.IntField(default=0)
    next_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "name_tag_offender"
        unique_together: ClassVar = (("group_id", "user_id"),)
        indexes: ClassVar = (("group_id", "next_at"),)


class Exempt(ListedMember):
    """A member the format does not bind."""

    class Meta(Model.Meta):
        table = "name_tag_exempt"
        unique_together: ClassVar = (("group_id", "user_id"),)
