"""报名：报名、候补、到场、分组、抽奖。"""

from datetime import timedelta

from tortoise.expressions import Q

from lizheng import Area, Feature, Keep, MemberLeft, Recipe, Stage
from lizheng.events import ReactionChanged
from lizheng.hooks import brief_section, weekly_report
from lizheng.ledger import MONEY, SETTLED
from plugins.events import answers, commands, draws, gatherings, jobs, listeners, seats
from plugins.events.models import Draw, Event, Seat, Ticket
from plugins.events.settings import Settings

feature = Feature(
    __name__,
    "报名",
    "报名、候补、到场、分组，和谁都能验的抽奖",
    settings=Settings,
    needs={MONEY},
    area=Area.RUNNING,
    recipes={Recipe.HOBBY, Recipe.CAMP, Recipe.RESOURCES, Recipe.POP_UP},
    opt_in=True,
)

signup = feature.command("报名", "看有什么在报名，报名，退出", aliases={"signup"}, example="/报名 H3")
signup.form(commands.list_open, summary="看有什么在报名").form(
    commands.show_open, word="列表", summary="所有在报名的，一页一页看"
).form(commands.show, word="看", example="/报名 看 H3", summary="一个的名单、时间、费用，和自己报了没有")
signup.form(
    commands.join,
    example="/报名 H3 +1 晚到一会儿",
    summary="报一个，能带人的写 +几，后面是备注",
    counts_late="个报名",
)
signup.form(
    commands.leave,
    word="退|不来",
    example="/报名 退 H3",
    summary="退出，位子给候补的人",
    counts_late="个退出",
)
signup.form(
    commands.begin,
    word="发起",
    example="/报名 发起 周末爬山 20人 周六9:00 截止 明天20:00",
    summary="发起一个；还能写 候补 费用 每人带 地点 条件",
)
signup.form(commands.put_in, word="替", example="/报名 替 H3 @小王", summary="发起人替人报")
signup.form(commands.take_out, word="移除", example="/报名 移除 H3 @小王 联系不上", summary="发起人把人撤下")
signup.form(commands.change, word="改", example="/报名 改 H3 人数 12", summary="改 人数、时间、截止")
signup.form(commands.close, word="截止", example="/报名 截止 H3", summary="现在就截止")
signup.form(commands.call_off, word="取消", example="/报名 取消 H3 下雨", summary="取消，费用都要退")
signup.form(commands.export, word="导出", example="/报名 导出 H3", summary="私聊里发名单，带备注")

arrive = feature.command("到场", "到了说一声", aliases={"arrive"}, example="/到场 H3 1234")
arrive.form(commands.arrive_for, summary="发起人替人记", example="/到场 H3 @小王")
arrive.form(commands.arrive, example="/到场 H3 1234", counts_late="个到场")
arrive.form(commands.tell_word, word="暗号", example="/到场 暗号 H3", summary="私聊里要一个现场的暗号")
feature.command("分组", "把报上的人随机分组", aliases={"teams"}, example="/分组 H3 每组 4人").form(
    commands.teams
)

lottery = feature.command("抽奖", "看有什么在抽，参加，退出", aliases={"draw"}, example="/抽奖 C7")
lottery.form(draws.list_open, summary="看有什么在抽").form(draws.show_open, word="列表")
lottery.form(draws.join, example="/抽奖 C7", summary="参加", counts_late="个抽奖")
lottery.form(draws.leave, word="退", example="/抽奖 退 C7", summary="退出")
lottery.form(draws.add_word, word="加一句", example="/抽奖 加一句 C7 好运来", summary="给抽签加一句话")
lottery.form(
    draws.begin,
    word="发起",
    example="/抽奖 发起 电影票 2人 截止 明天20:00",
    summary="发起一个；还能写 谁能抽 H3到场",
)
lottery.form(draws.draw_now, word="开", example="/抽奖 开 C7", summary="现在就开")
lottery.form(draws.pass_on, word="顺延", example="/抽奖 顺延 C7 @小王 没回话", summary="给下一位")
lottery.form(draws.verify, word="验证", example="/抽奖 验证 C7", summary="怎么验证")

feature.on_message(listeners.heard, stage=Stage.ANSWER, counts_late="个报名")
feature.counts_late(listeners.is_open)
feature.on(ReactionChanged, listeners.reacted)
feature.on(MemberLeft, listeners.gone)
feature.decision("open", commands.open_confirmed)
feature.decision("close", commands.close_confirmed)
feature.decision("call-off", commands.call_off_confirmed)
feature.decision("draw", draws.draw_confirmed)
feature.undo("change", gatherings.undo_change)
feature.job(seats.TICK, jobs.tick, repeats=True)
feature.job(draws.DUE, draws.due, repeats=True)
feature.job(SETTLED, jobs.settled)
feature.on_ready(jobs.woke)
feature.on_ready(draws.woke)
feature.people("H", answers.signed_up, example="H3到场")
feature.people("C", answers.in_draw, example="C7中奖")
feature.people("到场", answers.came_often, example="到场≥3")
feature.answers(brief_section, answers.next_events)
feature.answers(weekly_report, answers.week)
feature.keep(
    Keep(
        Event,
        "发起过的报名",
        person=("organiser_id",),
        at="ends_at",
        days=180,
        stays="结束以后才删",
        free=lambda now: Q(state__in=("ended", "cancelled")),
        hidden=("word_salt", "word_hash", "word_until", "turns", "told_lead"),
    ),
    Keep(
        Seat,
        "报名和到场",
        at="asked_at",
        days=180,
        stays="活动结束以后才删，先退出也行",
        free=lambda now: Q(live=False),
        hidden=("event_id", "rank", "tries", "live"),
    ),
    Keep(
        Draw,
        "发起过的抽奖",
        person=("organiser_id",),
        at="closes_at",
        days=180,
        stays="开了以后才删",
        free=lambda now: Q(state__in=("drawn", "cancelled")),
        hidden=("secret", "turns", "digest"),
    ),
    Keep(
        Ticket,
        "参加的抽奖",
        at="at",
        days=180,
        stays="抽奖开了 30 天里别人要能验证，没开的先退出",
        free=lambda now: Q(state="left") | Q(live=False, at__lt=now - timedelta(days=30)),
        hidden=("draw_id", "live"),
    ),
)

__plugin_meta__ = feature.metadata
