"""Pictures on their way out: their bytes reach the endpoint, and stay neither in memory nor in the database."""

from __future__ import annotations

import asyncio
import os
import resource
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from lizheng.delivery.outbox import Draft, Outbox, Pacing
from lizheng.delivery.outbox.pictures import MOST_IN_HAND, YOUNG, YOUNG_WHEN_FULL, Pictures, _Room
from lizheng.delivery.outbox.verify import Finding
from lizheng.store import Store
from lizheng.store.tables import Outgoing
from tests.support.scripted_endpoint import GROUP, NOON, Peer, outbox_for, pass_time, quiet, until

PAGE = resource.getpagesize()


def image(content: bytes) -> dict[str, Any]:
    return {"type": "image", "data": {"file": f"base64://{b64encode(content).decode()}"}}


def picture(content: bytes, **more: Any) -> Draft:
    message = [{"type": "text", "data": {"text": "看图"}}, image(content)]
    return Draft("send_group_msg", {"group_id": GROUP, "message": message}, group_id=GROUP, **more)


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def written(store: Store) -> int:
    """Bytes of the database file and its log."""
    assert store.path is not None
    return sum(file.stat().st_size for file in store.path.parent.glob(f"{store.path.name}*"))


def shown(peer: Peer) -> list[str]:
    return [params["message"][1]["data"]["file"] for _, params in peer.sent()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files" / "outbox"


@pytest.fixture
async def outbox(peer: Peer, folder: Path):
    outbox = outbox_for(peer, pictures=folder)
    await outbox.start()
    yield outbox
    await outbox.stop(0.2)


async def test_two_hundred_answers_with_pictures_leave_nothing_behind(
    outbox: Outbox, peer: Peer, folder: Path, store: Store
):
    content = [os.urandom(1_400_000) for _ in range(4)]
    sent: list[int] = []
    inner = peer.call

    async def call(account: int, api: str, params: dict[str, Any]) -> Any:
        sent.append(len(params["message"][1]["data"]["file"]))
        answer = await inner(account, api, params)
        peer.calls.clear()
        peer.history.clear()
        return answer

    outbox._sender._call = call
    for number in range(8):
        await (await outbox.put(picture(content[number % 4], source=f"message:{number}"))).outcome()
    before, on_disk = resident(), written(store) if store.path else 0
    for number in range(8, 208):
        await (await outbox.put(picture(content[number % 4], source=f"message:{number}"))).outcome()
    await quiet(outbox)
    assert len(sent) == 208
    assert min(sent) > 1_800_000
    assert resident() - before < 60_000_000
    if store.path:
        assert written(store) - on_disk < 4_000_000
    assert sum(file.stat().st_size for file in folder.iterdir()) == 4 * 1_400_000
    assert not await Outgoing.exclude(state="done").exists()


async def test_a_picture_that_waits_survives_a_restart(outbox: Outbox, peer: Peer, folder: Path):
    content = os.urandom(50_000)
    peer.online = False
    await outbox.put(picture(content))
    await outbox.stop(0.2)
    assert "base64" not in str((await Outgoing.get()).params)
    peer.online = True
    again = outbox_for(peer, pictures=folder)
    await again.start()
    await quiet(again)
    await again.stop()
    assert shown(peer) == [image(content)["data"]["file"]]


async def test_rows_of_an_earlier_version_are_sent_and_lightened(outbox: Outbox, peer: Peer, folder: Path):
    """Theirs hold the bytes themselves."""
    content = os.urandom(50_000)
    await outbox.stop()
    peer.online = False
    before = outbox_for(peer)
    await before.start()
    await before.put(picture(content))
    await before.stop(0.2)
    assert "base64" in str((await Outgoing.get()).params)
    peer.online = True
    again = outbox_for(peer, pictures=folder)
    await again.start()
    await quiet(again)
    await again.stop()
    assert shown(peer) == [image(content)["data"]["file"]]
    row = await Outgoing.get()
    assert row.state == "done"
    assert "base64" not in str(row.params)
    assert row.params["message"][0]["data"]["text"] == "看图"


async def test_on_a_shared_database_rows_hold_the_bytes_until_they_are_decided(peer: Peer, tmp_path: Path):
    """The other host may be on another machine."""
    content = os.urandom(50_000)
    peer.online = False
    one = outbox_for(peer, pictures=tmp_path / "one", shared=True)
    await one.start()
    await one.put(picture(content))
    await one.stop(0.2)
    peer.online = True
    other = outbox_for(peer, pictures=tmp_path / "other", shared=True)
    await other.start()
    await quiet(other)
    await other.stop()
    assert shown(peer) == [image(content)["data"]["file"]]
    assert "base64" not in str((await Outgoing.get()).params)


async def test_a_picture_in_doubt_is_found_in_the_history_and_looked_up_later(outbox: Outbox, peer: Peer):
    peer.fates["send_group_msg"] = ["done but unanswered"]
    ticket = await outbox.put(picture(os.urandom(50_000), source="brief:1"))
    assert await ticket.outcome(5)
    found = await outbox.look_up("brief:1")
    assert found is not None
    entry, verdict = found
    assert verdict is not None
    assert verdict.finding is Finding.HAPPENED
    again = Draft("send_group_msg", entry.params, group_id=GROUP)
    assert await (await outbox.put(again)).outcome(5), "and can be said once more"
    assert len(set(shown(peer))) == 1


async def test_a_picture_whose_file_is_gone_is_not_done(outbox: Outbox, peer: Peer, folder: Path):
    peer.online = False
    ticket = await outbox.put(picture(os.urandom(50_000)))
    for file in folder.iterdir():
        file.unlink()
    peer.online = True
    outbox.wake()
    assert (await ticket.outcome(5)).why == "图片已经不在了"
    assert peer.calls == []


async def test_words_that_look_like_a_file_of_ours_are_words(outbox: Outbox, peer: Peer, folder: Path):
    await outbox.put(picture(b"secret" * 2000))
    (file,) = folder.iterdir()
    words = [{"type": "text", "data": {"text": f"kept://{file.name}"}}]
    await outbox.put(Draft("send_group_msg", {"group_id": GROUP, "message": words}, group_id=GROUP))
    await quiet(outbox)
    assert peer.sent()[1][1]["message"] == words


async def test_what_no_row_waits_for_is_swept_after_hours(outbox: Outbox, peer: Peer, folder: Path):
    peer.clock.freeze(NOON)
    peer.online = False
    await outbox.put(picture(b"waits" * 2000))
    await quiet(outbox)
    (waits,) = folder.iterdir()
    for name, age in (("old", YOUNG + 60), ("young", 60), ("future", -YOUNG - 60)):
        (folder / name).write_bytes(b"x")
        at = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (at, at))
    at = waits.stat().st_mtime - 10 * YOUNG
    os.utime(waits, (at, at))
    await pass_time(peer.clock, outbox, 3700, step=1850)
    await until(lambda: not (folder / "old").exists())
    assert {file.name for file in folder.iterdir()} == {waits.name, "young"}


def test_too_many_bytes_are_swept_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lizheng.delivery.outbox.pictures.MOST_KEPT", 1000)
    for name, age in (("hour", 3600), ("now", 0)):
        (tmp_path / name).write_bytes(b"x" * 600)
        at = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (at, at))
    assert YOUNG_WHEN_FULL < 3600 < YOUNG
    assert Pictures(tmp_path).sweep(()) == 1
    assert (tmp_path / "now").exists()


async def test_calls_on_their_way_hold_so_many_bytes_at_once():
    room, order = _Room(10), []

    async def go(name: str, size: int, leave: asyncio.Event) -> None:
        await room.enter(size)
        order.append(name)
        await leave.wait()
        room.leave(size)

    first, second = asyncio.Event(), asyncio.Event()
    tasks = [asyncio.create_task(go("a", 6, first)), asyncio.create_task(go("b", 4, first))]
    tasks += [asyncio.create_task(go("c", 99, second))]
    given_up = asyncio.create_task(go("d", 1, second))
    tasks += [asyncio.create_task(go("e", 1, second))]
    await asyncio.sleep(0)
    assert order == ["a", "b"]
    given_up.cancel()
    first.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert order == ["a", "b", "c"], "the largest of all goes, alone"
    second.set()
    await asyncio.gather(*tasks)
    assert order == ["a", "b", "c", "e"]
    assert room._used == 0
    assert MOST_IN_HAND <= 64 * 1024 * 1024


async def test_at_its_pace_a_picture_counts_like_any_message(peer: Peer, folder: Path):
    peer.clock.freeze(NOON)
    outbox = outbox_for(peer, Pacing(), pictures=folder)
    await outbox.start()
    for number in range(5):
        await outbox.put(picture(b"%d" % number * 5000))
    await quiet(outbox)
    assert len(peer.sent()) == 3
    await pass_time(peer.clock, outbox, 6)
    assert len(peer.sent()) == 5
    await outbox.stop()
