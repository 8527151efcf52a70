"""Plugins that strangers published run beside ours, as they are, under `/功能`, `/开启` and `/关闭`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.bot_process import Group, Town

WITH_MORE = Path(__file__).resolve().parents[1] / "support" / "bot_with_more.py"
PUBLISHED = ("nonebot-plugin-pong==0.1.2", "nonebot-plugin-answersbook==0.2.0")
PONG = ("pong", "/ping", "pong")
BOOK = ("nonebot_plugin_answersbook", "翻看答案", "你想问什么问题呢？")
"""Title, what is said, what it answers; the first says what it is, the second has no metadata and no command."""
pytestmark = pytest.mark.nightly


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with what the package index has, and nothing else of ours in it."""
    folder = tmp_path / "published"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    install = [*pip, "install", "--quiet", "--no-deps", "--target", str(folder), *PUBLISHED]
    ran = subprocess.run(install, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode:
        pytest.skip(f"the package index cannot be had: {ran.stderr[-300:]}")
    return folder


@pytest.fixture
async def town(tmp_path: Path, published: Path) -> AsyncIterator[Town]:
    """A process of its own that loads them as `nonebot.load_plugin` does."""
    town = Town(tmp_path, {"OTHER_PLUGINS": str(published)}, WITH_MORE)
    await town.start()
    await town.connected()
    yield town
    await town.stop()


async def test_they_are_listed_answer_and_are_switched_per_group(town: Town) -> None:
    here, there = Group(town), Group(town)
    assert await here.ask(here.wang, "/白名单 查看") != []
    listed = (await here.ask(here.wang, "/功能"))[0].splitlines()
    assert any("● pong" in line for line in listed)
    assert any("● nonebot_plugin_answersbook" in line for line in listed)
    for title, words, answer in (PONG, BOOK):
        assert set(await here.ask(here.wang, words)) == {answer}
        assert await here.ask(here.admin, f"/关闭 {title}") == [f"已关闭「{title}」，马上生效。"]
    for again in (False, True):
        if again:
            await town.kill_and_restart()
        for title, words, answer in (PONG, BOOK):
            assert await here.ask(here.wang, words) == []
            assert answer in await there.ask(there.wang, words)
            assert f"○ {title}" in "\n".join(await here.ask(here.wang, "/功能"))
    for title, words, answer in (PONG, BOOK):
        assert await here.ask(here.admin, f"/开启 {title}") == [f"已开启「{title}」，马上生效。"]
        assert set(await here.ask(here.wang, words)) == {answer}
