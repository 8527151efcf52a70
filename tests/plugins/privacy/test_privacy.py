"""A member sees and deletes what is held about them, whatever is on; nobody else's, and nothing that must stay."""

from __future__ import annotations

import json
from datetime import timedelta

import nonebot
import pytest

from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Entry, Order
from lizheng.registry.retained import kept_by
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.store.tables import Outgoing, Pending, Record
from tests.support.admin_actions import switch
from tests.support.exported_pages import exported

BOARD = """
开：隐私、广告贴
小王：/广告贴 投稿 出二手显示器，300 元
里正：…
【里正 撤回 小王】
小李：/广告贴 投稿 收旧书
里正：…
【里正 撤回 小李】
管理员：/通过 1
里正：…
管理员：/通过 2
里正：…
"""


def needs(*names: str) -> None:
    """These plugins, which anybody may have deleted."""
    for name in names:
        if nonebot.get_plugin(name) is None:
            pytest.skip(f"plugins/{name} is not here")


async def member(player: Player, name: str) -> int:
    return int(player.person(name))


async def test_the_whole_is_sent_in_private_and_only_ones_own(stage: HostStage) -> None:
    needs("ad_board")
    player = await stage.play(
        BOARD
        + """
小王：/我的数据
里正：本群记着你的：提交和确认 1 条、管理记录 2 条、广告贴上的广告 1 条、今天投了几条广告 1 条。
  全文正在私聊发给你；要删除，发 /删除我的数据。
里正（私聊 小王）：…
小王：/我的数据
里正：刚发过一份，一分钟后再要吧。
【过 61 秒】
小王：/我的数据
里正：本群记着你的：…
里正（私聊 小王）：…
"""
    )
    sent = await exported(await member(player, "小王"))
    assert sent["QQ"] == await member(player, "小王")
    assert sent["群"] == player.group.group_id
    assert sent["数据"]["广告贴上的广告"]["内容"][0]["text"] == "出二手显示器，300 元"
    told = json.dumps(sent, ensure_ascii=False)
    assert "收旧书" not in told
    for other in ("小李", "管理员"):
        assert str(await member(player, other)) not in told


async def test_what_may_go_goes_and_others_keep_theirs(stage: HostStage) -> None:
    needs("ad_board")
    player = await stage.play(BOARD)
    await switch(stage, player, "ad_board", on=False)
    await stage.move(timedelta(days=2))
    await stage.settle()
    await player.play("""
小王：/删除我的数据
里正：会删掉你在本群的：提交和确认 1 条、广告贴上的广告 1 条，删了就找不回来。
  会留下：
  管理记录 2 条（管理员要能复查和撤销）；今天投了几条广告 1 条（用完了要等，删掉就不用等了）
  确认请发 /确认 3，放弃发 /取消 3（5 分钟内有效）。
小李：/确认 3
里正：3 号要由发起的人自己确认。
小王：/确认 3
里正：删好了，一共 2 条。留下的到期自动清掉，发 /我的数据 可以看。
小王：/确认 3
里正：3 号已经通过了，没有再动。
小李：/删除我的数据
里正：会删掉你在本群的：提交和确认 1 条、广告贴上的广告 1 条，…
小李：/取消 4
里正：4 号已经取消了。
""")
    me, other = await member(player, "小王"), await member(player, "小李")
    entries = next(keep for keep in stage.host.features["ad_board"].keeps).model
    assert await entries.filter(author_id=me).count() == 0
    assert await entries.filter(author_id=other).count() == 1
    assert await Pending.filter(author_id=me, number=1).count() == 0
    assert (await Record.filter(kind="forgotten").get()).target_id == me


async def test_the_ledger_stays_and_finished_words_are_emptied(stage: HostStage) -> None:
    needs("dues", "ad_tax")
    player = await stage.play("""
开：隐私、账本、广告税
小王：/广告 周末书市
里正：…
【里正 撤回 小王】
管理员：/拒绝收款 A1 不收
里正：…
小王：/广告 下周书市
里正：…
【里正 撤回 小王】
管理员：/确认收款 A2 40
里正：…
小王：/删除我的数据
里正：会删掉你在本群的：交费单 1 条，…
  会留下：
  …
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
小王：/确认 1
里正：删好了，一共 1 条。…
""")
    me = await member(player, "小王")
    assert await Order.filter(user_id=me).order_by("number").values_list("text", flat=True) == [
        "",
        "下周书市",
    ]
    assert await Entry.all().count() == 1
    assert not await mismatches()


async def test_an_open_submission_is_not_withdrawn_by_the_way(stage: HostStage) -> None:
    needs("ad_board")
    await stage.play("""
开：隐私、广告贴
小王：/广告贴 投稿 出二手显示器
里正：…
【里正 撤回 小王】
小王：/删除我的数据
里正：现在没有可以删的。留着的：
  提交和确认 1 条（还在等决定，或者一天之内刚决定）；管理记录 1 条…；今天投了几条广告 1 条（用完了要等，删掉就不用等了）
管理员：/通过 1
里正：…
""")


async def test_where_private_messages_are_refused_the_group_is_told(stage: HostStage) -> None:
    needs("ad_board")
    player = await stage.play(BOARD)
    for api in ("send_private_forward_msg", "send_private_msg"):
        stage.world.faults.add("refused", api, message="请先添加对方为好友")
    await player.play("""
小王：/我的数据
里正：本群记着你的：…
里正：@小王 私聊发不过去：先加机器人好友，再发一次 /我的数据。
""")


async def test_an_endpoint_without_forwards_sends_plain_text(stage: HostStage) -> None:
    needs("ad_board")
    player = await stage.play(BOARD)
    stage.world.faults.add("refused", "send_private_forward_msg", message="不支持")
    await player.play("""
小王：/我的数据
里正：本群记着你的：…
里正（私聊 小王）：…"text": "出二手显示器，300 元"…
小李（私聊）：/我的数据
里正（私聊 小李）：全文在下面；要删除，到群里发 /删除我的数据。
里正（私聊 小李）：…
""")


async def nights(stage: HostStage, days: int) -> None:
    """So many days, the last of them alone: what goes waits for a night that comes when it is due."""
    for span in (days - 1, 1):
        await stage.move(timedelta(days=span))
        await stage.settle()


async def test_the_night_takes_what_is_old_in_every_group(stage: HostStage) -> None:
    needs("ad_board")
    player = await stage.play(BOARD)
    await switch(stage, player, "privacy", on=False)
    entries = stage.host.features["ad_board"].keeps[0].model
    await stage.move(timedelta(days=36))
    await stage.settle()
    assert await entries.all().count() == 2
    await stage.move(timedelta(days=2))
    await stage.settle()
    assert await entries.all().count() == 0
    assert await Record.all().count() > 0
    await nights(stage, 28)
    assert await Pending.all().count() == 0
    await nights(stage, 130)
    assert await Record.filter(kind="submission").count() == 0
    assert await Outgoing.all().count() == 0


async def test_a_clock_that_jumps_takes_nothing_until_a_night_later(stage: HostStage) -> None:
    now = stage.host.clock.now()
    await Record.create(group_id=1, number=1, at=now, feature="f", kind="k", target_id=1)
    await stage.move(timedelta(days=366))
    await stage.settle()
    assert await Record.filter(group_id=1).count() == 1
    await stage.restart()
    await stage.settle()
    assert await Record.filter(group_id=1).count() == 1
    await stage.move(timedelta(days=1))
    await stage.settle()
    assert await Record.filter(group_id=1).count() == 0


async def test_the_host_may_keep_less(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage.host, "config", stage.host.config.model_copy(update={"retention_days": 30}))
    now = stage.host.clock.now()
    for days in (31, 29):
        await Record.create(
            group_id=1, number=days, at=now - timedelta(days=days), feature="f", kind="k", target_id=1
        )
    await stage.move(timedelta(days=1))
    await stage.settle()
    assert await Record.filter(group_id=1).values_list("number", flat=True) == [29]


HOSTILE = [
    ("/我的数据 @小李", "「@100003」是多出来的。"),
    ("/我的数据 100002", "「100002」是多出来的。"),
    ("/删除我的数据 全部", "「全部」是多出来的。"),
    ("/删除我的数据 @小李", "「@100003」是多出来的。"),
    ("/删除我的数据 '; DROP TABLE lizheng_record; --", "「'; DROP TABLE lizhen」是多出来的。"),
]


@pytest.mark.parametrize(("said", "answer"), HOSTILE, ids=[said for said, _ in HOSTILE])
async def test_it_is_about_oneself_alone(stage: HostStage, said: str, answer: str) -> None:
    needs("ad_board")
    player = await stage.play(BOARD + f"小王：{said}\n里正：{answer}\n  …\n  …")
    assert await Record.all().count() == 4  # each submission has its recall
    assert await Pending.filter(group_id=player.group.group_id).count() == 2


async def test_another_group_knows_nothing_of_it(stage: HostStage) -> None:
    needs("ad_board")
    first = await stage.play(BOARD)
    second = Player(stage)
    await stage.introduce(second.group.group_id)
    keeps = kept_by(stage.host.features.values())
    me = await member(first, "小王")
    assert sum([await keep.about(first.group.group_id, me).count() for keep in keeps if keep.person]) == 5
    assert sum([await keep.about(second.group.group_id, me).count() for keep in keeps if keep.person]) == 0


async def test_what_is_declared_reads(stage: HostStage) -> None:
    """Every declaration is asked, for somebody who is nobody: no column of it is misspelt."""
    now = stage.host.clock.now()
    for keep in kept_by(stage.host.features.values()):
        await keep.purge(now, 180)
        if keep.person:
            await keep.export(1, 2)
            if (going := keep.deletable(1, 2, now)) is not None:
                await keep.remove(going)
    keeps = [
        keep for f in stage.host.features.values() if f.module.startswith("lizheng.") for keep in f.keeps
    ]
    assert len({keep.what for keep in keeps}) == len(keeps) > 0
