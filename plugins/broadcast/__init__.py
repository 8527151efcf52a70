"""广播：一句话发到很多群，或者到点发到一个群。"""

from datetime import time

from lizheng import Area, Feature, FeatureSwitched, Keep, Recipe, Role
from lizheng.hooks import weekly_report
from plugins.broadcast import answers, broadcasts, commands, decisions, jobs, timers
from plugins.broadcast.models import Broadcast, Label, Target, Timed
from plugins.broadcast.settings import Settings

feature = Feature(
    __name__,
    "广播",
    "一句话发到很多群，或者到点发到一个群",
    settings=Settings,
    area=Area.RUNNING,
    recipes={Recipe.RESOURCES, Recipe.CAMP, Recipe.HOBBY, Recipe.LARGE},
    opt_in=True,
)

command = feature.command(
    "广播", "一句话发到你的群", aliases={"broadcast"}, role=Role.OWNER, example="/广播 今晚八点抽奖"
)
command.form(
    commands.broadcast,
    example="/广播 今晚八点抽奖 到 类:地方群 除 上海群 于 19:00",
    summary="先看样子和群，确认再发；也可以引用一条消息",
)
command.form(commands.progress, word="进度", example="/广播 进度 3", summary="发到哪了")
command.form(commands.stop, word="停|停止", example="/广播 停 3", summary="剩下的群不发了")
command.form(commands.recall, word="撤回", example="/广播 撤回 3", summary="撤回发到的，QQ 只许两分钟内")
command.form(commands.not_sent, word="没发的|没发", example="/广播 没发的 3", summary="哪些群没发到，为什么")
command.form(commands.again, word="再发|重发", example="/广播 再发 3", summary="只发给没发的群")
command.form(commands.refuse, word="不收", example="/广播 不收", summary="本群不收广播")
command.form(commands.accept, word="收", example="/广播 收", summary="本群收广播")
command.form(
    commands.maintain,
    word="维护",
    role=Role.SUPERUSER,
    example="/广播 维护 今晚零点升级，十分钟就好",
    summary="不收广播的群也发",
)

command = feature.command(
    "群标签", "给群贴标签，好挑着广播", aliases={"grouptag"}, role=Role.OWNER, example="/群标签"
)
command.form(commands.show_labels, word="查看|列表", summary="有哪些标签")
command.form(
    commands.add_label, word="添加|加", example="/群标签 添加 地方群", summary="给本群或另一个群加一个"
)
command.form(commands.remove_label, word="删除|移除", example="/群标签 删除 地方群", summary="去掉一个")

command = feature.command(
    "定时", "到点在本群说一句", aliases={"schedule"}, role=Role.ADMIN, example="/定时 每天 08:00 早上好"
)
command.form(
    timers.set_timer,
    example="/定时 每周三 20:00 夜话会开始了",
    summary="明天9点、每天、每周三、每月1号、工作日都行",
)
command.form(timers.show, word="查看|列表", summary="有哪些定时")
command.form(
    timers.change, word="改|修改", example="/定时 改 3 每天 09:00", summary="改时间、内容，或写 要紧"
)
command.form(timers.stop, word="停|停止", example="/定时 停 3", summary="先不发")
command.form(timers.start, word="开", example="/定时 开 3", summary="接着发")
command.form(timers.delete, word="删除|删", example="/定时 删除 3", summary="不要了")
command.form(timers.try_out, word="试", example="/定时 试 3", summary="只发给你看看")

feature.decision(broadcasts.DECISION, decisions.confirmed)
feature.job(broadcasts.SEND, broadcasts.send, repeats=True)
feature.completion(broadcasts.SENT, broadcasts.sent)
feature.completion(broadcasts.TAKEN_BACK, broadcasts.taken_back)
feature.job(timers.POST, timers.post, repeats=True)
feature.nightly("tidy", jobs.tidy, time(4, 40))
feature.on(FeatureSwitched, jobs.switched)
feature.on_ready(timers.woke)
feature.undo(timers.UNDO, timers.undo)
feature.undo(commands.LABEL_UNDO, commands.undo_label)
feature.answers(weekly_report, answers.figures)
feature.keep(
    Keep(
        Broadcast,
        "发过的广播",
        person=("author_id",),
        at="at",
        days=60,
        stays="要查得到是谁发的",
        hidden=("content", "aside", "told", "pause_told"),
    ),
    Keep(Target, "广播发到哪些群", person=(), at="at", days=60),
    Keep(Timed, "排的定时", person=("author_id",), until="管理员删除为止", stays="是本群的安排"),
    Keep(Label, "给群贴的标签", person=("by",), until="群主删除为止", stays="是本群的标签"),
)

__plugin_meta__ = feature.metadata
