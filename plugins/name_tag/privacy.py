"""What 名片 keeps about people."""

from lizheng import Keep
from plugins.name_tag.models import Offender

KEEPS = (Keep(Offender, "名片提醒", until="名片改好或退群为止", stays="名片还没改好"),)
