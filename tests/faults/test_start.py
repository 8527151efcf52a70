"""Starts that fail end the process within seconds; starts that only look hopeless do not fail."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.bot_process import ROOT, HostProcess

WITH_OTHERS = ROOT / "tests" / "support" / "bot_with_more.py"
SECONDS = 20.0
"""Of which nearly all is Python's imports on a busy machine; what is looked for is a process that never ends."""
GROUP = 20001
HEAVY = r"正则 [天气今][\s\S]{{0,300}}[吃饭][\s\S]{{0,300}}z{0} → 警告"


async def once(folder: Path) -> Path:
    """A database as a host leaves it."""
    host = HostProcess(folder)
    await host.start()
    host.terminate()
    await host.ended(SECONDS)
    return folder / "lizheng.db"


async def test_a_start_that_fails_ends(tmp_path: Path) -> None:
    database = await once(tmp_path)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE lizheng_group RENAME TO elsewhere")
        connection.commit()
    host = HostProcess(tmp_path)
    host.launch()
    try:
        assert await host.ended(SECONDS) != 0
    finally:
        host.kill()
    assert "启动失败" in host.text()
    assert "数据库已关好" in host.text()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO lizheng_group")
        connection.commit()
    again = HostProcess(tmp_path)
    await again.start()
    again.kill()


async def test_a_start_that_another_plugin_fails_ends(tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    (others / "stumbler.py").write_text(
        "import nonebot\n\n\n@nonebot.get_driver().on_startup\nasync def stumble():\n    raise RuntimeError('no')\n"
    )
    host = HostProcess(tmp_path, {"OTHER_PLUGINS": str(others)}, entry=WITH_OTHERS)
    host.launch()
    try:
        assert await host.ended(SECONDS) != 0
    finally:
        host.kill()


@pytest.mark.parametrize("count", [4, 50])
async def test_rules_that_are_too_much_together_do_not_stop_it(tmp_path: Path, count: int) -> None:
    database = await once(tmp_path)
    rows = [(GROUP, number, HEAVY.format(number), 0, "2026-11-18 04:00:00", 0) for number in range(count)]
    with closing(sqlite3.connect(database)) as connection:
        statement = (
            'INSERT INTO word_rules_rule (group_id, number, text, "by", at, removed) VALUES (?,?,?,?,?,?)'
        )
        connection.executemany(statement, rows)
        connection.commit()
    host = HostProcess(tmp_path)
    try:
        await host.start()
        assert "are too much together" in host.text()
    finally:
        host.kill()
