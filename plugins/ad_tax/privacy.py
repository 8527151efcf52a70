"""What 广告税 keeps about people, besides the ledger."""

from lizheng import Keep
from plugins.ad_tax.models import Exempt

KEEPS = (Keep(Exempt, "免税", until="管理员取消为止", stays="是管理员给的", hidden=("by",)),)
