"""What a host does for itself at night: a backup that can be put back, and word to its owners when it cannot be made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Slot, Switch

DAY = timedelta(days=1)


@pytest.fixture
def database(stage: HostStage) -> Path:
    store = stage.host.store
    assert store is not None
    if store.path is None:
        pytest.skip("Postgres is backed up by its own tools")
    return store.path


def backups(database: Path) -> list[Path]:
    return sorted(database.parent.glob(f"backups/{database.stem}-*{database.suffix}"))


async def asleep(stage: HostStage, span: timedelta) -> None:
    await stage.move(span)
    await stage.settle()


async def test_a_night_leaves_a_copy_that_opens_and_has_everything(stage: HostStage, database: Path) -> None:
    await stage.play("开：试探")
    await asleep(stage, timedelta(hours=16))
    assert backups(database) == [], "not yet twenty past four"
    await asleep(stage, timedelta(hours=1))
    (backup,) = backups(database)
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM lizheng_switch").fetchone() == (await Switch.all().count(),)


async def test_a_week_is_kept_and_a_night_slept_through_is_made_up_for(
    stage: HostStage, database: Path
) -> None:
    for _ in range(9):
        await asleep(stage, DAY)
    assert len(backups(database)) == 7
    newest = backups(database)[-1]
    stage.host.clock.move(DAY)
    await stage.restart()
    await stage.settle()
    assert backups(database)[-1] > newest


async def test_a_night_that_was_given_up_is_not_the_last(stage: HostStage, database: Path) -> None:
    await Slot.filter(name="backup").update(state="failed")
    await stage.restart()
    await asleep(stage, DAY)
    assert len(backups(database)) == 1


async def test_when_there_is_no_room_the_owners_hear_of_it_and_nothing_else_stops(
    stage: HostStage, database: Path
) -> None:
    player = await stage.play("开：试探")
    stage.world.add_person("超级用户", 99999)
    player.people["超级用户"] = 99999
    stage.world.befriend(99999)
    (database.parent / "backups").write_text("a file where the folder should be")
    await player.play("""
【过 1 天】
里正（私聊 超级用户）：每夜的备份没有做成：…
小王：/试价 3
里正：300 分
""")
    (database.parent / "backups").unlink()
    await asleep(stage, DAY)
    assert len(backups(database)) == 1
