"""投票和问卷：一人一票，匿名是真的匿名；问卷在私聊里一题一题填。"""

from datetime import timedelta

from tortoise.expressions import Q

from lizheng import Area, Feature, Keep, MemberLeft, ReactionChanged, Recipe, Role, Stage
from lizheng.hooks import weekly_report
from plugins.polls import answers, commands, jobs, listeners, polls, proposals, surveys
from plugins.polls.models import Ballot, Filled, Poll, Second, SecretBallot, Survey, Voter
from plugins.polls.settings import Settings

feature = Feature(
    __name__,
    "投票",
    "一人一票，匿名是真的匿名；还有私聊里填的问卷",
    settings=Settings,
    area=Area.RUNNING,
    recipes={Recipe.HOBBY, Recipe.LARGE, Recipe.RESOURCES, Recipe.POP_UP},
    opt_in=True,
)

command = feature.command("投票", "看投票、投一票，或者发起", aliases={"vote"}, example="/投票 T1 2")
command.form(
    commands.open_poll,
    word="发起|新建",
    example="/投票 发起 团建去哪 爬山 烧烤 桌游 截止 明天20:00",
    summary="发起一个；后面可以写 多选 2、匿名、隐藏、过半、人数 10、截止 明天20:00",
)
command.form(commands.see, word="看|查看", example="/投票 看 T1", summary="看一个")
command.form(commands.pages, word="列表", example="/投票 列表 2", summary="都有哪些")
command.form(commands.names, word="名单", example="/投票 名单 T1", summary="谁投了什么，匿名的没有")
command.form(
    commands.withdraw, word="弃|收回", example="/投票 弃 T1", summary="收回自己的票", counts_late="个弃票"
)
command.form(
    commands.add_options, word="加选项", example="/投票 加选项 T1 露营", summary="加选项，发起的人或管理员"
)
command.form(commands.end, word="结束", example="/投票 结束 T1", summary="现在就结束，发起的人或管理员")
command.form(commands.extend, word="延", example="/投票 延 T1 1天", summary="推迟截止，发起的人或管理员")
command.form(
    commands.void, word="作废", example="/投票 作废 T1 选项写错了", summary="不算了，发起的人或管理员"
)
command.form(
    proposals.propose,
    word="提案",
    example="/投票 提案 每周五休息一天",
    summary="提一件事，够人附议就交给管理员",
)
command.form(
    proposals.second, word="附议", example="/投票 附议 T1", summary="同意把提案付诸投票", counts_late="个附议"
)
command.form(commands.show, summary="有哪些，只有一个就看它")
command.form(commands.vote, example="/投票 T1 2", summary="投一票，再投就改", counts_late="票")

survey = feature.command("问卷", "私聊里填的问卷", aliases={"survey"}, example="/问卷 T1")
survey.form(
    surveys.open_survey,
    word="发起|新建",
    example="/问卷 发起 聚会 截止 明天20:00（下面一行一题：单选 几点方便 早上 晚上）",
    summary="发起一份，一行一题：单选、多选、打分、数字、文字",
)
survey.form(surveys.export, word="导出", role=Role.ADMIN, example="/问卷 导出 T1", summary="题目和回答的表格")
survey.form(surveys.finish, word="结束", example="/问卷 结束 T1", summary="现在就结束，发起的人或管理员")
survey.form(surveys.show, summary="有哪些")
survey.form(surveys.start, example="/问卷 T1", summary="私聊里填一份")
surveys.FORM.declare(feature)

feature.on_message(listeners.quoted, stage=Stage.ANSWER, counts_late="票")
feature.on(ReactionChanged, listeners.reacted)
feature.on(MemberLeft, listeners.gone)
feature.counts_late(listeners.is_open)
feature.gather("votes", commands.tell_votes, after=timedelta(seconds=30), quiet=timedelta(seconds=60))
feature.job(polls.CLOSE, jobs.close, repeats=True)
feature.job(polls.REMIND, jobs.remind, late_limit=timedelta(hours=1))
feature.job(jobs.LAPSE, jobs.lapse)
feature.job(surveys.CLOSE, jobs.close_survey, repeats=True)
feature.decision(proposals.DECISION, proposals.approved, proposals.rejected, expired=proposals.undecided)
feature.undo("void", commands.undo_void)
feature.answers(weekly_report, answers.week)
feature.keep(
    Keep(Voter, "能投和投过的投票", at="ends_at", days=180, stays="删了就能再投一次"),
    Keep(Ballot, "投的票", at="ends_at", days=180, free=lambda now: Q(ends_at__lt=now), hidden=("poll_id",)),
    Keep(SecretBallot, "匿名的票，看不出是谁的", person=(), at="ends_at", days=180),
    Keep(Second, "附议", at="at", days=180),
    Keep(Poll, "发起的投票", person=("author_id",), until="一直留着，结果是全群的", stays="结果是全群的"),
    Keep(Survey, "发起的问卷", person=("author_id",), until="一直留着题目", stays="题目是全群的"),
    Keep(Filled, "问卷的回答", at="at", days=180, hidden=("survey_id",)),
)

__plugin_meta__ = feature.metadata
