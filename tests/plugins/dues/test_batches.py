"""账本 played: several payments confirmed at once, by number and by quoting what announced them; letting somebody off."""

from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Balance, Entry
from lizheng.sandbox.stage import HostStage

BILLS = """
开：账本
管理员：/收费 @小王 10 茶水
里正：@小王 开了 A1：…
管理员：/收费 @小李 20 茶水
里正：@小李 开了 A2：…
群主：/收费 @管理员 5 茶水
里正：@管理员 开了 A3：…
"""


async def test_several_are_confirmed_by_number(stage: HostStage) -> None:
    await stage.play(f"""
{BILLS}
管理员：/确认收款 A1-A3
里正：收到 2 笔，共 30 元：A1 小王、A2 小李。
  没记的：A3 是你自己付的，要请别的管理员确认。
管理员：/确认收款 A1 A2
里正：一笔也没有记：A1 已付清，还没用掉，没有再记；A2 已付清，还没用掉，没有再记
群主：/确认收款 A3、A1
里正：收到 1 笔，共 5 元：A3 管理员。
  没记的：A1 已付清，还没用掉，没有再记。
群主：/确认收款 A1 A2 30
里正：几张单一起确认不能写金额，实收不同的请单独确认。…
群主：/确认收款 A1 A9
里正：本群没有 A9 这个单。
小王：/已发红包 A1 A2
里正：一次只能说一张单。…
群主：/确认收款 A1-A999
里正：…太多，一次最多 200 个…
管理员：/撤销 1
里正：已撤销 #1：确认收款 2 笔 30 元。
小王：/欠款
里正：没付清的有 2 张，共差 30 元：
  A1 小王 茶水：差 10 元
  A2 小李 茶水：差 20 元
管理员：/确认收款 A1
里正：A1（茶水）收齐了 10 元，谢谢 @小王。
""")
    assert not await mismatches()


async def test_letting_somebody_off(stage: HostStage) -> None:
    await stage.play(f"""
{BILLS}
小王：/账本 豁免 A1 我不想付
里正：…只有管理员和群主能用。
管理员：/账本 豁免 A3 自己的
里正：A3 是你自己的单，要请别的管理员豁免。
管理员：/账本 豁免 A1
里正：缺少…
管理员：/账本 豁免 A1 他出差了
里正：A1 不用 小王 付了：他出差了。
  撤销发 /撤销 1。
管理员：/账本 豁免 A1 再来
里正：A1 已豁免，没有再动。
小王：/已发红包 A1
里正：A1 已豁免，不用再付。
小王：/账本
里正：小王 的账本：
  A1 茶水 10 元：已豁免
管理员：/撤销 1
里正：已撤销 #1：豁免 A1。
管理员：/确认收款 A1 4
里正：A1 收到 4 元，还差 6 元。
管理员：/账本 豁免 A1 剩下的算了
里正：A1 已经收过 4 元，先把钱退了，再发 /退款 A1。
【小李 退群】
小王：/欠款
里正：没付清的有 3 张，共差 31 元：
  A1 小王 茶水：差 6 元
  A2 …（已退群） 茶水：差 20 元
  A3 管理员 茶水：差 5 元
""")
    assert not await mismatches()


async def test_what_was_announced_together_is_confirmed_by_quoting_it(stage: HostStage) -> None:
    await stage.play("""
开：账本
开：试探
管理员：/收费 @小王 1 茶水
里正：@小王 开了 A1：…
管理员：/试罚 @小王 @小李 @群主
里正：试罚：A2、A3、A4
小王→里正「试罚：A2」：收到 全部
管理员→里正「试罚：A2」：收到
里正：这里有 3 张单（A2、A3、A4）。收到哪几张就回「收到 2」，或「收到 全部」。
管理员→里正「试罚：A2」：收到 1 3
里正：这里没有 A1；有的是 A2、A3、A4。
管理员→里正「试罚：A2」：收到了谢谢大家
管理员→里正「试罚：A2」：收到 2 4
里正：收到 2 笔，共 6 元：A2 小王、A4 群主。
管理员→里正「试罚：A2」：收到 全部
里正：收到 1 笔，共 3 元：A3 小李。
管理员→里正「试罚：A2」：收到 全部
里正：一笔也没有记：A2 已付清，没有再记；A3 已付清，没有再记；A4 已付清，没有再记
小李：/账本
里正：小李 的账本：
  A3 试罚 3 元：已付清
管理员：/撤销 2
里正：已撤销 #2：确认收款 1 笔 3 元。
小李：/欠款
里正：没付清的有 2 张，共差 4 元：…
管理员→里正「试罚：A2」：收到 A3
里正：收到 1 笔，共 3 元：A3 小李。
管理员：/退款 A3
里正：A3 的 3 元退掉了，…
""")
    balances = {row.kind: row.amount for row in await Balance.filter(user_id=0)}
    assert balances == {"outside": -600, "shared": 600}
    assert await Entry.filter(kind="use").count() == 4
    assert not await mismatches()
