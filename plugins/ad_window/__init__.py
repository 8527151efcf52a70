"""广告时段：每周定时可以发广告，到点提醒，每人限量。"""

from lizheng import Area, Feature, Recipe, Role
from lizheng.events import FeatureSwitched, SettingChanged
from lizheng.hooks import ad_opinion
from plugins.ad_window import allowance, handlers, privacy, timing
from plugins.ad_window.settings import Settings

feature = Feature(
    __name__,
    "广告时段",
    "每周定时可以发广告，到点提醒，每人限量",
    settings=Settings,
    area=Area.ADS,
    recipes={Recipe.RESOURCES, Recipe.LARGE},
)

feature.command("广告时段", "看什么时候可以发广告", aliases={"adwindow"}, example="/广告时段").form(
    handlers.show
).form(
    handlers.set_spans,
    role=Role.ADMIN,
    example="/广告时段 每周五 18:00-20:00",
    summary="规定什么时候可以发广告，几个时段用「；」隔开",
).form(handlers.end, word="关|关闭", role=Role.ADMIN, example="/广告时段 关", summary="不再有广告时段")

feature.on(FeatureSwitched, timing.switched)
feature.on(SettingChanged, timing.changed)
feature.on_ready(timing.woke)
feature.job(timing.LOOK, timing.look, repeats=True)
feature.undo_settings("spans", lambda undo: {"spans": undo["old"]})
feature.answers(ad_opinion, allowance.opinion)

feature.first_step(
    "广告什么时候可以免费发？",
    "广告时段",
    "每周五 18:00-20:00",
    order=30,
    settings=("spans",),
    topic="广告",
)
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
