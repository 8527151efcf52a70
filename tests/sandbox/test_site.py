"""The sandbox's site: who may open it, what its socket accepts, what it tells."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from starlette.types import Message
from websockets.typing import Origin

from lizheng.sandbox.demo import TRADERS
from lizheng.sandbox.guard import Guard
from lizheng.sandbox.site import PAGE, Viewer
from lizheng.sandbox.world.endpoints import MANNERS
from tests.support.site_server import KEY, Served, served

OWNER, ADMIN, MEMBER, NEWCOMER = 100_001, 100_002, 100_004, 100_009


@pytest.fixture(scope="module")
async def host() -> AsyncIterator[Served]:
    async with served() as one:
        yield one


@pytest.fixture
async def fresh() -> AsyncIterator[Served]:
    async with served() as one:
        yield one


class Tab:
    """One open page, as the browser speaks to the socket."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.ref = 0

    async def until(self, *types: str) -> dict[str, Any]:
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), 5))
            if message["type"] in types:
                return message

    async def do(self, verb: Any, **fields: Any) -> dict[str, Any]:
        self.ref += 1
        await self.socket.send(json.dumps({"type": "do", "verb": verb, "ref": self.ref, **fields}))
        while (answer := await self.until("done", "error")).get("ref") != self.ref:
            pass
        return answer


def opening(host: Served) -> Any:
    return websockets.connect(host.live, origin=Origin(host.origin))


def text(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "data": {"text": words}}]


async def test_the_page_opens_with_its_key_under_a_strict_policy(host: Served) -> None:
    async with httpx.AsyncClient() as client:
        page = await client.get(host.address)
        script = await client.get(f"{host.origin}/sandbox/page/{KEY}/main.js")
    assert page.status_code == script.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert script.headers["content-type"].startswith("text/javascript")


def test_no_page_file_reaches_outside_or_puts_text_in_as_markup() -> None:
    allowed = ("http://www.w3.org/2000/svg", "ws://${location.host}")
    for path in PAGE.iterdir():
        words = path.read_text("utf-8")
        for fine in allowed:
            words = words.replace(fine, "")
        assert not re.search(r"(https?|wss?)://|//cdn|@import", words), path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", words), (
            path.name
        )
    page = (PAGE / "index.html").read_text("utf-8")
    assert "<style" not in page
    assert not re.search(r"\s(style|on\w+)=", page)


@pytest.mark.parametrize(
    "path", ["/sandbox/?key=wrong", "/sandbox/", "/sandbox/page/wrong/main.js", "/sandbox/page/x"]
)
async def test_without_the_key_nothing_is_shown(host: Served, path: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(host.origin + path)
    assert answer.status_code == 403
    assert KEY not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_foreign_host_or_origin_is_refused(host: Served, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(host.address, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("key", "origin"), [(KEY, "http://evil.example"), (KEY, None), ("wrong", "own"), ("", "own")]
)
async def test_the_socket_refuses_strangers(host: Served, key: str, origin: Any) -> None:
    address = f"ws://127.0.0.1:{host.port}/sandbox/live?key={key}"
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(address, origin=Origin(host.origin) if origin == "own" else origin)
    assert refused.value.response.status_code == 403


async def test_only_this_machine_gets_in() -> None:
    async def app(*_: Any) -> None:
        raise AssertionError("let a stranger in")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "path": "/",
        "query_string": f"key={KEY}".encode(),
        "headers": [(b"host", b"127.0.0.1:8080")],
        "client": ("192.168.1.20", 5000),
    }
    await Guard(app, KEY, 8080)(scope, receive, send)
    assert sent[0]["status"] == 403


async def test_nothing_changes_over_http_and_no_file_beside_the_page_is_served(host: Served) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.post(host.address)).status_code == 405
        for name in ("..%2fsite.py", "%2e%2e%2fsite.py", "nothing.js"):
            answer = await client.get(f"{host.origin}/sandbox/page/{KEY}/{name}?key={KEY}")
            assert answer.status_code == 404
            assert "import" not in answer.text


async def test_what_one_tab_says_all_tabs_see_and_later_ones_too(fresh: Served) -> None:
    async with opening(fresh) as first, opening(fresh) as second:
        one, two = Tab(first), Tab(second)
        people = (await one.until("snapshot"))["world"]["people"]
        assert {OWNER, NEWCOMER} <= {person["user_id"] for person in people}
        said = await one.do("say", group_id=TRADERS, user_id=OWNER, message=text("大家早 [CQ:at,qq=all]"))
        assert said["type"] == "done"
        seen = await two.until("happening")
    assert seen["happening"]["data"]["segments"] == text("大家早 [CQ:at,qq=all]")
    async with opening(fresh) as third:
        history = (await Tab(third).until("snapshot"))["history"]
    assert history[-1]["data"]["message_id"] == said["result"]


async def test_acting_on_people_and_requests(fresh: Served) -> None:
    group = fresh.world.group(TRADERS)
    async with opening(fresh) as socket:
        tab = Tab(socket)
        await tab.do("mute", group_id=TRADERS, user_id=ADMIN, target=MEMBER, seconds=600)
        refused = await tab.do("say", group_id=TRADERS, user_id=MEMBER, message=text("我还能说吗"))
        await tab.do("request", group_id=TRADERS, target=NEWCOMER, comment="阿敏介绍的")
        flag = next(iter(fresh.world.requests))
        assert (await tab.do("decide", group_id=TRADERS, user_id=MEMBER, flag=flag, approve=True))[
            "type"
        ] == "error"
        assert NEWCOMER not in group.members
        await tab.do("decide", group_id=TRADERS, user_id=ADMIN, flag=flag, approve=True)
        await tab.do("role", group_id=TRADERS, user_id=OWNER, target=NEWCOMER, role="admin")
        await tab.do("card", group_id=TRADERS, user_id=NEWCOMER, target=NEWCOMER, card="杭州-包装-小满")
        await tab.do("packet", group_id=TRADERS, user_id=NEWCOMER, wish="广告A12")
        await tab.do("endpoint", name="NapCat debug")
    assert refused["type"] == "error"
    assert "禁言" in refused["text"]
    assert (group.members[NEWCOMER].role, group.members[NEWCOMER].card) == ("admin", "杭州-包装-小满")
    assert group.messages[-1].packet == "广告A12"
    assert fresh.world.manner == MANNERS["NapCat debug"]
    assert fresh.world.snapshot()["endpoint"] == "NapCat debug"
    assert fresh.stage.reconnects == 1


BAD = [
    {"verb": "nonsense"},
    {"verb": None},
    {"verb": ["say"]},
    {"verb": "say", "group_id": TRADERS, "user_id": OWNER, "message": []},
    {"verb": "say", "group_id": TRADERS, "user_id": OWNER, "message": "[CQ:at,qq=all]"},
    {
        "verb": "say",
        "group_id": TRADERS,
        "user_id": OWNER,
        "message": [{"type": "text", "data": {"text": "  "}}],
    },
    {
        "verb": "say",
        "group_id": TRADERS,
        "user_id": OWNER,
        "message": [{"type": "text", "data": {"text": "\ud800"}}],
    },
    {"verb": "say", "group_id": TRADERS, "user_id": OWNER, "message": [{"type": "text"}] * 3},
    {"verb": "say", "group_id": TRADERS, "user_id": OWNER, "message": [{"type": "json", "data": {}}]},
    {
        "verb": "say",
        "group_id": TRADERS,
        "user_id": OWNER,
        "message": [{"type": "image", "data": {"file": "file:///etc/passwd"}}],
    },
    {
        "verb": "say",
        "group_id": "700001",
        "user_id": OWNER,
        "message": [{"type": "text", "data": {"text": "x"}}],
    },
    {"verb": "say", "group_id": 5, "user_id": OWNER, "message": [{"type": "text", "data": {"text": "x"}}]},
    {"verb": "say", "group_id": TRADERS, "user_id": 5, "message": [{"type": "text", "data": {"text": "x"}}]},
    {"verb": "mute", "group_id": TRADERS, "user_id": OWNER, "target": MEMBER, "seconds": 31 * 86400},
    {"verb": "mute", "group_id": TRADERS, "user_id": OWNER, "target": MEMBER, "seconds": True},
    {"verb": "role", "group_id": TRADERS, "user_id": MEMBER, "target": MEMBER, "role": "admin"},
    {"verb": "recall", "group_id": TRADERS, "user_id": OWNER, "message_id": 99},
    {"verb": "join", "group_id": TRADERS, "user_id": OWNER, "target": NEWCOMER, "how": "break in"},
    {"verb": "person", "nick": " "},
    {"verb": "fault", "kind": "earthquake", "action": "*"},
    {"verb": "endpoint", "name": "icq"},
    {"verb": "clock", "seconds": -60},
    {"verb": "clock", "to": 1000},
    {"verb": "play", "name": "没有的"},
    {"verb": "watch", "group_id": "x"},
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad["verb"]))
async def test_bad_input_gets_one_chinese_sentence_and_changes_nothing(
    host: Served, bad: dict[str, Any]
) -> None:
    before = host.world.snapshot() | {"now": 0}
    async with opening(host) as socket:
        answer = await Tab(socket).do(**bad)
    assert answer["type"] == "error"
    assert re.fullmatch(r"[^\n]*[\u4e00-\u9fff][^\n]*。", answer["text"])
    assert host.world.snapshot() | {"now": 0} == before
    assert host.stage.offset == 0


@pytest.mark.parametrize("frame", ["", "{", "[]", "null", "[" * 100_000, '{"type":"do"}'])
async def test_garbage_leaves_the_socket_open(host: Served, frame: str) -> None:
    async with opening(host) as socket:
        tab = Tab(socket)
        await socket.send(frame)
        assert (await tab.until("error"))["text"].endswith("。")
        assert (await tab.do("person", nick="小新"))["type"] == "done"


async def test_the_clock_the_audit_and_examples(fresh: Served) -> None:
    async with opening(fresh) as socket:
        tab = Tab(socket)
        assert (await tab.until("snapshot"))["clock"] == 0
        await socket.send(json.dumps({"type": "do", "verb": "watch", "group_id": TRADERS}))
        assert (await tab.until("audit"))["rows"] == []
        fresh.stage.rows.append(
            {"group_id": TRADERS, "number": 1, "at": 0, "text": "欢迎了小满", "state": "done"}
        )
        assert (await tab.until("audit"))["rows"][0]["text"] == "欢迎了小满"
        await tab.do("clock", seconds=3600)
        assert (await tab.until("clock"))["offset"] == 3600
        for name, fine in (("打招呼", True), ("演砸了", False)):
            await socket.send(json.dumps({"type": "do", "verb": "play", "name": name}))
            assert (await tab.until("played"))["ok"] is fine
    assert fresh.world.group(TRADERS).messages


def test_a_page_that_cannot_keep_up_is_let_go() -> None:
    viewer = Viewer(room=2)
    for _ in range(2):
        viewer.tell({"type": "idle"})
    assert not viewer.lost.is_set()
    viewer.tell({"type": "idle"})
    assert viewer.lost.is_set()
    assert viewer.queue.qsize() == 2
