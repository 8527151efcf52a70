"""Nobody who reported can be found: not in the group, records, exports, logs, rows or another group."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from nonebot import logger
from tortoise import Tortoise

from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Outgoing, Record
from plugins.reports.cases import pseudonym
from plugins.reports.models import Standing, Voice


async def rows_naming(person: int) -> list[tuple[str, dict[str, Any]]]:
    """Every row of every table in which this number stands, as a number or within a text."""
    found: list[tuple[str, dict[str, Any]]] = []
    for app in Tortoise.apps.values():  # pyright: ignore[reportOptionalMemberAccess]
        for model in app.values():
            for row in await model.all().values():
                if str(person) in json.dumps(row, default=str, ensure_ascii=False):
                    found.append((model._meta.db_table, row))
    return found


def said_to_others(stage: HostStage, person: int) -> str:
    """All that went out, but for what was said to that person alone."""
    calls = [call for call in stage.world.api_log if call.action.startswith("send_")]
    return "\n".join(
        json.dumps(call.params, ensure_ascii=False) for call in calls if call.params.get("user_id") != person
    )


async def test_every_sink(stage: HostStage) -> None:
    logged: list[str] = []
    sink = logger.add(lambda message: logged.append(str(message)), level="DEBUG", format="{name} {message}")
    try:
        player = await stage.play("""
开：举报 违规处理
小李：加微信领资料
告密者甲→小李：/举报 发广告
【里正 撤回 告密者甲】
里正（私聊 告密者甲）：记成 J1 了…
里正：收到，管理员会看。
告密者甲（私聊）：/举报 私加 小李 裸聊
里正（私聊 告密者甲）：记成 J2 了…
告密者甲（私聊）：/举报 我的 很多
里正（私聊 告密者甲）：…
小赵（私聊）：/举报 小李 裸聊
里正（私聊 小赵）：记成 J1 了…
里正：J1 有成员举报…
管理员：/通过 1 警告
里正：@小李 警告一次（W1）：群友反映的发言属实。…
""")
        teller, group = player.person("告密者甲"), player.group.group_id
        for who, words in (
            ("管理员", "/记录"),
            ("管理员", "/记录 @告密者甲"),
            ("管理员", "/违规 W1"),
            ("小李", "/我的数据"),
            ("管理员", "/我的数据"),
            ("管理员", "/待办"),
        ):
            stage.world.say(group, player.person(who), player._segments(words))
            await stage.settle()
        for words in ("/举报 列表", "/举报 看 J1", "/举报 看 J2", "/记录", "/我的数据 导出"):
            stage.world.whisper(player.person("管理员"), words)
            await stage.settle()
    finally:
        logger.remove(sink)
    told = said_to_others(stage, teller).replace("/记录 @告密者甲", "")
    assert "告密者" not in told
    assert str(teller) not in told
    assert "举报人 1" in told
    assert [line for line in logged if str(teller) in line and "举报" in line] == []

    named = await rows_naming(teller)
    mine = [(table, row) for table, row in named if table != "lizheng_outgoing"]
    assert [pair for pair in mine if "report" in json.dumps(pair, default=str)] == []
    for table, row in named:
        if table == "lizheng_outgoing":
            assert row["feature"] == ""
            assert row["source"].startswith("veil:")
    assert not await Record.filter(actor_id=teller).exists()
    assert not await Record.filter(target_id=teller).exists()
    assert (
        not await Outgoing.filter(feature="reports", user_id__not=0)
        .exclude(user_id=player.person("管理员"))
        .exists()
    )
    await player.play("小李：过几天再说")
    await stage.pass_time(timedelta(days=4))
    await stage.settle()
    assert list(await rows_naming(teller)) == []


async def test_the_database_of_another_group(stage: HostStage) -> None:
    """The same person is another pseudonym there: reports of two groups cannot be matched."""
    first = await stage.play("开：举报\n小李：在\n小王（私聊）：/举报 小李 刷屏\n里正（私聊 小王）：…")
    [voice] = await Voice.all()
    assert voice.veil == pseudonym(first.group.group_id, first.person("小王"))
    assert voice.veil != pseudonym(first.group.group_id + 1, first.person("小王"))


async def test_what_people_may_see_and_delete_of_it(stage: HostStage) -> None:
    """An open case is neither shown nor deleted; a reporter's words go, the veiled voice stays until the decision."""
    player = await stage.play("""
开：举报 隐私
小李：在
小王（私聊）：/举报 小李 裸聊
里正（私聊 小王）：记成 J1 了…
里正：J1 有成员举报…
小王：/我的数据
里正：本群记着你的：发送记录 1 条。…
里正（私聊 小王）：…
【过 3 天】
里正：J1 还没人处理…
里正：J1 还没人处理…
小李：/我的数据
里正：机器人在本群没有记你的任何数据。
小王（私聊）：/删除我的数据
里正（私聊 小王）：会删掉你在本群的：…不在这里写明的，删了就找不回来。…
小王（私聊）：/确认
里正：删好了，一共 1 条。留下的到期自动清掉，发 /我的数据 可以看。
""")
    told = [
        json.dumps(c.params, ensure_ascii=False)
        for c in stage.world.api_log
        if c.action == "send_private_msg"
    ]
    assert not any("举报" in one for one in told if f'"user_id": {player.person("小李")}' in one)
    [voice] = await Voice.all()
    assert (voice.words, voice.evidence) == ("", "")
    await player.play("""
管理员：/拒绝 1
里正：J1 没成立，记下了。
""")
    assert (await Standing.get()).denied == 1


async def test_the_owner_lifts_the_veil_and_it_is_told(stage: HostStage) -> None:
    await stage.play("""
开：举报
小李：在
小王（私聊）：/举报 小李 裸聊
里正（私聊 小王）：记成 J1 了…
里正：J1 有成员举报…
管理员（私聊）：/举报 揭开 J1 好奇
里正（私聊 管理员）：/举报 揭开 <举报编号> <理由> 只有群主能用。
群主（私聊）：/举报 揭开 J1 要报警
里正（私聊 小王）：群主为 J1 查看了举报人是谁，理由：要报警。
里正（私聊 群主）：J1 的举报人：小王。已经告诉他们了。
""")
    [record] = await Record.filter(kind="lift")
    assert (record.reason, record.params["label"], record.target_id) == ("揭开 J1 的举报人", "要报警", 0)
