"""What 广告税 remembers besides the ledger. Times are aware UTC."""

from typing import ClassVar

from tortoise.models import Model

from lizheng.parts.member_list import ListedMember


class Exempt(ListedMember):
    """A member who need not pay."""

    class Meta(Model.Meta):
        table = "ad_tax_exempt"
        unique_together: ClassVar = (("group_id", "user_id"),)
