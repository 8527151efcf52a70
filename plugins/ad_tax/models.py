"""What 广告税 remembers besides the ledger. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Exempt(Model):
    """A member who need not pay."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "ad_tax_exempt"
        unique_together: ClassVar = (("group_id", "user_id"),)
