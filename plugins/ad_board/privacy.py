"""What 广告贴 keeps about people."""

from lizheng import Keep
from plugins.ad_board.models import Entry

KEEPS = (
    Keep(Entry, "广告贴上的广告", person=("author_id",), at="expires_at", days=30, hidden=("approved_by",)),
)
