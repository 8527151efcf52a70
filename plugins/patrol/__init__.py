"""巡查：先看，再提醒，管理员点头才慢慢清。"""

from lizheng import Area, Feature, Keep, Recipe, Role, SettingChanged
from lizheng.activity import ACTIVITY
from lizheng.hooks import weekly_report
from plugins.patrol import answers, commands, rounds, targets
from plugins.patrol.models import Finding, Reminded, Round, Spared, Target
from plugins.patrol.settings import Settings

feature = Feature(
    __name__,
    "巡查",
    "先看，再提醒，管理员点头才慢慢清",
    settings=Settings,
    needs={ACTIVITY},
    area=Area.ORDER,
    recipes={Recipe.RESOURCES, Recipe.LARGE},
    opt_in=True,
)

deputy, admin = Role.DEPUTY, Role.ADMIN
command = feature.command("巡查", "群里谁该看看", aliases={"patrol"}, role=deputy, example="/巡查")
command.form(commands.patrol, summary="看一遍全群，只列不动")
command.form(commands.nicknames, word="名片", example="/巡查 名片", summary="名片像群发广告的")
command.form(commands.silent, word="沉默", example="/巡查 沉默 90天", summary="多久没说话的")
command.form(commands.never, word="从未发言", example="/巡查 从未发言 30天", summary="一句没说过的")
command.form(commands.low, word="低等级", example="/巡查 低等级 10", summary="群等级低的")
command.form(commands.alike, word="重复", example="/巡查 重复", summary="名片相像、一起进群的")
command.form(commands.marked, word="有记号", example="/巡查 有记号", summary="别的功能记着什么的")
command.form(commands.show, word="看", example="/巡查 看 1", summary="一个人的全部，私聊我发")
command.form(
    commands.show_spared, word="不管 查看", role=admin, example="/巡查 不管 查看", summary="不管的有谁"
)
command.form(commands.spare, word="不管", role=admin, example="/巡查 不管 1 老朋友", summary="以后都不列他")
command.form(commands.remind, word="提醒", role=admin, example="/巡查 提醒 1 3", summary="提醒一声")
command.form(
    commands.clear, word="清", role=admin, example="/巡查 清 1 3 很久没来", summary="请人离开，先看样子"
)
command.form(
    commands.show_rules, word="规则", role=Role.MEMBER, example="/巡查 规则", summary="什么样的会被请走"
)
command.form(
    commands.regular, word="定期", role=admin, example="/巡查 定期 每周一 21:00", summary="每周列一次，或 关"
)
command.form(commands.subscribe, word="订阅", example="/巡查 订阅", summary="定期的名单私聊发你")
command.form(commands.unsubscribe, word="退订", example="/巡查 退订", summary="不再私聊发你")

feature.job(rounds.ROUND, rounds.run)
feature.job(commands.WEEKLY, commands.weekly)
feature.job(targets.CLEAR, targets.clear, acts=True)
feature.completion(targets.REMOVED, targets.removed)
feature.decision(targets.DECISION, targets.confirmed)
feature.undo(commands.UNDO, commands.undo_spare)
feature.on_ready(commands.woke)
feature.on(SettingChanged, commands.changed)
feature.answers(weekly_report, answers.figures)
rounds.RECIPIENTS.declare(feature)
feature.keep(
    Keep(
        Finding,
        "上一次巡查列到你",
        at="at",
        days=30,
        hidden=("round_id", "position", "marks", "severe", "score"),
    ),
    Keep(Reminded, "提醒过你", at="at", days=180, stays="没提醒过的不能请走"),
    Keep(Spared, "巡查不管你", until="管理员取消为止", hidden=("by",)),
    Keep(
        Target,
        "请你离开的经过",
        at="at",
        days=30,
        stays="同一个人不清两遍",
        hidden=("by", "batch", "open_key", "tries"),
    ),
    Keep(Round, "巡查过几次", person=(), at="at", days=400),
)

__plugin_meta__ = feature.metadata
