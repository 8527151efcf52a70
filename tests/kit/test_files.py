"""Files of a feature: sent with what became of it, kept for one group, gone when nothing speaks of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lizheng import State
from lizheng.base import config
from lizheng.media.pictures import folder
from lizheng.parts.files import MOST_SENT, TooBig, deliver, keep_file, read_file, sweep
from lizheng.plugin.context import GroupContext
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Outgoing


@pytest.fixture(autouse=True)
def files_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "ROOT", tmp_path)


async def context(stage: HostStage, source: str | None = None) -> GroupContext:
    player = await stage.play("开：试单\n小王：早\n")
    groups = stage.host.groups
    return GroupContext(
        stage.host, groups[player.group.group_id], stage.host.features["lister"], source=source
    )


async def test_a_file_goes_into_the_group_under_a_name_that_is_none_of_a_folder(stage: HostStage) -> None:
    ctx = await context(stage)
    assert await deliver(ctx, "../流水:11/18.csv", b"1,2")
    [file] = stage.world.groups[ctx.group.id].files.values()
    assert (file.name, file.content) == (".._流水_11_18.csv", b"1,2")


async def test_what_is_asked_for_in_private_goes_there_and_is_that_persons(stage: HostStage) -> None:
    ctx = await context(stage)
    ctx.answers_to = next(iter(stage.world.groups[ctx.group.id].members))
    stage.world.befriend(ctx.answers_to)
    assert await deliver(ctx, "流水.csv", b"1,2")
    assert not stage.world.groups[ctx.group.id].files
    row = await Outgoing.get(api="upload_private_file")
    assert (row.user_id, row.group_id) == (ctx.answers_to, ctx.group.id)


async def test_the_same_cause_sends_one_file(stage: HostStage) -> None:
    ctx = await context(stage, "slot:1")
    assert await deliver(ctx, "流水.csv", b"1,2")
    again = GroupContext(stage.host, ctx.group, ctx.feature, source="slot:1")
    assert await deliver(again, "流水.csv", b"1,2")
    assert len(stage.world.groups[ctx.group.id].files) == 1


async def test_what_does_not_arrive_is_told(stage: HostStage) -> None:
    ctx = await context(stage)
    stage.world.faults.add("refused", "upload_group_file", 1, message="群文件满了")
    outcome = await deliver(ctx, "流水.csv", b"1,2")
    assert outcome.state is State.NOT_DONE
    with pytest.raises(TooBig):
        await deliver(ctx, "流水.csv", b"1" * (MOST_SENT + 1))


async def test_a_kept_file_is_its_groups_alone(stage: HostStage) -> None:
    ctx = await context(stage)
    name = await keep_file(ctx, b"abc", "csv")
    assert name == await keep_file(ctx, b"abc", "csv")
    assert await read_file(ctx, name) == b"abc"
    other = f"{ctx.group.id + 1}-{name.partition('-')[2]}"
    (folder(ctx) / name).rename(folder(ctx) / other)
    assert await read_file(ctx, name) is None
    assert await read_file(ctx, other) is None
    assert await read_file(ctx, f"../lister/{other}") is None


async def test_a_day_later_what_nothing_speaks_of_is_gone(stage: HostStage) -> None:
    ctx = await context(stage)
    asked = 0

    async def in_use() -> set[str]:
        nonlocal asked
        asked += 1
        return {used}

    used, gone, fresh = [await keep_file(ctx, text, "import.json") for text in (b"1", b"2", b"3")]
    foreign = await keep_file(ctx, b"4", "png")
    broken = f"{gone}.part"
    for name in (broken, "notes.txt"):
        (folder(ctx) / name).write_bytes(b"x")
    now = ctx.now.timestamp()
    os.utime(folder(ctx) / fresh, (now - 3600, now - 3600))
    for name in (used, gone, broken, foreign, "notes.txt"):
        os.utime(folder(ctx) / name, (now - 90_000, now - 90_000))
    assert await sweep(ctx, ("import.json",), in_use) == 2
    assert {file.name for file in folder(ctx).iterdir()} == {used, fresh, foreign, "notes.txt"}
    (folder(ctx) / used).unlink()
    assert await sweep(ctx, ("import.json",), in_use) == 0
    assert asked == 1
