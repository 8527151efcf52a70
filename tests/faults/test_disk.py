"""Power cuts, full disks and clocks that jump, on the real process and its real files.

A power cut is a process that is stopped in its tracks while its files are copied: what a machine finds after one, the
operating system having kept its promises about `fsync`. The end of the write-ahead log may then be torn as well.
"""

from __future__ import annotations

import asyncio
import random
import resource
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lizheng.base.clock import Clock
from lizheng.ledger.checking import mismatches
from lizheng.ledger.tables import Entry
from lizheng.store import Store
from lizheng.store.tables import Record
from tests.faults.test_survival import rows
from tests.support.bot_process import Group, HostProcess, Town
from tests.support.reliability_figures import Note

HUGE = resource.RLIM_INFINITY
FILES = ("lizheng.db", "lizheng.db-wal", "lizheng.db-shm")


def photograph(town: Town, target: Path) -> None:
    """The database's files as they are at one instant."""
    target.mkdir()
    town.host.freeze()
    try:
        for name in FILES[:2]:
            if (town.host.folder / name).exists():
                shutil.copy(town.host.folder / name, target / name)
    finally:
        town.host.thaw()


def tear(log: Path, chance: random.Random) -> None:
    """The last piece that was being written is cut off, or full of what lay there before."""
    whole = log.read_bytes()
    at = chance.randrange(len(whole) // 2, len(whole))
    rest = b"" if chance.random() < 0.5 else chance.randbytes(len(whole) - at)
    log.write_bytes(whole[:at] + rest)


async def records_in(folder: Path) -> dict[int, int]:
    """Open the copy as the host does; how many records each group has. Raises when it does not open or does not add up."""
    store = Store(f"sqlite://{folder / FILES[0]}", {}, Clock())
    await store.open()
    try:
        assert not await mismatches()
        groups = [record.group_id for record in await Record.all()]
        orphans = await Entry.filter(order_id=None).count()
        assert not orphans
    finally:
        await store.close()
    with closing(sqlite3.connect(folder / FILES[0])) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
    return {group: groups.count(group) for group in set(groups)}


async def power_cuts(folder: Path, copies: int, figure: Note) -> None:
    chance = random.Random(copies)
    town = Town(folder / "town")
    await town.start()
    try:
        groups = [Group(town) for _ in range(6)]
        for group in groups:
            await group.asks(group.admin, "/试运行 开", "试运行已打开")
            await group.ask(group.admin, "/开启 广告税")
            await group.ask(group.admin, "/开启 账本")
        for number in range(copies):
            for group in groups:
                state = "关" if number % 2 == 0 else "开"
                group.say(group.admin, f"/试运行 {state}")
                group.say(group.wang, f"/广告 内容{number}")
                group.say(group.admin, f"/确认收款 A{number}")
            seen = len(town.happened)
            wanted = seen + chance.randint(1, len(groups))
            await town.until(lambda wanted=wanted: len(town.happened) >= wanted, 20, "something happens")
            # What a group has been told before the cut must be in the copy.
            told = {group.id: sum("试运行已" in text for text in group.said) for group in groups}
            copy = folder / f"copy{number}"
            photograph(town, copy)
            torn = folder / f"torn{number}"
            shutil.copytree(copy, torn)
            if (torn / FILES[1]).exists():
                tear(torn / FILES[1], chance)
            found = await records_in(copy)
            assert all(found.get(group, 0) >= count for group, count in told.items()), (told, found)
            await records_in(torn)
            figure("power", copies=2, broken=0, wrong=0)
            shutil.rmtree(copy)
            shutil.rmtree(torn)
            await town.settled()
    finally:
        await town.stop()


async def test_after_a_power_cut_the_database_opens_and_adds_up(tmp_path: Path, figure: Note) -> None:
    await power_cuts(tmp_path, 6, figure)


@pytest.mark.nightly
async def test_after_many_power_cuts_the_database_opens_and_adds_up(tmp_path: Path, figure: Note) -> None:
    await power_cuts(tmp_path, 100, figure)


class FullDisk:
    """No file of the process grows beyond what the write-ahead log has now, as if the disk were full."""

    def __init__(self, host: HostProcess) -> None:
        self.host = host

    def __enter__(self) -> FullDisk:
        log = self.host.folder / FILES[1]
        resource.prlimit(self.host.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, HUGE))
        return self

    def __exit__(self, *_: object) -> None:
        resource.prlimit(self.host.pid, resource.RLIMIT_FSIZE, (HUGE, HUGE))


async def test_a_full_disk_stops_acts_and_nothing_else(tmp_path: Path) -> None:
    """Nobody is muted without a record, nothing is acknowledged that is not kept, and with room again all goes on."""
    town = Town(tmp_path / "town")
    await town.start()
    try:
        group = Group(town)
        await group.asks(group.admin, "/开启 违规处理", "已开启")
        await group.asks(group.admin, "/白名单 添加 ", "白名单", (group.zhang,))
        await town.settled()
        before = len(group.said)
        with FullDisk(town.host):
            group.say(group.admin, "/禁言 ", (group.wang,), "10分 刷屏")
            group.say(group.admin, "/白名单 添加 ", (group.li,))
            group.say(group.admin, "/试运行 开")
            await asyncio.sleep(2)
            assert town.host.running
        assert not any("白名单" in text or "试运行已" in text for text in group.said[before:])
        assert not group.calls("set_group_ban")
        await group.asks(group.admin, "/禁言 ", "禁言", (group.li,), "10分 刷屏")
        await town.until(lambda: bool(group.calls("set_group_ban")), what="it acts again")
        await town.settled()
        kept = "select count(*) from lizheng_record where group_id = ? and kind = 'mute' and target_id = ?"
        assert rows(town, kept, group.id, group.li) == [(1,)]
        await town.kill_and_restart()
        assert str(group.zhang) in "".join(await group.ask(group.wang, "/白名单 查看"))
        assert "database or disk is full" in town.host.text() or "disk I/O error" in town.host.text()
    finally:
        await town.stop()
