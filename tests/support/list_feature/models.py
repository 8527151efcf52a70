"""The tables of 试单."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.lifetime import Lived
from lizheng.parts.member_list import ListedMember
from lizheng.parts.quota import UsedQuota
from lizheng.parts.recipients import Recipient


class Guest(ListedMember):
    """Somebody welcome for a time."""

    reason = fields.TextField(default="")
    until = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "lister_guest"
        unique_together: ClassVar = (("group_id", "user_id"),)


class Friend(ListedMember):
    """Somebody welcome for good."""

    class Meta(Model.Meta):
        table = "lister_friend"
        unique_together: ClassVar = (("group_id", "user_id"),)


class Row(Model):
    """A line of the list that is leafed through."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    who = fields.BigIntField(default=0)
    text = fields.TextField()

    class Meta(Model.Meta):
        table = "lister_row"


class Used(UsedQuota):
    """How often somebody has drawn."""

    class Meta(Model.Meta):
        table = "lister_used"
        unique_together: ClassVar = (("group_id", "user_id", "kind"),)


class Flower(Lived):
    """What somebody planted."""

    name = fields.CharField(max_length=20)
    picked = fields.BooleanField(default=False)

    class Meta(Model.Meta):
        table = "lister_flower"


class Reader(Recipient):
    """An admin who gets the test's reports in private."""

    class Meta(Model.Meta):
        table = "lister_reader"
        unique_together: ClassVar = (("group_id", "user_id"),)
