"""广告税：发广告先发红包，管理员确认收到后发布。"""

from lizheng import Area, Feature, Recipe
from lizheng.events import FeatureSwitched, MemberLeft
from lizheng.hooks import ad_opinion
from lizheng.ledger import MONEY, SETTLED
from plugins.ad_tax import exempts, opinion, ordering, paid
from plugins.ad_tax.settings import Settings

feature = Feature(
    __name__,
    "广告税",
    "发广告先发红包，管理员确认收到后发布",
    settings=Settings,
    needs={MONEY},
    area=Area.ADS,
    recipes={Recipe.RESOURCES},
)

command = feature.command("广告税", "广告税的规矩、我的次数和没付的单", aliases={"adtax"}, example="/广告税")
command.form(ordering.show)
exempts.EXEMPTS.declare(feature, command, "免税", toggles="让成员发广告不用付，再发一次取消")
feature.command("广告", "下单发一条广告", aliases={"ad"}, example="/广告 周末二手书市，欢迎来逛").form(
    ordering.order
)

feature.on(FeatureSwitched, ordering.switched)
feature.on(MemberLeft, paid.member_left)
feature.answers(ad_opinion, opinion.answer)
feature.job(SETTLED, paid.settled)
feature.job(paid.SLOT_END, paid.slot_ended)
feature.job(paid.POSTED, paid.looked_after)
feature.completion(paid.POSTED, paid.posted)
feature.job(ordering.EXPIRE, ordering.expire)

feature.first_step(
    "平时发一条广告，要发多少钱的红包？",
    "设置 广告税 价格",
    "100",
    order=40,
    settings=("price",),
    topic="广告",
)

__plugin_meta__ = feature.metadata
