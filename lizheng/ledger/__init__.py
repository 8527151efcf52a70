"""The ledger: what members pay by hand in QQ, recorded. It never pays, grabs or asks for a red packet by itself.

A feature that takes money declares `needs={MONEY}`, opens orders with `orders.place`, and names a job `SETTLED` to be
run with the payload `{"order": id}` once an admin has confirmed the whole price. Orders that are told together are placed
with `orders.place_many` and said with `desk.announce`. What is paid out is an order of kind reward or spending: `fund`.
"""

from datetime import time

from lizheng.ledger import books, desk, fund, nightly, orders
from lizheng.ledger.desk import MONEY, SETTLED
from lizheng.ledger.retention import KEPT
from lizheng.plugin.feature import Feature
from lizheng.plugin.stage import Stage

__all__ = ["MONEY", "SETTLED", "books", "desk", "feature", "fund", "orders"]

feature: Feature = Feature(
    __name__, "收款", "认出红包，等管理员确认入账。", id="ledger", hidden=True, serves=MONEY
)
feature.command("已发红包", "说自己的红包已经发了", aliases={"paid"}, example="/已发红包 100 A12").form(
    desk.claim
)
feature.on_message(desk.look, stage=Stage.JUDGE)
feature.undo(desk.UNDO, desk.undo_confirm)
feature.undo(desk.UNDO_MANY, desk.undo_many)
feature.on_start(nightly.begin)
feature.nightly(nightly.CHECK, nightly.check, time(4, 10))
feature.keep(*KEPT)
