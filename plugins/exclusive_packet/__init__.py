"""专属红包：给一个人的红包谁发、谁收，公账的进出大家看得见。"""

from lizheng import Area, Feature, Keep, MemberLeft, Recipe, Role, Stage
from lizheng.hooks import brief_section, weekly_report
from lizheng.ledger import MONEY
from plugins.exclusive_packet import answers, cards, commands, decisions
from plugins.exclusive_packet.models import Card
from plugins.exclusive_packet.settings import Settings

feature = Feature(
    __name__,
    "专属红包",
    "给一个人的红包谁发、谁收，公账的进出大家看得见",
    settings=Settings,
    needs={MONEY},
    area=Area.RUNNING,
    recipes={Recipe.CAMP, Recipe.RESOURCES},
    opt_in=True,
)

ADMIN = Role.ADMIN
packet = feature.command(
    "专属红包",
    "给一个人发专属红包，发的和收的都说了才入账",
    aliases={"packet"},
    role=ADMIN,
    example="/专属红包 @小王 8.88 上期作业最佳",
)
packet.form(commands.award)
packet.form(commands.handed, word="已发", example="/专属红包 已发 A45", summary="说红包已经发了")
packet.form(commands.waiting, word="待发", example="/专属红包 待发", summary="该发还没送到的")
packet.form(commands.taken_by, word="错领", example="/专属红包 错领 A45 @小李", summary="被别人领走了")
packet.form(commands.returned, word="退回", example="/专属红包 退回 A45", summary="没人领，QQ 退回来了")
packet.form(commands.cancel, word="取消", example="/专属红包 取消 A45", summary="不发了")
feature.command("收到", "给自己的红包领到了", aliases={"got"}, example="/收到 A45").form(commands.got)
feature.command("没收到", "给自己的红包没领到", aliases={"notgot"}, example="/没收到 A45").form(
    commands.not_got
)
money = feature.command("公账", "公账进了多少、出了多少、还剩多少", aliases={"fund"}, example="/公账")
money.form(commands.show_fund, example="/公账 2026", summary="这个月或一年的进出和结余")
money.form(commands.entries, word="明细", example="/公账 明细", summary="最近的进出")
money.form(commands.own_up, word="补上", role=ADMIN, example="/公账 补上", summary="缺的由自己垫")
money.form(commands.repay, word="还", role=ADMIN, example="/公账 还 @管理员 8.88", summary="把垫的钱还给他")
money.form(commands.export, word="导出", role=ADMIN, example="/公账 导出", summary="流水存成表格")
feature.command("支出", "从公账支出一笔", aliases={"spend"}, role=ADMIN, example="/支出 50 活动饮料").form(
    commands.spend
)

feature.on_message(cards.look, stage=Stage.JUDGE)
feature.on(MemberLeft, answers.left)
feature.job(cards.NAG, cards.nag)
feature.decision(decisions.SPEND, decisions.spend)
feature.decision(decisions.SPEND_TWO, decisions.spend, decisions.not_spent)
feature.undo(cards.UNDO, cards.undo_book)
feature.undo(decisions.UNDO, decisions.undo_spending)
feature.answers(brief_section, answers.section)
feature.answers(weekly_report, answers.figures)

feature.keep(
    Keep(
        Card,
        "专属红包",
        person=("user_id", "payer_id", "wrong_id"),
        at="announced_at",
        days=60,
        stays="没送到的要凭它核对",
    )
)

__plugin_meta__ = feature.metadata
