"""广告贴：大家的广告收在一处，管理员通过后才上，到期自动下。"""

from lizheng import Area, Feature, Recipe, Role
from lizheng.hooks import ad_opinion, brief_section, window_opens
from plugins.ad_board import answers, deciding, handlers, privacy, register, rules
from plugins.ad_board.settings import Settings

feature = Feature(
    __name__,
    "广告贴",
    "大家的广告收在一处，管理员通过后才上，到期自动下",
    settings=Settings,
    area=Area.ADS,
    recipes={Recipe.RESOURCES},
)

feature.command(rules.NAME, "看广告贴", aliases={rules.ALIAS}, example="/广告贴").form(handlers.show).form(
    handlers.submit,
    word=rules.SUBMIT,
    example="/广告贴 投稿 出二手显示器，300 元，私聊",
    summary="交一条广告，等管理员决定",
).form(handlers.show_one, word="查看", example="/广告贴 查看 3", summary="看一条的全文").form(
    handlers.approve, word="通过", role=Role.DEPUTY, example="/广告贴 通过 3", summary="让一条投稿上广告贴"
).form(
    handlers.reject,
    word="拒绝|驳回",
    role=Role.DEPUTY,
    example="/广告贴 拒绝 3 请写清价格",
    summary="不让一条投稿上广告贴",
).form(
    handlers.take_down,
    word="下架",
    example="/广告贴 下架 3",
    summary="拿下或收回自己的；管理员可以拿下任何一条",
).form(handlers.pin, word="置顶", role=Role.ADMIN, example="/广告贴 置顶 3", summary="置顶一条，再发一次取消")

feature.decision(register.DECISION, deciding.approved, deciding.rejected)
feature.undo(register.UNDO, handlers.undo_change)
feature.answers(ad_opinion, answers.opinion)
feature.answers(window_opens, answers.digest)
feature.answers(brief_section, answers.section)
feature.keep(*privacy.KEEPS)
register.SUBMISSIONS.declare(feature, "今天投了几条广告")

__plugin_meta__ = feature.metadata
