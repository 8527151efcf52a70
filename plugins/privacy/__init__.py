"""隐私：看机器人记着自己的什么，删掉可以删的；到期的每夜清掉。"""

from datetime import time

from lizheng import Area, Feature
from plugins.privacy import asking, clearing

feature = Feature(
    __name__,
    "隐私",
    "看机器人记着自己的什么，删掉可以删的",
    area=Area.SYSTEM,
)

feature.command(
    "我的数据", "机器人记着我的什么，全文私聊发给我", aliases={"mydata"}, example="/我的数据"
).form(asking.show_own)
feature.command(
    "删除我的数据", "删掉可以删的，先说会删什么", aliases={"forgetme"}, example="/删除我的数据"
).form(asking.forget_own)

feature.decision(asking.FORGET, asking.forget_confirmed)
feature.nightly(clearing.PURGE, clearing.purge, time(4, 40))

__plugin_meta__ = feature.metadata
