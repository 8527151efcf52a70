"""What 黑名单 keeps about people."""

from lizheng import Keep
from plugins.blacklist.models import Barred

KEEPS = (
    Keep(
        Barred,
        "黑名单",
        until="管理员移出名单为止",
        stays="删了就又能进群",
        hidden=("owner_id", "by", "case_id"),
    ),
)
