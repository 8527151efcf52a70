"""违规处理：记下违规，一级一级处理，踢人送机票，能申诉。"""

from lizheng import Area, Feature, Recipe, Role, Stage
from lizheng.events import (
    FeatureSwitched,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MessageRecalled,
)
from lizheng.hooks import may_repeat, steps, violation
from plugins.violations import (
    appeals,
    cases,
    commands,
    enforcing,
    privacy,
    raids,
    reports,
    showing,
    telling,
)
from plugins.violations.recalling import Memory
from plugins.violations.settings import Settings

feature = Feature(
    __name__,
    "违规处理",
    "记下违规，一级一级处理，踢人送机票，能申诉",
    settings=Settings,
    area=Area.ORDER,
    recipes={Recipe.CAMP, Recipe.HOBBY, Recipe.LARGE},
)
memory = feature.state(Memory)

deputy, admin = Role.DEPUTY, Role.ADMIN
feature.command("警告", "记一次违规，按阶梯处理", aliases={"warn"}, role=deputy).form(
    commands.warn, example="/警告 @小王 刷屏"
)
feature.command("禁言", "禁言一个人，记一次违规", aliases={"mute"}, role=deputy).form(
    commands.mute, example="/禁言 @小王 10分 刷屏"
)
feature.command(
    "解禁", "解除禁言，违规照样记着", aliases={"解除禁言", "取消禁言", "unmute"}, role=deputy
).form(commands.unmute, example="/解禁 @小王")
feature.command("踢", "移出一个人，撤回他的消息；加 拉黑 就不让再进", aliases={"kick"}, role=deputy).form(
    commands.kick, example="/踢 @小王 拉黑 发广告"
)
command = feature.command("违规", "谁违规过几次、算不算数", aliases={"cases"})
command.form(showing.show, example="/违规", summary="自己的违规；代管看到全群最近的")
command.form(showing.show_ladder, word="阶梯", summary="第几次违规怎么处理，自己在哪一级")
command.form(showing.show_person, role=deputy, example="/违规 @小王", summary="一个人违规过几次、算不算数")
command.form(showing.show_case, role=deputy, example="/违规 W3", summary="一次违规的经过")
feature.command("赦免", "让违规不再算数，解除禁言", aliases={"pardon"}, role=admin).form(
    commands.pardon, example="/赦免 W3"
)
feature.command("申诉", "不服就说，管理员来定，每条一次", aliases={"appeal"}).form(
    appeals.appeal, example="/申诉 那不是广告，是我自己的书"
)

feature.on_message(memory(Memory.look), stage=Stage.RULES)
feature.on(MemberLeft, enforcing.left)
feature.on(MemberMuted, enforcing.muted)
feature.on(MemberJoined, enforcing.came_in)
feature.on(MessageRecalled, memory(Memory.recalled))
feature.on(FeatureSwitched, enforcing.switched)
feature.on(FeatureSwitched, appeals.resume)
feature.on_start(enforcing.begin(feature))
feature.job(cases.ENFORCE, enforcing.enforce, acts=True)
feature.completion(enforcing.MEASURED, enforcing.measured)
feature.job(enforcing.FLED, enforcing.mute_unseen, acts=True)
feature.job(cases.RECALL, memory(Memory.recall), acts=True)
feature.job(telling.TELL, telling.tell)
feature.job(raids.ASK, raids.ask)
feature.job(appeals.LAPSE, appeals.lapse)
feature.decision(raids.DECISION, raids.agreed, raids.declined)
feature.decision("punish", commands.punish_confirmed)
feature.decision(appeals.DECISION, appeals.granted, appeals.refused)
feature.undo(cases.UNDO, cases.undo_case)
feature.undo_label("W", cases.record_of)
feature.undo(cases.UNDO_PARDON, cases.undo_pardon)
feature.answers(violation, reports.take_over)
feature.answers(steps, reports.steps)
feature.answers(may_repeat, reports.may_repeat)
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
