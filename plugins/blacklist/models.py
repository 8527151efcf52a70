"""What 黑名单 remembers. Times are aware UTC; group and user ids are QQ numbers."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Barred(Model):
    """Somebody on the blacklist of all groups of one owner, 0 for only the group where it was decided, `group_id`.

    `case_id` is what another feature knows it by that had it put there, else 0. A group that changes hands keeps what was
    decided in it.
    """

    id = fields.BigIntField(primary_key=True)
    owner_id = fields.BigIntField()
    group_id = fields.BigIntField()
    user_id = fields.BigIntField(db_index=True)
    reason = fields.TextField(default="")
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()
    case_id = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "blacklist_barred"
        unique_together: ClassVar = (("group_id", "user_id"),)
