"""A secret poll keeps its secret from everybody who can read the database, the outbox, the audit and the logs."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from lizheng import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.polls import polls
from plugins.polls.models import Poll, SecretBallot, Voter

NAMES = ("小王", "小李", "小张", "小赵", "小孙", "小周")
CHOICES = ("1", "爬山", "2", "烧烤", "3", "桌游")


async def voted(stage: HostStage) -> Player:
    """Six have voted in an order, each for something; one has changed their mind."""
    player = await stage.play("""
开：投票
小王：@小李 @小张 @小赵 @小孙 @小周 在吗
管理员：/投票 发起 团建去哪 爬山 烧烤 桌游 匿名 截止 明天20:00
里正：…
""")
    for turn, (name, choice) in enumerate(zip(NAMES, CHOICES, strict=True), 1):
        await player.play(f"""
【过 1 分】
{name}（私聊）：/投票 T1 {choice}
里正（私聊 {name}）：T1 收到你的票了（已投 {turn} 人）。
""")
    await player.play("""
小王（私聊）：/投票 T1 桌游
里正（私聊 小王）：T1 改好了（已投 6 人）。
小王（私聊）：/投票 T1 我想去游泳
里正（私聊 小王）：没看懂选的是哪一项，请发数字 1–3。…
""")
    return player


def rows_of(path: Path) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, in the order in which SQLite keeps it."""
    with sqlite3.connect(path) as file:
        file.row_factory = sqlite3.Row
        tables = [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: [dict(row) for row in file.execute(f'SELECT rowid AS "rowid", * FROM "{table}"')]
            for table in tables
        }


async def test_no_file_tells_who_chose_what(stage: HostStage) -> None:
    """The votes stand in no order of time, without a time, and nothing else says what anybody chose."""
    player = await voted(stage)
    store = stage.host.store
    assert store is not None
    if store.path is None:
        pytest.skip("the file is SQLite's")
    tables = rows_of(store.path)
    people = {str(player.person(name)) for name in NAMES}

    ballots = tables.pop("polls_secret")
    assert {frozenset(row) for row in ballots} == {
        frozenset({"rowid", "id", "poll_id", "veil", "choices", "ends_at"})
    }
    assert len({row["ends_at"] for row in ballots}) == 1
    assert not any(person in json.dumps(ballots) for person in people)
    assert [row["id"] for row in ballots] == [row["rowid"] for row in ballots]
    voters = tables.pop("polls_voter")
    assert {frozenset(row) for row in voters} == {
        frozenset({"rowid", "id", "poll_id", "group_id", "user_id", "voted", "ends_at"})
    }
    assert {str(row["user_id"]) for row in voters if row["voted"]} == people

    # Apart from the poll itself and its announcement nothing stored repeats an option, nor what was typed for one.
    group = [row for row in tables["lizheng_outgoing"] if not row["user_id"]]
    private = [row for row in tables["lizheng_outgoing"] if row["user_id"]]
    assert len(group) == 1
    assert len(private) == len(NAMES) + 2
    told = json.dumps([*private, *tables["lizheng_record"], *tables["lizheng_gathered"]], ensure_ascii=False)
    told = told.encode().decode("unicode_escape", "ignore") + told
    for word in ("爬山", "烧烤", "桌游", "游泳"):
        assert word not in told.replace("团建去哪 爬山 烧烤 桌游", "")
    assert not tables["lizheng_pending"]
    assert not tables["polls_ballot"]
    assert not any("polls" in str(row.get("feature")) for row in tables["lizheng_record"])


async def test_the_order_of_votes_is_another_each_time(stage: HostStage) -> None:
    """All votes are written anew with each: no position and no transaction belongs to one voter."""
    player = await voted(stage)
    before = [(row.id, row.veil) for row in await SecretBallot.all().order_by("id")]
    await player.play("""
小李（私聊）：/投票 T1 2
里正（私聊 小李）：T1 改好了（已投 6 人）。
""")
    after = [(row.id, row.veil) for row in await SecretBallot.all().order_by("id")]
    assert {veil for _, veil in before} == {veil for _, veil in after}
    assert not {number for number, _ in before} & {number for number, _ in after}
    keys = polls.KEYS.of(stage.host)  # pyright: ignore[reportArgumentType]
    in_time = [keys.veil(1, player.person(name)) for name in NAMES]
    found = [[veil for _, veil in order] for order in (before, after)]
    for _ in range(4):
        await player.play("\n小李（私聊）：/投票 T1 2\n里正（私聊 小李）：T1 改好了（已投 6 人）。\n")
        found.append([row.veil for row in await SecretBallot.all().order_by("id")])
    assert any(order != in_time for order in found)
    assert len({tuple(order) for order in found}) > 1


async def test_the_key_ends_with_the_process_and_with_the_poll(stage: HostStage) -> None:
    """After a restart nobody's vote can be found any more; nobody votes twice by that; the sums stay."""
    player = await voted(stage)
    await player.play("""
【重启】
小李（私聊）：/投票 T1 1
里正（私聊 小李）：T1 你投过了。里正重启以后认不出哪张是你的，改不了也收不回。
小李（私聊）：/投票 弃 T1
里正（私聊 小李）：T1 你投过了。里正重启以后认不出哪张是你的，改不了也收不回。
【小李 退群】
管理员：/投票 结束 T1
里正：T1 团建去哪：爬山 1 票，烧烤 2，桌游 3。投了 6 人。
管理员：/投票 名单 T1
里正：T1 是匿名的，谁投了什么没有人能查。
""")
    assert await SecretBallot.all().count() == 6


async def test_a_group_vote_is_refused_also_when_read_back(stage: HostStage) -> None:
    """Private chat is the only way; an emoji and a quote are none."""
    player = await stage.play("""
开：投票
管理员：/投票 发起 团建去哪 爬山 烧烤 匿名
里正：…
小王→里正「团建去哪」：1
里正：T1 是匿名的，不能在群里投：请私聊我发 /投票 T1 数字。加不上私聊的，这个投票投不了。
【断线】
小王：/投票 T1 1
【过 5 分】
【连上】
里正：我刚才不在（…），补看了那时的消息。
  没记上：小王：T1 是匿名的，不能在群里投：请私聊我发 /投票 T1 数字。加不上私聊的，这个投票投不了。
""")
    opened = player.last_of("里正", "团建去哪")
    assert opened is not None
    stage.world.react(opened, player.person("小王"), "1️⃣")
    await stage.settle()
    assert not await Voter.filter(voted=True).exists()


async def test_who_leaves_without_a_vote_may_not_come_back_for_one(stage: HostStage) -> None:
    player = await voted(stage)
    ctx = GroupContext(stage.host, stage.host.groups[player.group.group_id], stage.host.features["polls"])  # pyright: ignore[reportArgumentType]
    admin = player.person("管理员")
    assert await Voter.filter(user_id=admin).exists()
    await polls.left(ctx.group.id, admin)
    await polls.left(ctx.group.id, player.person("小王"))
    assert not await Voter.filter(user_id=admin).exists()
    assert (await polls.tally(await Poll.get())).voted == 6


async def test_private_votes_are_not_read_back_so_the_end_moves(stage: HostStage) -> None:
    """A gap in the last two hours moves it; one before does not: whose vote got no answer votes again."""
    await stage.play("""
开：投票
管理员：/投票 发起 团建去哪 爬山 烧烤 匿名 截止 18:00
里正：…
小王：在吗
【断线】
【过 30 分】
【连上】
【到 17:00】
里正：T1 团建去哪 今天 18:00 截止，已投 0/3 人。
【断线】
【过 70 分】
小王：在吗
【连上】
【过 30 秒】
里正：我有 1 小时不在，怕漏了票：T1 延到 今天 20:10。
【到 20:10】
【过 35 秒】
里正：T1 团建去哪：没有人投票。
""")
