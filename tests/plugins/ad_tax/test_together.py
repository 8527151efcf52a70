"""With the plugin that recognises ads, and the one that names the times for them, where they are there."""

from importlib.util import find_spec

import pytest

from lizheng.ledger.checking import mismatches
from lizheng.sandbox.stage import HostStage

AD = "全网最低价代充会员，加微信 vx88888 领优惠，名额有限"
needs_guard = pytest.mark.skipif(find_spec("plugins.ad_guard") is None, reason="nobody recognises ads")
needs_dues = pytest.mark.skipif(find_spec("plugins.dues") is None, reason="no account book")
needs_window = pytest.mark.skipif(find_spec("plugins.ad_window") is None, reason="no times for ads")


@needs_guard
async def test_an_ad_is_charged_paid_and_welcome_once(stage: HostStage) -> None:
    await stage.play(f"""
开：广告识别、广告税
小王：{AD}
【里正 撤回 小王】
里正：…100 元…广告A1…
【小王 发红包 广告A1】
里正：看到 @小王 付 A1…
管理员→小王：收到
里正：A1（广告税）收齐了…
里正：@小王 你的广告税付清了…
小王：{AD}
里正：@小王 这条广告用掉了 A1 的广告税。
小王：/广告 {AD}
里正：@小王 订单 A2：…
【里正 撤回 小王】
小王：/已发红包 A2
里正：@小王 说…
管理员→小王：收到
里正：A2（广告税）收齐了 100 元，谢谢 @小王。
里正：【广告】小王：
  {AD}
""")
    assert not await mismatches()


SOFT = "家教一对一，数学英语都可以，联系我"


@needs_guard
async def test_what_is_ordered_properly_is_no_suspect(stage: HostStage) -> None:
    await stage.play(f"""
开：广告识别、广告税
小李：{SOFT}
小王：/广告 新号转让，滴滴我
里正：@小王 订单 A1：…
【里正 撤回 小王】
管理员：/待审
里正：有 1 条待审：
  1. 小李：…
  …
""")


@needs_guard
async def test_a_refused_order_leaves_nothing_standing(stage: HostStage) -> None:
    long = AD + "，欢迎来电" * 250
    await stage.play(f"""
开：广告识别、广告税
设：广告识别 违规次数 0
小王：/广告税 {AD}
里正：…是多出来的。…
【里正 撤回 小王】
里正：@小王 …
小李：/广告 {long}
【里正 撤回 小李】
里正：广告太长了，最多 1000 个字。
""")


@needs_guard
async def test_beyond_the_open_orders_the_text_goes_as_well(stage: HostStage) -> None:
    orders = "".join(
        f"小王：/广告 {AD}第{n}条\n里正：@小王 订单 A{n}：…\n【里正 撤回 小王】\n" for n in range(1, 6)
    )
    await stage.play(f"""
开：广告识别、广告税
设：广告识别 违规次数 0
{orders}
小王：/广告 {AD}再一条
【里正 撤回 小王】
里正：你有 5 个单还没付…
管理员：/待审
里正：现在没有待审的消息。
""")


TRADE = "代开发票，税点低，电话 13812345678"


@needs_guard
async def test_nobody_is_offered_a_price_for_what_is_against_the_law(stage: HostStage) -> None:
    await stage.play(f"""
开：广告识别、广告税、广告贴、违规处理
小王：{TRADE}
【里正 撤回 小王】
里正：@小王 消息像违法的买卖（虚开发票），已撤回。认错了请管理员引用这条发 /误判。
里正：@小王 警告一次（W1）：广告。…
小李：/广告 拼多多刷单免费带
【里正 撤回 小李】
里正：这像违法的买卖（刷单），不能下单。认错了请找管理员。
小李：/广告贴 投稿 拼多多刷单免费带
里正：这像违法的买卖（刷单），不能上广告贴。认错了请找管理员。
【里正 撤回 小李】
里正：@小李 警告一次…
【过 2 秒】
里正：@小李 消息像违法的买卖（刷单），已撤回。认错了请管理员引用这条发 /误判。
小张：/广告税
里正：…由我发布。
""")


async def test_who_is_muted_has_no_ad_said_in_the_group(stage: HostStage) -> None:
    player = await stage.play("开：广告税\n小王：在\n")
    player.group.members[player.person("小王")].muted_until = stage.world.now() + 3600
    await player.play("""
小王（私聊）：/广告 出二手显示器
里正（私聊 小王）：你在群里被禁言了，等解除了再来。
小王（私聊）：/广告税
里正（私聊 小王）：…
""")


@needs_window
async def test_inside_the_window_an_order_is_posted_for_nothing(stage: HostStage) -> None:
    await stage.play("""
开：广告时段、广告税
设：广告时段 时段 每天 11:00-13:00
小王：/广告 二手书市
里正：【广告】小王：
  二手书市
【里正 撤回 小王】
小王：/广告 又一条
里正：@小王 订单 A1：…
【里正 撤回 小王】
""")


@needs_dues
async def test_the_account_book_comes_with_the_tax(stage: HostStage) -> None:
    await stage.play("""
小王：/欠款
群主：/开启 广告税
里正：已开启「广告税」…
小王：/广告 二手书市
里正：@小王 订单 A1：…
【里正 撤回 小王】
小王：/欠款
里正：没付清的有 1 张，共差 100 元：
  A1 小王 广告税：差 100 元
管理员：/确认收款 A1 150
里正：A1（广告税）收齐了 150 元，谢谢 @小王。
  多收了 50 元，先记在他名下；退给他以后发 /退款 A1 50。
里正：【广告】小王：…
小王：/账本
里正：小王 的账本：
  A1 广告税 100 元：已用掉（多收了 50 元）
管理员：/退款 A1 60
里正：A1 收了 150 元，能单独退的是多收的 50 元；要全退发 /退款 A1。
管理员：/退款 A1 200
里正：A1 收了 150 元，…
管理员：/退款A1 20
里正：A1 的 20 元退掉了，账已冲销，还记着 130 元。@小王 请查收。
管理员：/退款 A1
里正：A1 的 130 元退掉了，账已冲销。@小王 请查收。
管理员：/退款 A1 10
里正：A1 已经退过了。
群主：/关闭 账本
里正：「账本」跟着「广告税」一起开：…
群主：/关闭 广告税
里正：已关闭「广告税」…
小王：/欠款
""")
    assert not await mismatches()
