"""举报：看到不对的告诉管理员，谁也不知道是你说的。"""

from tortoise.expressions import Q

from lizheng import Area, Feature, Keep, Recipe, Role
from lizheng.hooks import suspicion, weekly_report
from plugins.reports import answers, cases, commands, decisions, jobs
from plugins.reports.models import Case, Standing, Voice
from plugins.reports.settings import Settings

feature = Feature(
    __name__,
    "举报",
    "看到不对的告诉管理员，谁也不知道是你说的",
    settings=Settings,
    area=Area.ORDER,
    recipes={Recipe.RESOURCES, Recipe.LARGE},
    opt_in=True,
)

command = feature.command(
    "举报", "告诉管理员，不留名；私聊我发最好", aliases={"report"}, example="/举报 @小王 发广告", veiled=True
)
command.form(commands.report, summary="引用他的消息发，命令马上撤回；最好私聊我发，可以带截图、转发")
command.form(
    commands.report_private,
    word="私加",
    example="/举报 私加 @小王 加我好友发贷款",
    summary="谁私下加人、打扰人，私聊我发",
)
command.form(commands.withdraw, word="撤回", example="/举报 撤回 J7", summary="还没定的收回来，私聊我发")
command.form(commands.show_mine, word="我的", example="/举报 我的", summary="自己说过的怎样了，私聊我发")
command.form(commands.revenge, word="报复", example="/举报 报复 J7", summary="因为举报被报复了，私聊我发")
command.form(commands.show_public, word="公示", example="/举报 公示 30", summary="收到几件，多久处理")
command.form(
    commands.show_list, word="列表", role=Role.DEPUTY, example="/举报 列表", summary="等处理的，私聊我发"
)
command.form(
    commands.show_case, word="看", role=Role.DEPUTY, example="/举报 看 J7", summary="说了什么，私聊我发"
)
command.form(
    commands.lift,
    word="揭开",
    role=Role.OWNER,
    example="/举报 揭开 J7 要报警",
    summary="群主看是谁举报的，会告诉他",
)

feature.decision(
    cases.DECISION, decisions.upheld, decisions.denied, expired=jobs.undecided, check=decisions.check
)
feature.decision(
    cases.REMOVE, decisions.removal_agreed, decisions.removal_declined, check=decisions.check_removal
)
feature.decision(cases.MALICE, decisions.malicious)
feature.job(cases.BUNDLE, jobs.bundle)
feature.job(cases.REMIND, jobs.remind)
feature.job(cases.LAPSE, jobs.lapse)
feature.answers(suspicion, answers.suspicion)
feature.answers(weekly_report, answers.figures)


def _own(group_id: int, user_id: int) -> Q:
    return Q(group_id=group_id, veil=cases.pseudonym(group_id, user_id))


feature.keep(
    Keep(
        Case,
        "关于你的举报，定了的",
        at="ended_at",
        days=180,
        where=lambda group_id, user_id: Q(group_id=group_id, user_id=user_id, state__in=("upheld", "denied")),
        free=lambda now: ~Q(state="open"),
        hidden=(
            "owner_id",
            "decided_by",
            "open_key",
            "told_at",
            "opened_at",
            "proposed",
            "pending",
            "to_owner",
        ),
    ),
    Keep(
        Voice,
        "你的举报里写的话",
        at="at",
        days=90,
        where=_own,
        aside=True,
        blank={"words": "", "evidence": ""},
        hidden=("veil", "case_id", "weight", "circle", "evidence"),
    ),
    Keep(
        Voice,
        "定了 30 天的举报里写的话",
        person=(),
        at="ended_at",
        days=30,
        blank={"words": "", "evidence": ""},
        lasting=True,
    ),
    Keep(Standing, "你的举报成立过几次", at="at", days=400, where=_own, aside=True, hidden=("veil",)),
)

__plugin_meta__ = feature.metadata
