"""Who may talk to the process, and with what it refuses to start."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import websockets
from websockets.exceptions import InvalidStatus

from tests.faults.process import ROOT, TOKEN, HostProcess, Town, free_port, http


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


async def test_only_the_right_peer_is_let_in(town: Town) -> None:
    port, right = town.host.port, {"X_Self_ID": "20002", "Authorization": f"Bearer {TOKEN}"}
    for wrong in (
        {"Authorization": ""},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"X_Self_ID": "me"},
        {"X_Self_ID": "-1"},
        {"X_Self_ID": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ):
        status = await shake_hands(port, **{**right, **wrong})
        assert 400 <= status < 500, (wrong, status)
    for path in ("/onebot/v11/ws", "/onebot/v11/", "/onebot/v11/ws/"):
        assert await shake_hands(port, path, **right) == 101
    health = await town.host.health()
    assert health is not None
    assert health["bots"][0] == 10001


async def test_foreign_hosts_and_origins_are_refused(town: Town) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Host": "127.0.0.1.evil.example"},
    ):
        answer = await http().get(f"http://127.0.0.1:{town.host.port}/healthz", headers=headers)
        assert 400 <= answer.status_code < 500


async def test_nothing_can_be_posted(town: Town) -> None:
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
    for path in ("/docs", "/openapi.json", "/sandbox/"):
        answer = await http().get(f"http://127.0.0.1:{town.host.port}{path}")
        assert answer.status_code == 404


async def refuses(folder: Path, *parts: str, **settings: str) -> None:
    """It ends by itself, not with success, and its last word is a sentence with `parts`, not a traceback."""
    host = HostProcess(folder, **settings)
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


async def test_it_does_not_start_unsafe_or_on_a_broken_database(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    text = tmp_path / "text.db"
    text.write_text("this is no database")
    await asyncio.gather(
        refuses(
            tmp_path / "a", "ONEBOT_ACCESS_TOKEN", "16", HOST="0.0.0.0", ONEBOT_ACCESS_TOKEN="", PACING="on"
        ),
        refuses(
            tmp_path / "b",
            "ONEBOT_ACCESS_TOKEN",
            "16",
            HOST="0.0.0.0",
            ONEBOT_ACCESS_TOKEN="fifteen-letters",
            PACING="on",
        ),
        refuses(tmp_path / "c", "PACING=off", HOST="0.0.0.0"),
        refuses(tmp_path / "d", "SANDBOX=on", HOST="0.0.0.0", SANDBOX="on"),
        refuses(tmp_path / "e", "DATABASE_URL", DATABASE_URL="oracle://nowhere/db"),
    )
    await asyncio.gather(
        refuses(tmp_path / "j", "数据库", DATABASE_URL=f"postgres://u:a-password@127.0.0.1:{free_port()}/d"),
        refuses(tmp_path / "f", "已损坏", DATABASE_URL=f"sqlite://{broken}"),
        refuses(tmp_path / "g", "已损坏", DATABASE_URL=f"sqlite://{text}"),
        refuses(tmp_path / "h", "TIMEZONE", TIMEZONE="Nowhere/Land"),
        refuses(tmp_path / "i", "PORT", PORT="eighty"),
    )


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
    host = HostProcess(
        tmp_path / "run",
        copy / "bot.py",
        PYTHONPATH=str(copy),
        SANDBOX="auto",
        ONEBOT_ACCESS_TOKEN="",
        METRICS="false",
    )
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
