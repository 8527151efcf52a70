"""Pictures are files only while something that is stored speaks of them: what is refused, rejected or expired has none."""

from datetime import timedelta
from pathlib import Path

import pytest

from lizheng.sandbox.stage import HostStage
from plugins.member_qa import pictures
from tests.support.recorder import Recorder, picture

PNG = b"\x89PNG\r\n\x1a\n"


def _files(tmp_path: Path) -> list[str]:
    return sorted(file.name for file in (tmp_path / "files").rglob("*") if file.is_file())


@pytest.mark.parametrize("bad", [b"GIF? no", PNG + b"\0" * 2 * 1024 * 1024])
async def test_one_bad_picture_and_none_is_written(stage: HostStage, tmp_path: Path, bad: bytes) -> None:
    recorder = Recorder(await stage.play("开：问答"))
    images = (picture(PNG + b"1"), picture(PNG + b"2"), picture(bad))
    for who in ("小王", "管理员"):
        await recorder.say(who, "/教 校区地图 => 看图", *images)
    await recorder.say("小李", "/问 怎么下载地图")
    await recorder.say("小王", "/答 1 看图", *images)
    assert _files(tmp_path) == []


async def test_what_is_known_already_writes_nothing_new(stage: HostStage, tmp_path: Path) -> None:
    recorder = Recorder(await stage.play("开：问答"))
    await recorder.say("管理员", "/教 校区地图 => 看图", picture(PNG + b"1"))
    assert len(_files(tmp_path)) == 1
    assert "已经" in await recorder.say("小王", "/教 校区地图 => 看图", picture(PNG + b"1"))
    assert len(_files(tmp_path)) == 1


@pytest.mark.parametrize(
    ("end", "left"),
    [("/拒绝 1", 0), ("/通过 1", 1)],
)
async def test_a_decided_proposal_keeps_its_pictures_only_when_agreed_to(
    stage: HostStage, tmp_path: Path, end: str, left: int
) -> None:
    recorder = Recorder(await stage.play("开：问答"))
    await recorder.say("小王", "/教 校区地图 => 看图", picture(PNG + b"1"))
    assert len(_files(tmp_path)) == 1
    await recorder.say("管理员", end)
    assert len(_files(tmp_path)) == left


async def test_an_answer_that_was_rejected_leaves_no_file(stage: HostStage, tmp_path: Path) -> None:
    recorder = Recorder(await stage.play("开：问答"))
    await recorder.say("小李", "/问 怎么下载地图")
    await recorder.say("小王", "/答 1 看图", picture(PNG + b"1"))
    assert len(_files(tmp_path)) == 1
    await recorder.say("管理员", "/拒绝 1")
    assert _files(tmp_path) == []


@pytest.mark.parametrize(("what", "span"), [("proposal", timedelta(days=7)), ("merge", timedelta(minutes=5))])
async def test_what_nobody_decides_is_gone_when_it_expires(
    stage: HostStage, tmp_path: Path, what: str, span: timedelta
) -> None:
    recorder = Recorder(await stage.play("开：问答"))
    if what == "merge":
        await recorder.say("管理员", "/教 校区地图 => 在墙上")
    await recorder.say("小王", "/教 校区地图 => 看图", picture(PNG + b"1"))
    assert len(_files(tmp_path)) == 1
    await stage.move(span + timedelta(minutes=2))
    await stage.settle()
    assert _files(tmp_path) == []


async def test_a_merge_that_is_given_up_leaves_no_file(stage: HostStage, tmp_path: Path) -> None:
    recorder = Recorder(await stage.play("开：问答"))
    await recorder.say("管理员", "/教 校区地图 => 在墙上")
    await recorder.say("小王", "/教 校区地图 => 看图", picture(PNG + b"1"))
    assert "已经取消了" in await recorder.say("小王", "/取消 1")
    assert _files(tmp_path) == []


async def test_a_picture_two_speak_of_stays_with_the_other(stage: HostStage, tmp_path: Path) -> None:
    recorder = Recorder(await stage.play("开：问答"))
    await recorder.say("小王", "/教 校区地图 => 看图", picture(PNG + b"1"))
    await recorder.say("小李", "/教 食堂地图 => 看图", picture(PNG + b"1"))
    await recorder.say("管理员", "/拒绝 1")
    assert len(_files(tmp_path)) == 1
    await recorder.say("管理员", "/拒绝 2")
    assert _files(tmp_path) == []


async def test_those_who_may_not_teach_have_a_quota(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_A_DAY", 5 * 1024 * 1024)
    recorder = Recorder(await stage.play("开：问答"))
    bad = (picture(PNG + b"\0" * 1_500_000), picture(b"none"))
    assert "认不出" in await recorder.say("小王", "/教 校区地图 => 看图", *bad)
    assert "图够多了" in await recorder.say("小李", "/教 校区地图 => 看图", *bad)
    assert "记住了" in await recorder.say("管理员", "/教 校区地图 => 看图", picture(PNG + b"1"))
    await stage.move(timedelta(days=1))
    assert "认不出" in await recorder.say("小王", "/教 校区地图 => 看图", *bad)
