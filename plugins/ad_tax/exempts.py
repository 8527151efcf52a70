"""Who need not pay."""

from __future__ import annotations

from lizheng.parts.member_list import MemberList, Said
from plugins.ad_tax import texts
from plugins.ad_tax.models import Exempt

EXEMPTS = MemberList(
    "免税",
    Exempt,
    Said(
        added=texts.FREED,
        removed=texts.BOUND,
        had=texts.FREE_ALREADY,
        had_not=texts.BOUND_ALREADY,
        shown=texts.EXEMPTS,
        none=texts.EXEMPTS_NONE,
        on_record="免税",
        off_record="结束免税",
    ),
    undo="exempt",
)
