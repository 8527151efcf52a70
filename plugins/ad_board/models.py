"""What 广告贴 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.quota import UsedQuota


class Entry(Model):
    """An advertisement that was approved; `number` is the one it was submitted under.

    It is on the board until `expires_at`, unless `down_at` says when it was taken down.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    author_id = fields.BigIntField()
    text = fields.TextField()
    approved_by = fields.BigIntField(default=0)
    approved_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    pinned_at = fields.DatetimeField(null=True)
    down_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "ad_board_entry"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "expires_at"),)


class Used(UsedQuota):
    """How many advertisements a member has submitted since when."""

    class Meta(Model.Meta):
        table = "ad_board_used"
        unique_together: ClassVar = (("group_id", "user_id", "kind"),)
