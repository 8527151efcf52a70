"""账本：谁付了什么、还差多少；确认、拒绝、退款都记在这里。"""

from lizheng import Area, Feature, Role
from lizheng.ledger import MONEY, desk
from plugins.dues import handlers

feature = Feature(
    __name__,
    "账本",
    "谁付了什么、还差多少；确认、拒绝和退款",
    needs={MONEY},
    serves=MONEY,
    area=Area.RUNNING,
)

feature.command("账本", "自己或某个成员付过的和没付的", aliases={"ledger"}, example="/账本").form(
    handlers.show_own, summary="自己付过的和没付的"
).form(handlers.show_member, example="/账本 @小王", summary="一个成员付过的和没付的").form(
    handlers.waive,
    word="豁免",
    role=Role.ADMIN,
    example="/账本 豁免 A12 他已经退群",
    summary="一张没付的单不用付了",
)
feature.command("欠款", "群里还没付清的单", aliases={"owing"}, example="/欠款").form(handlers.owing)
feature.command(
    "收费", "给成员开一张要付的单", aliases={"bill"}, role=Role.ADMIN, example="/收费 @小王 20 活动费"
).form(handlers.bill)
feature.command(
    "确认收款",
    "钱收到了，入账；几张一起写 A1 A3-A5",
    aliases={"received"},
    role=Role.ADMIN,
    example="/确认收款 A12 100",
).form(handlers.confirm)
feature.command(
    "拒绝收款",
    "没收到或不收，这张单作废",
    aliases={"refuse"},
    role=Role.ADMIN,
    example="/拒绝收款 A12 没看到红包",
).form(handlers.refuse).form(handlers.refuse_quoted, example="/拒绝收款 没看到红包")
feature.command(
    "退款",
    "钱已经退给成员了，账也退掉；写金额就只退这些",
    aliases={"refund"},
    role=Role.ADMIN,
    example="/退款 A12",
).form(handlers.refund)
feature.undo(desk.UNDO, desk.undo_confirm)
feature.undo(desk.UNDO_MANY, desk.undo_many)
feature.undo(handlers.UNWAIVE, handlers.owe_again)

__plugin_meta__ = feature.metadata
