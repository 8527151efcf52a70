"""Which files stay and which go at night."""

import os
from pathlib import Path

from lizheng import Record
from lizheng.sandbox.stage import HostStage
from plugins.member_qa.models import Entry
from tests.support.admin_actions import undo
from tests.support.recorder import Recorder, picture

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def stored(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("files/member_qa/*")}


def age(folder: Path, stage: HostStage, days: int = 3) -> None:
    """As if they had been stored days ago: the file system has a clock of its own."""
    when = stage.host.clock.now().timestamp() - days * 86400
    for file in folder.rglob("files/member_qa/*"):
        os.utime(file, (when, when))


async def night(recorder: Recorder, folder: Path, nights: int = 1) -> None:
    for _ in range(nights):
        age(folder, recorder.player.stage)  # type: ignore[arg-type]
        await recorder.player.play("【到 明天 05:00】\n")


async def test_what_was_rejected_or_ran_out_goes_and_what_waits_stays(
    stage: HostStage, tmp_path: Path
) -> None:
    recorder = Recorder(await stage.play("开：问答\n小王：在\n管理员：在\n"))
    await recorder.say("小王", "/教 一号楼在哪 => 看图", picture(PNG + b"1"))
    await recorder.say("小王", "/教 二号楼在哪 => 看图", picture(PNG + b"2"))
    await recorder.say("小王", "/教 三号楼在哪 => 看图", picture(PNG + b"3"))
    await recorder.say("管理员", "/拒绝 1 不清楚")
    await recorder.say("管理员", "/通过 2")
    assert len(stored(tmp_path)) == 2
    await night(recorder, tmp_path)
    assert len(stored(tmp_path)) == 2
    assert (await recorder.say("小李", "/问 二号楼在哪")).startswith("看图[image]")
    assert "记住了" in await recorder.say("管理员", "/通过 3")
    assert (await recorder.say("小李", "/问 三号楼在哪")).startswith("看图[image]")
    await recorder.say("小王", "/教 四号楼在哪 => 看图", picture(PNG + b"4"))
    await night(recorder, tmp_path, 7)
    assert len(stored(tmp_path)) == 3
    await night(recorder, tmp_path, 2)
    assert len(stored(tmp_path)) == 2


async def test_import_previews_go_when_nobody_confirms_them_and_when_they_are_done(
    stage: HostStage, tmp_path: Path
) -> None:
    recorder = Recorder(await stage.play("开：问答\n管理员：在\n"))
    await recorder.say("管理员", "/问答 导入 怎么联机 => 加好友")
    await recorder.say("管理员", "/问答 导入 几点开门 => 八点")
    assert "导入好了" in await recorder.say("管理员", "/确认 2")
    assert len(stored(tmp_path)) == 2
    await night(recorder, tmp_path)
    assert len(stored(tmp_path)) == 1, "one that ran out lately is kept a day longer"
    await night(recorder, tmp_path)
    assert not stored(tmp_path)
    assert await Entry.all().count() == 1


async def test_a_preview_whose_file_is_gone_is_a_sentence(stage: HostStage, tmp_path: Path) -> None:
    recorder = Recorder(await stage.play("开：问答\n管理员：在\n"))
    await recorder.say("管理员", "/问答 导入 怎么联机 => 加好友")
    for file in tmp_path.rglob("files/member_qa/*"):
        file.unlink()
    assert await recorder.say("管理员", "/确认") == (
        "预览过的那张表不在这台主机上了，没有导入，请再发一次 /问答 导入。"
    )


async def test_what_an_undo_brings_back_has_its_pictures(stage: HostStage, tmp_path: Path) -> None:
    recorder = Recorder(await stage.play("开：问答\n管理员：在\n"))
    await recorder.say("管理员", "/教 校区地图 => 看图", picture(PNG + b"1"))
    await recorder.say("管理员", "/教 校区地图 => 看新图", picture(PNG + b"2"))
    assert "换好了" in await recorder.say("管理员", "/确认")
    assert "忘掉了" in await recorder.say("管理员", "/忘记 1")
    await night(recorder, tmp_path)
    assert len(stored(tmp_path)) == 2
    await undo(stage, recorder.player, 3)
    await undo(stage, recorder.player, 2)
    assert (await recorder.say("小李", "/问 校区地图")).startswith("看图[image]")
    await Record.all().delete()
    await night(recorder, tmp_path)
    assert len(stored(tmp_path)) == 1
    assert (await recorder.say("小李", "/问 校区地图")).startswith("看图[image]")


async def test_a_yes_that_is_not_carried_out_yet_keeps_its_pictures(stage: HostStage, tmp_path: Path) -> None:
    from lizheng.store.tables import Pending
    from plugins.member_qa.tidying import names_in_use

    recorder = Recorder(await stage.play("开：问答\n小王：在\n"))
    await recorder.say("小王", "/教 一号楼在哪 => 看图", picture(PNG))
    long_ago = stage.host.clock.now().replace(year=2026, month=9)
    await Pending.all().update(state="approved", decided_at=long_ago, expires_at=long_ago)
    assert await names_in_use(stage.host.clock.now()) >= stored(tmp_path)


async def test_what_was_stored_just_now_and_what_is_not_ours_stays(stage: HostStage, tmp_path: Path) -> None:
    recorder = Recorder(await stage.play("开：问答\n管理员：在\n"))
    await recorder.say("管理员", "/教 校区地图 => 看图", picture(PNG))
    [known] = tmp_path.rglob("files/member_qa/*")
    fresh = known.with_name("700001-" + "a" * 24 + ".png")
    others = [known.with_name("700001-model.vectors.npz"), known.with_name("notes.txt")]
    for file in others:
        file.write_bytes(b"x")
    age(tmp_path, stage)
    fresh.write_bytes(PNG)
    half_a_day = stage.host.clock.now().timestamp() + 8 * 3600
    os.utime(fresh, (half_a_day, half_a_day))
    await recorder.player.play("【到 明天 05:00】\n")
    assert stored(tmp_path) == {known.name, fresh.name, *(file.name for file in others)}
