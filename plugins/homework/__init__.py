"""作业：一期一篇，互相点评，不写就欠红包、出局。"""

from lizheng import Area, Feature, Keep, MemberLeft, Recipe, Role
from lizheng.events import FeatureSwitched, GroupDissolved, MessageRecalled, SettingChanged
from lizheng.hooks import brief_section, known
from lizheng.ledger import MONEY
from plugins.homework import answers, commands, cycles, decisions, jobs, listeners, models
from plugins.homework.settings import Settings

feature = Feature(
    __name__,
    "作业",
    "一期一篇，互相点评，不写就欠红包、出局",
    settings=Settings,
    needs={MONEY},
    area=Area.RUNNING,
    recipes={Recipe.CAMP},
    opt_in=True,
)

ADMIN = Role.ADMIN
command = feature.command("作业", "这一期的作业、名单和规矩", aliases={"homework"}, example="/作业")
command.form(commands.show, summary="这一期到什么时候，自己交了没有")
command.form(commands.start, word="开始", role=ADMIN, example="/作业 开始 7天 写作", summary="开始一季")
command.form(commands.join, word="加入", example="/作业 加入", summary="进名单")
command.form(commands.leave, word="退出", example="/作业 退出", summary="出名单，欠的还在")
command.form(commands.duties, word="点谁", example="/作业 点谁", summary="派给自己的点评")
command.form(commands.roster, word="名单", example="/作业 名单 第2期", summary="谁交了")
command.form(commands.league, word="榜", example="/作业 榜", summary="这一季的排名")
command.form(commands.own_record, word="战绩", example="/作业 战绩", summary="自己的战绩")
command.form(commands.record_of, word="战绩", example="/作业 战绩 @小王", summary="一个成员的战绩")
command.form(
    commands.set_subject,
    word="命题|换题",
    role=Role.DEPUTY,
    example="/作业 命题 第2期 冬天的早饭",
    summary="定题目，题目前写「必须」就只能写它",
)
command.form(
    commands.spare, word="免罚", role=ADMIN, example="/作业 免罚 @小王 第2期 出差", summary="这期不罚他"
)
command.form(
    commands.hand_in_after,
    word="补交",
    role=Role.DEPUTY,
    example="/作业 补交 @小王 第2期",
    summary="算他交了",
)
command.form(commands.take_off, word="移出", role=ADMIN, example="/作业 移出 @小王", summary="移出名单")
command.form(commands.bring_back, word="恢复", role=ADMIN, example="/作业 恢复 @小王", summary="回到名单")
command.form(commands.pause, word="停", role=ADMIN, example="/作业 停 到 12-31", summary="停下，截止顺延")
command.form(commands.go_on, word="继续", role=ADMIN, example="/作业 继续", summary="接着来")
command.form(commands.finish, word="结束", role=ADMIN, example="/作业 结束", summary="结束这一季")
command.form(commands.archive, word="归档", role=ADMIN, example="/作业 归档", summary="一季的作业存成表格")
command.form(commands.choose, word="设", role=ADMIN, example="/作业 设 罚款 10 5", summary="改规矩，下一期起")
feature.command(
    "交作业", "交这一期的作业，再交一次就是改", aliases={"submit"}, example="/交作业 https://example.com/1"
).form(commands.submit, counts_late="份作业")
feature.command(
    "点评", "点评一个人的作业", aliases={"review"}, example="/点评 @小王 例子很具体，结尾可以再收一收"
).form(commands.review, counts_late="条点评")
feature.command("请假", "这一期不交", aliases={"leave"}, example="/请假 出差").form(
    commands.excuse, counts_late="个请假"
)

feature.on_message(listeners.look, counts_late="条点评")
feature.counts_late(listeners.is_open)
feature.on(MemberLeft, listeners.left)
feature.on(MessageRecalled, listeners.recalled)
feature.on(FeatureSwitched, listeners.switched)
feature.on(SettingChanged, listeners.changed)
feature.on(GroupDissolved, listeners.dissolved)
feature.on_ready(listeners.woke)
feature.job(cycles.REMIND, jobs.remind)
feature.job(cycles.DUE, jobs.due, repeats=True)
feature.job(cycles.JUDGE, jobs.judge, repeats=True)
feature.job(cycles.DUN, jobs.dun)
feature.job(cycles.UNPAID, jobs.unpaid)
feature.job(cycles.RESUME, jobs.resume)
feature.decision(cycles.ASK, decisions.judge_after_all, decisions.spare, expired=decisions.spare)
feature.decision(cycles.PUT_OUT, decisions.put_out)
feature.decision(decisions.END, decisions.end)
feature.decision(decisions.LATE_LEAVE, decisions.leave_agreed, decisions.leave_refused, most_per_member=2)
feature.decision(
    decisions.GONE_PIECE, decisions.piece_stands, decisions.piece_falls, expired=decisions.piece_stands
)
feature.undo(decisions.OVERRIDE, decisions.undo_override)
feature.undo(decisions.ROSTER, decisions.undo_take_off)
feature.answers(brief_section, answers.section)
feature.answers(known, answers.known)

COUNTS = "罚款和出局要凭它算"
feature.keep(
    Keep(models.Season, "作业的一季", person=("created_by",), at="created_at", days=400, stays=COUNTS),
    Keep(models.Cycle, "作业的一期", person=(), at="opens_at", days=400),
    Keep(models.Participant, "作业名单", at="joined_at", days=400, stays=COUNTS),
    Keep(
        models.Piece,
        "交的作业",
        at="at",
        days=180,
        blank={"opening": "", "link": ""},
        lasting=True,
        hidden=("hash", "command_id", "mark"),
    ),
    Keep(models.Duty, "派到的点评", person=("user_id", "author_id"), at="at", days=400, stays=COUNTS),
    Keep(
        models.Review,
        "点评过谁",
        person=("user_id", "author_id"),
        at="at",
        days=400,
        stays=COUNTS,
        hidden=("hash", "author_id"),
    ),
    Keep(models.Leave, "请的假", at="at", days=400, blank={"reason": ""}),
    Keep(models.Result, "每期的结果", at="at", days=400, stays=COUNTS),
)

__plugin_meta__ = feature.metadata
