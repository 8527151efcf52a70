"""广告识别：认出广告，撤回并说明，从管理员那里学。"""

from lizheng import Area, Feature, Recipe, Role, Stage
from lizheng.events import FeatureSwitched, GroupTakenOver, MemberJoined, MemberLeft
from plugins.ad_guard import findings, privacy, telling
from plugins.ad_guard.acting import Acting
from plugins.ad_guard.arrivals import Arrivals
from plugins.ad_guard.guard import Guard
from plugins.ad_guard.reviewing import Reviewing
from plugins.ad_guard.settings import Settings

feature = Feature(
    __name__,
    "广告识别",
    "认出广告，撤回并说明怎么办，管理员一教就会",
    settings=Settings,
    area=Area.ADS,
    recipes=Recipe,
)
guard = feature.state(Guard)
newcomers = feature.state(lambda host: guard.of(host).arrivals)
doer = feature.state(lambda host: guard.of(host).acting)
reviewing = feature.state(lambda host: Reviewing(guard.of(host)))

command = feature.command("判", "看一段话像不像广告，凭什么", aliases={"judge"}, role=Role.ADMIN)
command.form(reviewing(Reviewing.judge_text), example="/判 低价代充，加我微信")
command.form(reviewing(Reviewing.judge_quoted), summary="引用一条消息，看它像不像广告")

command = feature.command("待审", "有点像广告、还没处理的消息", aliases={"suspects"}, role=Role.ADMIN)
command.form(reviewing(Reviewing.suspects))
command.form(
    reviewing(Reviewing.suspect_is_ad), word="是", example="/待审 是 3", summary="是广告：撤回，并记住"
)
command.form(
    reviewing(Reviewing.suspect_is_harmless), word="不是", example="/待审 不是 3", summary="不是广告：记住"
)

command = feature.command("是广告", "引用一条消息，教机器人这是广告", aliases={"isad"}, role=Role.ADMIN)
command.form(reviewing(Reviewing.is_ad), example="/是广告")
command = feature.command(
    "误判", "引用撤回说明或原消息，教机器人这不是广告", aliases={"notad"}, role=Role.ADMIN
)
command.form(reviewing(Reviewing.is_harmless), example="/误判 #12")

feature.on_message(guard(Guard.look), stage=Stage.JUDGE)
feature.after_command(guard(Guard.look_back))
feature.on(FeatureSwitched, guard(Guard.switched))
feature.on(GroupTakenOver, guard(Guard.taken_over))
feature.on(MemberJoined, newcomers(Arrivals.joined))
feature.on(MemberLeft, newcomers(Arrivals.left))
feature.on_start(guard(Guard.begin))
feature.job(telling.TELL, telling.tell)
feature.job(findings.SETTLE, doer(Acting.settle), acts=True)
feature.undo("lesson", reviewing(Reviewing.undo_lesson))
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
