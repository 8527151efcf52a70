"""Tables that come as files, through the simulated QQ and over real HTTP: put into the group's files, or quoted."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lizheng.parts.files import MOST_RECEIVED as MOST_BYTES
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world import World
from plugins.member_qa.models import Entry
from tests.plugins.member_qa.test_tables import TABLE
from tests.support.recorder import Recorder
from tests.support.workbooks import xlsx

GOOD = "里有 3 条能用：新的 3 条"


class Shelf:
    """Where the world's files can be fetched, until they expire."""

    def __init__(self, world: World):
        self.world = world
        self.expired = False
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode().partition("?")[0]
        self.asked += 1
        content = None if self.expired else self._content(path.removeprefix("/media/"))
        status = "404 Gone" if content is None else "200 OK"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(content or b'')}\r\n\r\n".encode())
        writer.write(content or b"")
        await writer.drain()
        writer.close()

    def _content(self, name: str) -> bytes | None:
        groups = self.world.groups.values()
        shared = next((found for one in groups if (found := one.files.get(f"/{name}"))), None)
        return shared.content if shared else self.world.media.get(name)


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[Shelf]:
    shelf = Shelf(world)
    server = await asyncio.start_server(shelf.serve, "127.0.0.1", 0)
    world.media_base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/media"
    async with server:
        yield shelf


@pytest.fixture
async def shelf(stage: HostStage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shelf]:
    """Files that can be had over HTTP from this machine, as while the sandbox is on."""
    monkeypatch.setattr(stage.host, "config", stage.host.config.model_copy(update={"sandbox": "on"}))
    async with serving(stage.world) as shelf:
        yield shelf


@pytest.fixture
async def player(stage: HostStage, shelf: Shelf) -> Player:
    return await stage.play("开：问答\n管理员：在\n小王：在\n")


def file(name: str, content: bytes, **more: object) -> dict:
    return {
        "type": "file",
        "data": {"file": f"base64://{base64.b64encode(content).decode()}", "name": name, **more},
    }


async def upload(recorder: Recorder, who: str, name: str, content: bytes | None, size: int = 0) -> str:
    recorder.said.clear()
    player = recorder.player
    player.world.upload_file(player.group.group_id, player.person(who), name, content, size)
    await player.stage.settle()
    return recorder.last


async def quote(
    recorder: Recorder, name: str, content: bytes, *, private: bool = False, **more: object
) -> str:
    """The admin sends a file, and then quotes that message with the command."""
    player, admin = recorder.player, recorder.player.person("管理员")

    def speak(*segments: dict) -> int:
        if private:
            return player.world.whisper(admin, segments)
        return player.world.say(player.group.group_id, admin, segments)

    sent = speak(file(name, content, **more))
    await player.stage.settle()
    recorder.said.clear()
    speak({"type": "reply", "data": {"id": str(sent)}}, {"type": "text", "data": {"text": "/问答 导入"}})
    await player.stage.settle()
    return recorder.last


@pytest.mark.parametrize("private", [False, True], ids=["group", "private"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_quoted_file_is_previewed_and_confirmed(player: Player, kind: str, private: bool) -> None:
    recorder = Recorder(player)
    content = TABLE.encode() if kind == "csv" else xlsx([line.split(",") for line in TABLE.splitlines()])
    said = await quote(recorder, f"题库.{kind}", content, private=private)
    assert f"「题库.{kind}」{GOOD}" in said
    aside = "（私聊）" if private else ""
    await player.play(f"管理员{aside}：/确认\n里正：导入好了：新的 3 条，换了答案的 0 条。…\n")
    assert await Entry.all().count() == 3


async def test_a_file_in_the_groups_files_is_fetched_from_where_it_is(player: Player, shelf: Shelf) -> None:
    recorder = Recorder(player)
    assert "群文件" in await recorder.say("管理员", "/问答 导入")
    assert not await upload(recorder, "小王", "别人的.csv", TABLE.encode())
    assert GOOD in await upload(recorder, "管理员", "题库.csv", TABLE.encode())
    assert shelf.asked == 1
    assert not await upload(recorder, "管理员", "又一份.csv", TABLE.encode()), "one command, one table"


async def test_what_cannot_be_used_may_be_sent_again_without_the_command(player: Player) -> None:
    recorder = Recorder(player)
    await recorder.say("管理员", "/问答 导入")
    assert await upload(recorder, "管理员", "题库.xls", b"\xd0\xcf\x11\xe0") == (
        "「题库.xls」打不开：只收 .csv 和 .xlsx，请在表格软件里另存为 .xlsx。\n改好再发到群文件就行，不用重发命令。"
    )
    assert "太大了：最大 5 MiB" in await upload(recorder, "管理员", "大.csv", b"a" * (MOST_BYTES + 1))
    assert "太大了：最大 5 MiB" in await upload(recorder, "管理员", "大.csv", None, MOST_BYTES + 1)
    assert "没有一条能用的" in await upload(recorder, "管理员", "空.csv", "问题,答案\n".encode())
    assert "不是完好的 xlsx" in await upload(recorder, "管理员", "坏.xlsx", b"PK\x03\x04broken")
    assert GOOD in await upload(recorder, "管理员", "题库.csv", TABLE.encode())
    await recorder.say("管理员", "/确认")
    await recorder.say("管理员", "/问答 导入")
    assert "都已经有了" in await upload(recorder, "管理员", "题库.csv", TABLE.encode())
    assert not await upload(recorder, "管理员", "相册.zip", b"PK")


async def test_nobody_waits_longer_than_was_said(player: Player) -> None:
    recorder = Recorder(player)
    await recorder.say("管理员", "/问答 导入")
    await player.play("【过 11 分钟】\n")
    assert not await upload(recorder, "管理员", "题库.csv", TABLE.encode())


@pytest.mark.parametrize("private", [False, True], ids=["group", "private"])
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("病毒.exe", b"MZ", "「病毒.exe」打不开：只收 .csv 和 .xlsx。"),
        ("没有后缀", b"a,b", "「没有后缀」打不开：只收 .csv 和 .xlsx。"),
        ("乱码.csv", b"\xff\xff\xfe\x00\x81", "「乱码.csv」打不开：不是 UTF-8 也不是 GBK 的文字。"),
        ("大.csv", b"a" * (MOST_BYTES + 1), "「大.csv」太大了：最大 5 MiB，可以分成几份。"),
        ("空.csv", b"", "「空.csv」里没有一条能用的。"),
    ],
)
async def test_a_quoted_file_that_is_no_table(
    player: Player, name: str, content: bytes, sentence: str, private: bool
) -> None:
    assert await quote(Recorder(player), name, content, private=private) == sentence


async def test_a_link_that_expired_is_asked_for_anew(player: Player, shelf: Shelf) -> None:
    gone = f"{shelf.world.media_base}/gone.csv"
    assert GOOD in await quote(Recorder(player), "题库.csv", TABLE.encode(), url=gone)
    assert shelf.asked == 2


@pytest.mark.parametrize("private", [False, True], ids=["group", "private"])
async def test_an_endpoint_that_only_hands_out_content(player: Player, shelf: Shelf, private: bool) -> None:
    shelf.expired = True
    assert GOOD in await quote(Recorder(player), "题库.csv", TABLE.encode(), private=private)


async def test_a_file_that_is_gone_everywhere_is_one_sentence(player: Player, shelf: Shelf) -> None:
    recorder = Recorder(player)
    shelf.expired = True
    player.world.faults.add("refused", "get_file", 2)
    lost = "没能取到「题库.csv」，可能已经过期，请重新传一次。"
    assert await quote(recorder, "题库.csv", TABLE.encode()) == lost
    await recorder.say("管理员", "/问答 导入")
    assert (await upload(recorder, "管理员", "题库.csv", TABLE.encode())).startswith(lost)
    shelf.expired = False
    assert GOOD in await upload(recorder, "管理员", "题库.csv", TABLE.encode())


async def test_quoting_what_is_no_file(player: Player) -> None:
    await player.play("""
小王：这是题库
管理员→小王：/问答 导入
里正：你引用的那条里没有文件。请引用文件消息，或者不引用、直接发 /问答 导入。
管理员（私聊）：/问答 导入
里正（私聊 管理员）：请把表格（.csv 或 .xlsx，第一列问题、第二列答案）发给我，再引用那条文件消息发 /问答 导入；
  或者在 10 分钟内发到群文件。
小王（私聊）：/问答 导入
里正（私聊 小王）：…只有管理员和群主能用。
""")


async def test_an_export_asked_for_in_private_comes_in_private(player: Player) -> None:
    await player.play("""
管理员：/教 怎么联机 => 加好友
里正：记住了…
管理员（私聊）：/问答 导出 csv
里正（私聊 管理员）：[file]
里正（私聊 管理员）：导出了 1 条，发给你了：问答-20261118-1200.csv
""")
    assert not player.group.files
