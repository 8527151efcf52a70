"""入群审核：谁申请进群、凭什么放进来、谁带来的。"""

from tortoise.expressions import Q

from lizheng import (
    Area,
    Feature,
    JoinRequested,
    Keep,
    MemberJoined,
    MemberLeft,
    ReactionChanged,
    Recipe,
    Role,
    RoleChanged,
    SettingChanged,
)
from lizheng.hooks import known, suspicion, weekly_report
from plugins.join_review import answers, applications, commands, decisions, jobs, listeners
from plugins.join_review.models import Application, Asking, Edge
from plugins.join_review.settings import Settings

feature = Feature(
    __name__,
    "入群审核",
    "谁申请进群、凭什么放进来、谁带来的",
    settings=Settings,
    area=Area.MEMBERS,
    recipes={Recipe.RESOURCES, Recipe.CAMP, Recipe.LARGE},
    opt_in=True,
)

deputy, admin = Role.DEPUTY, Role.ADMIN
listed = feature.command("入群", "谁在等进群", aliases={"joins"}, role=deputy)
listed.form(commands.show_one, word="看", example="/入群 看 3", summary="一个申请的全部")
listed.form(commands.handled, word="已处理", example="/入群 已处理 3", summary="在手机上定过了")
listed.form(commands.look_now, word="补查", summary="再读一遍 QQ 里的申请")
listed.form(commands.subscribe, word="订阅", summary="回答私聊发给我")
listed.form(commands.unsubscribe, word="退订", summary="不再私聊发给我")
listed.form(commands.show, summary="在等的申请，一页一页看")
rules = feature.command("入群规则", "进群要写什么", aliases={"joinrules"})
rules.form(commands.tell_rules, summary="对申请人要求什么")
rules.form(commands.list_rules, word="查看", role=admin, summary="看各条规则")
for kind, example in (("通过", "电商"), ("拒绝", "代理 不收代理"), ("拒昵称", "/^AAA/")):
    rules.form(
        commands.adding(kind),
        word=kind,
        role=admin,
        example=f"/入群规则 {kind} {example}",
        summary=f"加一条{kind}的规则，先在最近的回答上试",
    )
rules.form(commands.remove_rule, word="删除", role=admin, example="/入群规则 删除 2", summary="删一条规则")
feature.command("入群测试", "一个答案会怎样", role=admin).form(
    commands.try_out, example="/入群测试 小王，做电商的"
)
feature.command("担保", "认识申请进群的人").form(commands.vouch, example="/担保 3")
feature.command("不担保", "不认识申请进群的人").form(commands.unvouch, example="/不担保 3")
feature.command("邀请人", "说是谁带来的").form(commands.name_inviter, example="/邀请人 @老李")
feature.command("邀请树", "谁带来了谁", aliases={"invites"}).form(commands.tree, example="/邀请树 @小王")
feature.command("邀请榜", "谁带来的人留得多", role=deputy).form(commands.board, example="/邀请榜 30天")

feature.on(JoinRequested, listeners.requested)
feature.on(MemberJoined, listeners.came_in)
feature.on(MemberLeft, listeners.went)
feature.on(RoleChanged, listeners.role_changed)
feature.on(ReactionChanged, decisions.reacted)
feature.on(SettingChanged, jobs.chosen)
feature.on_ready(jobs.ready)
feature.decision(applications.DECISION, decisions.agreed, decisions.refused, expired=decisions.expired)
feature.decision(commands.ADD_RULE, commands.rule_confirmed)
feature.undo("rule", commands.undo_rule)
feature.undo("unrule", commands.undo_unrule)
feature.completion(applications.ANSWERED, listeners.answered)
feature.gather(
    applications.WAVES, jobs.waves, after=applications.WAVE_SPAN, quiet=applications.WAVE_SPAN, most=1000
)
feature.job(jobs.LOOK, jobs.look, repeats=True)
feature.job(jobs.SEEN, jobs.seen, acts=True)
feature.job(applications.UNVOUCHED, jobs.unvouched)
feature.job(jobs.DIGEST, jobs.digest, repeats=True)
feature.answers(known, answers.known_of)
feature.answers(suspicion, answers.suspicion_of)
feature.answers(weekly_report, answers.week)
applications.READERS.declare(feature)
feature.keep(
    Keep(
        Application,
        "进群申请",
        at="at",
        days=90,
        free=lambda now: Q(open_key=None),
        hidden=(
            *("flag", "keys", "open_key", "answer_key", "shape_key", "pending_id"),
            *("inviter_id", "decided_by", "missed", "attempts", "reminded"),
        ),
    ),
    Keep(
        Edge,
        "谁带来的",
        person=("user_id", "inviter_id"),
        at="left_at",
        days=180,
        stays="在群里时要留着，离开 180 天后自己删",
    ),
    Keep(Asking, "入群规则", person=("by",), until="管理员删掉为止", stays="是群里的规则"),
)

__plugin_meta__ = feature.metadata
