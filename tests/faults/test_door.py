"""Who may talk to the process, and with what it refuses to start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import websockets
from websockets.exceptions import InvalidStatus

from tests.support.bot_process import ROOT, TOKEN, HostProcess, Town, free_port, http
from tests.support.reliability_figures import Note

NIGHTLY = pytest.mark.nightly


async def test_healthz(town: Town) -> None:
    health = await town.host.health()
    assert health is not None
    assert set(health) == {"version", "database", "bots", "pending"}
    assert health["bots"] == [10001]
    assert type(health["pending"]) is int
    assert health["database"] == "ok"


async def shake_hands(port: int, path: str = "/onebot/v11/ws", **headers: str) -> int:
    """The HTTP status of a WebSocket handshake; 101 when it is let in."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        async with websockets.connect(
            f"ws://127.0.0.1:{port}{path}", additional_headers=named, proxy=None, open_timeout=10
        ):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_only_the_right_peer_is_let_in(town: Town, figure: Note) -> None:
    port, right = town.host.port, {"X_Self_ID": "20002", "Authorization": f"Bearer {TOKEN}"}
    wrong_ones = (
        {"Authorization": ""},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"X_Self_ID": "me"},
        {"X_Self_ID": "-1"},
        {"X_Self_ID": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    )
    for wrong in wrong_ones:
        status = await shake_hands(port, **{**right, **wrong})
        assert 400 <= status < 500, (wrong, status)
    figure("door", tried=len(wrong_ones), let_in=0)
    for path in ("/onebot/v11/ws", "/onebot/v11/", "/onebot/v11/ws/"):
        assert await shake_hands(port, path, **right) == 101
    health = await town.host.health()
    assert health is not None
    assert health["bots"][0] == 10001


async def test_foreign_hosts_and_origins_are_refused(town: Town, figure: Note) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Host": "127.0.0.1.evil.example"},
    ):
        answer = await http().get(f"http://127.0.0.1:{town.host.port}/healthz", headers=headers)
        assert 400 <= answer.status_code < 500
        figure("door", tried=1, let_in=0)


async def test_nothing_can_be_posted(town: Town, figure: Note) -> None:
    for path in (
        "/",
        "/onebot/v11/",
        "/onebot/v11/http",
        "/onebot/v11/http/",
        "/healthz",
        "/metrics",
        "/docs",
    ):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await http().request(
                method,
                f"http://127.0.0.1:{town.host.port}{path}",
                headers={"X-Self-ID": "10001"},
                content="{}",
            )
            assert answer.status_code in (404, 405), (method, path)
            figure("door", tried=1, let_in=0)
    for path in ("/docs", "/openapi.json", "/sandbox/"):
        answer = await http().get(f"http://127.0.0.1:{town.host.port}{path}")
        assert answer.status_code == 404


async def refuses(folder: Path, *parts: str, **settings: str) -> None:
    """It ends by itself, not with success, and its last word is a sentence with `parts`, not a traceback."""
    host = HostProcess(folder, settings)
    host.launch()
    try:
        assert await host.ended() != 0
    finally:
        host.kill()
    said = host.text()
    assert "Traceback" not in said, said
    last = said.strip().splitlines()[-1]
    assert all(part in last for part in parts), said
    assert last.endswith("。")
    assert "a-password" not in said
    assert host.environment["ONEBOT_ACCESS_TOKEN"] not in said or not host.environment["ONEBOT_ACCESS_TOKEN"]


OPEN = {"HOST": "0.0.0.0", "PACING": "on"}  # refused, so nothing is ever bound
NOWHERE = f"postgres://u:a-password@127.0.0.1:{free_port()}/d"


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({**OPEN, "ONEBOT_ACCESS_TOKEN": "fifteen-letters"}, ("ONEBOT_ACCESS_TOKEN", "16")),
        ({**OPEN, "PACING": "off"}, ("PACING=off",)),
        ({"DATABASE_URL": "oracle://nowhere/db"}, ("DATABASE_URL",)),
        ({"DATABASE_URL": NOWHERE}, ("数据库", "DATABASE_URL")),
        pytest.param({**OPEN, "ONEBOT_ACCESS_TOKEN": ""}, ("ONEBOT_ACCESS_TOKEN", "16"), marks=NIGHTLY),
        pytest.param({**OPEN, "SANDBOX": "on"}, ("SANDBOX=on",), marks=NIGHTLY),
        pytest.param({"TIMEZONE": "Nowhere/Land"}, ("TIMEZONE",), marks=NIGHTLY),
        pytest.param({"PORT": "eighty"}, ("PORT",), marks=NIGHTLY),
    ],
)
async def test_it_does_not_start_unsafe(
    tmp_path: Path, settings: dict[str, str], parts: tuple[str, ...], figure: Note
) -> None:
    await refuses(tmp_path, *parts, **settings)
    figure("door", tried=1, let_in=0)


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"nonsense" * 1000, b"this is no database"])
async def test_it_does_not_start_on_a_broken_database(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(content)
    await refuses(tmp_path, "已损坏", DATABASE_URL=f"sqlite://{broken}")
    assert broken.read_bytes() == content


async def test_one_database_has_one_owner(town: Town, tmp_path: Path) -> None:
    await refuses(tmp_path, "正被另一个里正进程使用", DATABASE_URL=town.host.environment["DATABASE_URL"])
    assert await town.host.health()


async def test_with_the_sandbox_on_only_it_may_connect(tmp_path: Path) -> None:
    """In a copy of the checkout: the sandbox's database lies in it."""
    copy = tmp_path / "checkout"
    for name in ("lizheng", "plugins"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("bot.py", "bootstrap.py", "pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, copy / name)
    settings = {"PYTHONPATH": str(copy), "SANDBOX": "auto", "ONEBOT_ACCESS_TOKEN": "", "METRICS": "false"}
    host = HostProcess(tmp_path / "run", settings, copy / "bot.py")
    try:
        await host.start()
        status = await shake_hands(host.port, X_Self_ID="10001")
        assert 400 <= status < 500
        assert 400 <= await shake_hands(host.port, X_Self_ID="10001", Authorization="Bearer guess") < 500
        assert "set ONEBOT_ACCESS_TOKEN" in host.text()
        assert (await http().get(f"http://127.0.0.1:{host.port}/metrics")).status_code == 404
        assert (copy / "data" / "sandbox.db").exists()
    finally:
        host.kill()
