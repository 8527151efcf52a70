"""Ads that were posted first: charged, paid later, spent once, or a violation."""

import asyncio
from datetime import timedelta
from importlib.util import find_spec

import pytest

from lizheng.hooks import AdSeen, Allow, Charge, ad_opinion
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Entry, Order
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Completion

CHARGED = """
开：广告税、目击
小王：卖广告位
【里正 撤回 小王】
里正：发广告要先付 100 元的广告税。要补就发 100 元的红包，祝福语写「广告A1」（11月19日 12:00 前），…
"""


async def test_paying_afterwards_gives_one_ad(stage: HostStage) -> None:
    await stage.play(f"""
{CHARGED}
小王：再来一条广告
【里正 撤回 小王】
里正：…祝福语写「广告A1」…
【小王 发红包 广告A1】
里正：看到 @小王 付 A1…
管理员→小王：收到 100
里正：A1（广告税）收齐了 100 元，谢谢 @小王。
里正：@小王 你的广告税付清了，10 分钟内可以在群里发一条广告；过后发 /广告 加内容，由我发布。
小王：卖广告位
里正：这条广告用掉了 A1 的广告税。
小王：卖广告位
【里正 撤回 小王】
里正：…祝福语写「广告A2」…
【过 10 分】
""")
    assert not await mismatches()


async def test_a_slot_not_used_ends_and_the_credit_stays(stage: HostStage) -> None:
    await stage.play(f"""
{CHARGED}
【小王 发红包 广告A1】
里正：看到…
【重启】
管理员→小王：收到
里正：A1（广告税）收齐了…
里正：@小王 你的广告税付清了…
【重启】
【过 10 分】
里正：@小王 10 分钟到了，A1 还没用，给你留着：发 /广告 加内容，由我发布。
【过 1 秒】
小王：卖广告位
【里正 撤回 小王】
里正：你付过的 A1 还没用，但自己发的时间已经过了。
小王：/广告税
里正：…你付过还没用的有 1 次（A1）…
小王：/广告 卖广告位
里正：【广告】小王：
  卖广告位
【里正 撤回 小王】
""")


async def test_an_offer_nobody_takes_lapses_in_silence_and_late_money_still_counts(stage: HostStage) -> None:
    await stage.play(f"""
{CHARGED}
【过 24 小时】
【小王 发红包 广告A1】
里正：看到 @小王 付 A1…
管理员→小王：收到
里正：A1（广告税）收齐了…
里正：@小王 你的广告税付清了…
""")


async def test_an_order_nobody_pays_ends_quietly(stage: HostStage) -> None:
    await stage.play("""
开：广告税、目击
小王：/广告 卖广告位
里正：@小王 订单 A1…
【里正 撤回 小王】
【过 24 小时】
小王：/广告税
里正：…由我发布。
""")


async def test_the_exempt_and_the_early(stage: HostStage) -> None:
    await stage.play("""
开：广告税、目击
管理员：/广告税 免税 @小王
里正：小王 以后发广告不用交税。…
小王：广告一条
小王：/广告 两条
里正：【广告】小王：
  两条
【里正 撤回 小王】
管理员：/广告税 免税
里正：免税的有 1 人：
  小王（…） 管理员 11-18加的
管理员：/撤销 1
里正：已撤销…
管理员：/广告税 免税
里正：现在没有人免税。…
小王：/广告税 免税 @小王
里正：…只有管理员和群主能用。
设：广告税 价格 8.88
小王：/广告 三条
里正：…请发 8.88 元的红包…
【里正 撤回 小王】
""")


async def test_one_credit_and_thirty_ads_at_once(stage: HostStage) -> None:
    player = await stage.play(f"""
{CHARGED}
【小王 发红包 广告A1】
里正：看到…
管理员→小王：收到
里正：A1（广告税）收齐了…
里正：@小王 你的广告税付清了…
""")
    from lizheng.plugin.context import GroupContext

    host, group = stage.host, stage.host.groups[player.group.group_id]
    who = player.people["小王"]

    async def post(number: int) -> str | None:
        ctx = GroupContext(host, group, host.features["ad_witness"], source=f"test:{number}")
        at = int(host.clock.now().timestamp())
        answers = await ad_opinion.ask(ctx, AdSeen(who, number, "广告", at, certain=True))
        (value,) = [answer.value for answer in answers]
        assert isinstance(value, Allow | Charge)
        if not isinstance(value, Allow):
            return None
        assert value.claim is not None
        return await value.claim()

    told = await asyncio.gather(*(post(n) for n in range(30)))
    assert len([sentence for sentence in told if sentence is not None]) == 1
    assert await Entry.filter(kind="use").count() == 1
    winner = next(n for n, sentence in enumerate(told) if sentence is not None)
    assert await post(winner) is not None
    assert await Entry.filter(kind="use").count() == 1
    assert not await mismatches()


async def test_a_bad_price_changes_nothing(stage: HostStage) -> None:
    for bad in ("-1", "八块", "100.001", "1e9"):
        await stage.play(f"""
开：广告税
管理员：/设置 广告税 价格 {bad}
里正：…
小王：/广告税
里正：在本群发一条广告要发 100 元的红包…
""")


async def test_it_works_in_private_and_refuses_too_many(stage: HostStage) -> None:
    await stage.play("""
开：广告税
小王（私聊）：/广告 一
里正（私聊 小王）：@小王 订单 A1：请到群里发 100 元的红包…
小王（私聊）：/广告 二
里正（私聊 小王）：@小王 订单 A2…
【小王 发红包 恭喜】
里正：@小王 你有几个单没付：A1、A2。发 /已发红包 A1 说一下付的是哪个。
小王：/已发红包 A2 100
里正：@小王 说 A2（广告税，还差 100 元）的红包已经发了…
管理员→小王「已发」：收到
里正：A2（广告税）收齐了…
里正：【广告】小王：
  二
小王（私聊）：/广告 三
里正（私聊 小王）：@小王 订单 A3…
小王（私聊）：/广告 四
里正（私聊 小王）：@小王 订单 A4…
小王（私聊）：/广告 五
里正（私聊 小王）：@小王 订单 A5…
小王（私聊）：/广告 六
里正（私聊 小王）：@小王 订单 A6…
小王（私聊）：/广告 七
里正（私聊 小王）：你有 5 个单还没付（A1、A3、A4、A5、A6），先付清或等它们过期再下单。
""")
    assert await Order.filter(state="open").count() == 5


async def test_a_packet_may_come_before_the_order(stage: HostStage) -> None:
    stage.world.use_endpoint("go-cqhttp")
    await stage.play("""
开：广告税
【小王 发红包 提前付】
小王：/广告 二手书市
里正：@小王 订单 A1：…
【里正 撤回 小王】
管理员→小王「提前付」：收到 100
里正：A1（广告税）收齐了 100 元，谢谢 @小王。
里正：【广告】小王：…
""")


async def test_an_ad_belongs_to_the_slot_it_was_sent_in(stage: HostStage) -> None:
    player = await stage.play(f"""
{CHARGED}
小王：/已发红包 A1
里正：@小王 说…
管理员→小王：收到
里正：A1（广告税）收齐了…
里正：@小王 你的广告税付清了…
【过 10 分】
里正：@小王 10 分钟到了，…
""")
    from lizheng.plugin.context import GroupContext

    host, group = stage.host, stage.host.groups[player.group.group_id]
    ctx = GroupContext(host, group, host.features["ad_witness"], source="test:late")
    ends = int(host.clock.now().timestamp())
    for sent, welcome in ((ends + 1, False), (ends, True)):
        seen = AdSeen(player.people["小王"], 77, "广告", sent, certain=True)
        (answer,) = await ad_opinion.ask(ctx, seen)
        assert isinstance(answer.value, Allow) is welcome
    assert isinstance(answer.value, Allow)
    assert answer.value.claim is not None
    assert await answer.value.claim() is not None


@pytest.mark.skipif(find_spec("plugins.dues") is None, reason="nobody can confirm while the tax is off")
async def test_a_slot_begins_when_the_member_is_told(stage: HostStage) -> None:
    """The tax was off, or the host was down, when the admin confirmed."""
    await stage.play(f"""
开：账本
{CHARGED}
小李：/广告 二手书市
里正：@小李 订单 A2：…
【里正 撤回 小李】
群主：/关闭 广告税
里正：已关闭「广告税」…
管理员：/确认收款 A1
里正：A1（广告税）收齐了 100 元，谢谢 @小王。
  「广告税」现在是关的，打开以后再接着办。
管理员：/确认收款 A2
里正：A2（广告税）收齐了 100 元，谢谢 @小李。…
【过 1 小时】
群主：/开启 广告税
里正：已开启「广告税」…
里正：@小王 你的广告税付清了，10 分钟内…
里正：【广告】小李：
  二手书市
【过 9 分】
小王：卖广告位
里正：这条广告用掉了 A1 的广告税。
群主：/关闭 广告税
里正：…
群主：/开启 广告税
里正：…
""")
    assert not await mismatches()


async def test_only_an_ad_that_stood_unpaid_is_a_violation(stage: HostStage) -> None:
    """QQ would not take it back, so it stood all the while."""
    player = await stage.play("开：广告税、目击")
    stage.world.faults.add("refused", "delete_msg", count=5)
    await player.play("""
小王：卖广告位
里正：发广告要先付 100 元的广告税。…祝福语写「广告A1」…
【过 24 小时】
里正：违规：小王 不交广告税（广告没有付税，A1 到期未付）
""")


async def test_terms_go_on_after_the_tax_was_off(stage: HostStage) -> None:
    player = await stage.play("开：广告税、目击")
    stage.world.faults.add("refused", "delete_msg", count=5)
    await player.play("""
小王：卖广告位
里正：发广告要先付 100 元的广告税。…
群主：/关闭 广告税
里正：已关闭「广告税」…
【过 25 小时】
群主：/开启 广告税
里正：已开启「广告税」…
里正：违规：小王 不交广告税（广告没有付税，A1 到期未付）
""")


async def test_an_ad_that_qq_does_not_take_costs_nothing(stage: HostStage) -> None:
    player = await stage.play("""
开：广告税
小王：/广告 二手书市
里正：@小王 订单 A1：…
【里正 撤回 小王】
小王：/已发红包
里正：@小王 说…
""")
    group_id, admin = player.group.group_id, player.person("管理员")
    stage.world.faults.add("refused", "send_group_msg", count=2)
    stage.world.say(group_id, admin, "收到", reply_to=player.last_of("小王"))
    await stage.settle()
    await player.play("""
【过 1 分】
里正：@小王 你的广告 QQ 没让发出去，A1 没有用掉…
小王：/广告 二手书
里正：【广告】小王：
  二手书
【里正 撤回 小王】
【过 2 分】
""")
    assert await Entry.filter(kind="use").count() == 2
    assert not await mismatches()


async def test_an_ad_that_the_last_release_posted_is_still_looked_after(stage: HostStage) -> None:
    """Until 0.1 a slot looked after it a minute later; it is there after the upgrade, and the ad was refused meanwhile."""
    player = await stage.play("""
开：广告税
小王：/广告 二手书市
里正：@小王 订单 A1：…
【里正 撤回 小王】
小王：/已发红包
里正：@小王 说…
""")
    group_id, admin = player.group.group_id, player.person("管理员")
    stage.world.faults.add("refused", "send_group_msg", count=2)
    stage.world.say(group_id, admin, "收到", reply_to=player.last_of("小王"))
    await stage.settle()
    order = await Order.get(number=1)
    assert await Completion.all().delete() == 1
    payload = {"order": order.id, "source": f"ad-order:{order.id}"}
    at = stage.now() + timedelta(minutes=1)
    await stage.host.schedule.plan("ad_tax", "posted", group_id, at, key=str(order.id), payload=payload)
    await player.play("""
【过 1 分】
里正：@小王 你的广告 QQ 没让发出去，A1 没有用掉…
""")
    assert (await Order.get(id=order.id)).state == "settled"
    assert not await mismatches()


async def test_somebody_who_is_exempt_already_or_never_was(stage: HostStage) -> None:
    await stage.play("""
开：广告税
管理员：/广告税 免税 查看
里正：现在没有人免税。发 /广告税 免税 @成员 来加。
管理员：/广告税 免税 删除 @小王
里正：小王 本来就要交税。
管理员：/广告税 免税 添加 @小王
里正：小王 以后发广告不用交税。…
管理员：/广告税 免税 添加 @小王
里正：小王 本来就免税。
小王：/广告税
里正：…
  你免税，发广告不用付。
管理员：/广告税 免税 删除 @小王
里正：小王 发广告又要交税了。
""")


async def test_why_an_order_was_recalled_is_on_record(stage: HostStage) -> None:
    await stage.play("""
开：广告税
小王：/广告 家教一对一，数学英语都可以
里正：…
【里正 撤回 小王】
管理员：/记录
里正：#1 … 小王 撤回消息 小王：广告要先付广告税
""")
