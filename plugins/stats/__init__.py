"""群报告：群还活着吗，为了谁，靠谁的力气。"""

from datetime import time

from lizheng import Area, Feature, Keep, Recipe, Role
from lizheng.activity import ACTIVITY
from lizheng.events import FeatureSwitched, MemberJoined, MemberLeft, SettingChanged
from plugins.stats import chronicle, commands, jobs, presence
from plugins.stats.models import Chronicle, Present
from plugins.stats.settings import Settings

feature = Feature(
    __name__,
    "群报告",
    "群还活着吗：活跃、新人、粘性、谁在出力，每周私聊发给订阅的管理员",
    settings=Settings,
    needs={ACTIVITY},
    area=Area.RUNNING,
    recipes={Recipe.RESOURCES, Recipe.CAMP, Recipe.HOBBY, Recipe.LARGE, Recipe.POP_UP},
)

command = feature.command(
    "群报告", "群里这一阵怎么样", aliases={"groupreport"}, role=Role.ADMIN, example="/群报告 上周"
)
command.form(commands.show, role=Role.DEPUTY, summary="群里只有总数，细的私聊发给你")
command.form(commands.subscribe, word="订阅", summary="每周私聊发给你")
command.form(commands.unsubscribe, word="退订", summary="不再发给你")
command.form(commands.compare, word="对比", summary="最近四周放在一起")
command.form(commands.newcomers, word="新人", summary="哪周来的人还在")
command.form(commands.silent, word="沉默", summary="多少人没说话；名字只在私聊")
command.form(commands.export, word="导出", example="/群报告 导出 90天", summary="数字做成表格")
command.form(commands.define, word="说明", role=Role.MEMBER, summary="每个数是怎么算的")
command.form(commands.board, word="榜", role=Role.MEMBER, summary="谁为大家做了事，打开了公开榜才有")
command.form(commands.leave_me_out, word="不计我", role=Role.MEMBER, summary="点名的数字里不要有我")
command.form(commands.count_me, word="计我", role=Role.MEMBER, summary="又可以数我")
command.form(commands.leave_out, word="不计", example="/群报告 不计 @小王", summary="点名的数字里不要有他")
command.form(commands.count, word="计", example="/群报告 计 @小王", summary="又可以数他")
feature.command("体检", "六样好处，这四周比前四周", aliases={"valuecheck"}, role=Role.ADMIN).form(
    commands.check_up
)
events = feature.command("大事记", "群里做过的大事", aliases={"chronicle"}, example="/大事记 2026")
events.form(chronicle.show)
events.form(
    chronicle.add, word="添加", role=Role.ADMIN, example="/大事记 添加 11-03 第一次线下聚会", summary="记一件"
)
events.form(chronicle.remove, word="删除", role=Role.ADMIN, example="/大事记 删除 2", summary="删一件")
feature.command("活跃", "自己这 30 天", aliases={"activity"}, example="/活跃").form(commands.mine)

feature.on(MemberJoined, presence.joined)
feature.on(MemberLeft, presence.left)
feature.on(FeatureSwitched, jobs.switched)
feature.on(SettingChanged, jobs.changed)
feature.on_ready(jobs.plan)
feature.job(jobs.WEEKLY, jobs.weekly, late_limit=jobs.LATE)
feature.nightly(jobs.NIGHT, jobs.night, time(3, 40))
feature.undo("added", chronicle.undo_added)
feature.undo("removed", chronicle.undo_removed)
jobs.READERS.declare(feature)
feature.keep(
    Keep(Present, "什么时候在群里", at="left_at", days=90),
    Keep(Chronicle, "写过的大事记", person=("by",), until="和群一起", stays="是群的大事记", hidden=("text",)),
)

__plugin_meta__ = feature.metadata
