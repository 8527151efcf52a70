"""账本 played: bills, confirming by number, refusing, refunding, and bad input."""

import pytest

from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Entry, Order
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.sql import fetch

BILLED = """
开：账本
管理员：/收费 @小王 100 活动费
里正：@小王 开了 A1：活动费 100 元。…
"""


async def test_partial_sums_add_up(stage: HostStage) -> None:
    await stage.play(f"""
{BILLED}
小王：/已发红包 50
里正：@小王 说 A1（活动费，还差 100 元）的红包已经发了，等管理员确认。…
管理员→小王：/确认收款
里正：A1 收到 50 元，还差 50 元。
管理员→小王：/确认收款
里正：这一笔已经确认过了，没有再记。
小王：/欠款
里正：没付清的有 1 张，共差 50 元：
  A1 小王 活动费：差 50 元
小王：/账本
里正：小王 的账本：
  A1 活动费 100 元：待付款（已收 50 元）
管理员：/确认收款A1 50
里正：A1（活动费）收齐了 100 元，谢谢 @小王。
管理员：/确认收款 A1
里正：A1 已付清，还没用掉，没有再记。
小李：/账本 @小王
里正：小王 的账本：
  A1 活动费 100 元：已付清，还没用掉
小李：/账本
里正：小李 的账本是空的。
小李：/欠款
里正：没有没付清的单。
""")


async def test_long_books_are_leafed_through(stage: HostStage) -> None:
    bills = "\n".join(f"管理员：/收费 @小王 {n} 活动费\n里正：…" for n in range(1, 11))
    await stage.play(f"""
开：账本
{bills}
小王：/账本
里正：小王 的账本：
  A10 活动费 10 元：待付款
  …
  A3 活动费 3 元：待付款
  第 1/2 页，看下一页发 /账本 2
小王：/账本 2
里正：小王 的账本：
  A2 活动费 2 元：待付款
  A1 活动费 1 元：待付款
  第 2/2 页
管理员：/账本 @小王
里正：小王 的账本：
  …
  第 1/2 页，看下一页发 /账本 @小王 2
管理员：/账本 @小王 第2页
里正：小王 的账本：
  A2 …
  A1 …
  第 2/2 页
小李：/欠款 2
里正：没付清的有 10 张，共差 55 元：
  A9 小王 活动费：差 9 元
  A10 小王 活动费：差 10 元
  第 2/2 页
小李：/账本 张三
里正：没看出「张三」是谁：…
""")


async def test_refusing_and_refunding(stage: HostStage) -> None:
    await stage.play(f"""
{BILLED}
管理员：/退款 A1
里正：A1 还没收过钱，不用退。
管理员：/确认收款 A1 30
里正：A1 收到 30 元，还差 70 元。
管理员：/拒绝收款 A1 不对
里正：A1 已经收过 30 元，先把钱退了，再发 /退款 A1。
管理员：/退款 A1 31
里正：A1 只收过 30 元，退不了这么多。
管理员：/退款 A1 5
里正：A1 的 5 元退掉了，账已冲销，还记着 25 元。@小王 请查收。
管理员：/退款 1
里正：A1 的 25 元退掉了，账已冲销。@小王 请查收。
管理员：/退款 A1
里正：A1 已经退过了。
管理员：/收费 @小王 20
里正：@小王 开了 A2：收费 20 元。…
管理员：/拒绝收款 A2 不收了
里正：A2 不收了：不收了。@小王 还要付的话，请管理员用 /收费 再开一张。
管理员：/确认收款 A2
里正：A2 已拒收，没有再记。
管理员：/拒绝收款 A2
里正：A2 已拒收，没有再动。
小王：/已发红包 A2
里正：A2 已拒收，不用再付。
""")
    assert not await mismatches()


@pytest.mark.parametrize("bad", ["-1", "1e9", "八块", "100.001", "0"])
async def test_amounts_that_are_none_change_nothing(stage: HostStage, bad: str) -> None:
    await stage.play(f"""
{BILLED}
管理员：/确认收款 A1 {bad}
里正：…
  用法：/确认收款 …
  例如：/确认收款 A12 100
管理员：/收费 @小王 {bad}
里正：…
  用法：/收费 …
  例如：/收费 @小王 20 活动费
小王：/已发红包 {bad}
里正：…
  用法：/已发红包 …
  例如：/已发红包 100 A12
""")
    assert await Order.all().values_list("paid", flat=True) == [0]
    assert not await Entry.exists()


async def test_orders_of_other_groups_and_unknown_ones(stage: HostStage) -> None:
    player = await stage.play(BILLED)
    second = stage.world.add_group("二群", player.people["群主"], [player.people["小王"]])
    await stage.introduce(second.group_id)
    again = Player(stage, second)
    again.people = player.people
    await again.play("""
开：账本
群主：/确认收款 A1
里正：本群没有 A1 这个单。
群主：/退款 A99
里正：本群没有 A99 这个单。
群主：/拒绝收款 你好
里正：「你好」不是单号，请写成 A12。
  用法：/拒绝收款 …
  例如：/拒绝收款 A12 没看到红包
群主：/确认收款
里正：要确认哪一单？写单号（/确认收款 A12），或引用他的红包。
小王：/已发红包
里正：你现在没有要付的单。
""")


async def test_nobody_confirms_their_own_and_members_confirm_nothing(stage: HostStage) -> None:
    await stage.play("""
开：账本
群主：/收费 @管理员 10 茶水
里正：@管理员 开了 A1：茶水 10 元。…
管理员：/已发红包 A1
里正：@管理员 说 A1…
管理员：/确认收款 A1
里正：A1 是你自己付的，要请别的管理员确认。
管理员→里正「说 A1」：收到
里正：A1 是你自己付的，要请别的管理员确认。
小王：/确认收款 A1
里正：/确认收款 [金额] [单号] 只有管理员和群主能用。
小王→管理员：收到
小王：/收费 @小李 10
里正：…能用。
小李：/退款 A1
里正：…只有管理员和群主能用。
管理员：/收费 @管理员 10
里正：不能给自己开单。
群主→里正「说 A1」：收到 谢谢
群主→里正「说 A1」：收到 5
里正：A1 收到 5 元，还差 5 元。
管理员：/退款 A1
里正：A1 是你自己付的，要请别的管理员退。
""")


async def test_it_follows_paying_features_and_is_off_otherwise(stage: HostStage) -> None:
    await stage.play("""
小王：/欠款
管理员：/欠款
里正：「账本」在本群是关的。发 /开启 账本 打开它。
""")


async def test_a_mismatch_stops_money_in_its_group_and_nothing_else(stage: HostStage) -> None:
    player = await stage.play(f"{BILLED}\n管理员：/确认收款 A1\n里正：A1（活动费）收齐了…")
    second = stage.world.add_group("二群", player.people["群主"], [player.people["小王"]])
    await stage.introduce(second.group_id)
    elsewhere = Player(stage, second)
    elsewhere.people = player.people
    stage.world.add_person("超级用户", 99999)
    player.people["超级用户"] = 99999
    stage.world.befriend(99999)
    await fetch('UPDATE "lizheng_balance" SET "amount" = 1 WHERE "kind" = \'member\' RETURNING "id"')
    await player.play("""
【重启】
里正（私聊 超级用户）：账本对不上，这些群的收付款先停了：…
管理员：/收费 @小王 20
里正：账对不上，收付款先停下了，已经告诉超级用户。别的功能照常。
管理员：/退款 A1
里正：账对不上…
小王：/账本
里正：小王 的账本：…
管理员：/自检
里正：里正 …
  …
  账本：对不上，收付款停着
  …
""")
    await elsewhere.play("""
开：dues
群主：/收费 @小王 20
里正：@小王 开了 A1…
""")
    await fetch('UPDATE "lizheng_balance" SET "amount" = 10000 WHERE "kind" = \'member\' RETURNING "id"')
    await player.play("""
【到 明天 04:11】
管理员：/收费 @小王 20
里正：@小王 开了 A2…
""")


async def test_a_confirmed_sum_is_taken_back_and_can_be_confirmed_again(stage: HostStage) -> None:
    await stage.play(f"""
{BILLED}
小王：/已发红包
里正：@小王 说 A1…
管理员→小王：收到
里正：A1（活动费）收齐了 100 元，谢谢 @小王。
管理员：/撤销 1
里正：…
管理员：/撤销 2
里正：没有 #2 这条记录。
管理员：/账本 @小王
里正：小王 的账本：
  A1 活动费 100 元：待付款
管理员→小王：收到 60
里正：A1 收到 60 元，还差 40 元。
管理员→小王：收到 60
里正：这一笔已经确认过了，没有再记。
管理员：/撤销 1
里正：#1 撤销不了：已经撤销过了。
管理员：/退款 A1
里正：A1 的 60 元退掉了，…
管理员：/撤销 2
里正：#2 撤销不了：A1 已退款，这一笔收不回来了。…
""")
    assert not await mismatches()


async def test_a_quoted_payment_is_refused_without_its_number(stage: HostStage) -> None:
    await stage.play(f"""
{BILLED}
小王：/已发红包
里正：@小王 说 A1…
管理员：/拒绝收款 没看到
里正：「没看到」不是单号，请写成 A12。…
管理员：/拒绝收款
里正：缺少单号。…
管理员→小王：/拒绝收款 没看到
里正：A1 不收了：没看到。@小王 还要付的话，请管理员用 /收费 再开一张。
管理员：/收费 @小王 20
里正：@小王 开了 A2：…
小王：/已发红包
里正：@小王 说 A2…
管理员→里正：/拒绝收款
里正：A2 不收了。@小王 还要付的话，请管理员用 /收费 再开一张。
""")


async def test_a_purpose_that_is_too_long(stage: HostStage) -> None:
    await stage.play("""
开：账本
管理员：/收费 @小王 20 一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十长
里正：事由太长了，最多 30 个字。
  用法：…
""")
