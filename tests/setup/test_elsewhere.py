"""A plugin that lives outside this repository: written in one file, tested by the kit's pytest plugin."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lizheng.base.config import ROOT

PLUGIN = '''
"""抽签：替你拿主意。"""

from lizheng import Context, Feature

feature = Feature(__name__, "抽签", "替你拿主意")


@feature.command("抽签", "从几样里抽一样", example="/抽签 火锅 烧烤")
async def draw(ctx: Context, words: str) -> None:
    await ctx.say("抽到了：{one}", one=sorted(words.split())[0])


__plugin_meta__ = feature.metadata
'''
TESTS = '''
from lizheng.sandbox.transcript import Mismatch
import pytest


async def test_it(stage):
    await stage.play("""
开：抽签
小王：/抽签 火锅 烧烤
里正：抽到了：火锅
【重启】
小王：/抽签
里正：缺少内容。…
""")


async def test_a_wrong_conversation_fails(stage):
    with pytest.raises(Mismatch):
        await stage.play("""
开：抽签
小王：/抽签 火锅 烧烤
里正：抽到了：烧烤
""")
'''
SETTINGS = """
[tool.pytest.ini_options]
lizheng_plugins = ["raffle"]
pythonpath = ["."]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "session"
asyncio_default_test_loop_scope = "session"
"""


def project(folder: Path) -> Path:
    (folder / "raffle.py").write_text(PLUGIN, "utf-8")
    (folder / "test_raffle.py").write_text(TESTS, "utf-8")
    (folder / "pyproject.toml").write_text(SETTINGS, "utf-8")
    return folder


def run(python: str, *arguments: str, cwd: Path, **environment: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [python, *arguments],
        cwd=cwd,
        env={**kept, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


def test_a_plugin_elsewhere_is_tested_with_the_kit_alone(tmp_path: Path) -> None:
    assert SETTINGS in (ROOT / "docs" / "writing-a-plugin.md").read_text("utf-8"), "as the guide says"
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "lizheng").symlink_to(ROOT / "lizheng")  # none of plugins/, tests/ or bot.py
    there = project(tmp_path)
    said = run(
        sys.executable, "-m", "pytest", "-q", "-p", "lizheng.sandbox.testing", cwd=there, PYTHONPATH=str(kit)
    )
    assert "2 passed" in said


def complaint(cwd: Path, *arguments: str) -> str:
    """What the command `pytest` says of a project that is not set up."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "lizheng.sandbox.testing", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout[-2000:] + done.stderr[-2000:]
    return (done.stdout + done.stderr).strip()


def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path) -> None:
    there = project(tmp_path)
    assert complaint(there, "-p", "no:asyncio") == (
        "ERROR: stage 要用 pytest-asyncio，这里没有装：python -m pip install pytest-asyncio"
    )
    (there / "pyproject.toml").write_text(SETTINGS.replace('pythonpath = ["."]\n', ""), "utf-8")
    assert complaint(there) == (
        'ERROR: 找不到模块 raffle：它在项目的文件夹里时，pytest 的设置里要有 pythonpath = ["."]。'
    )
    (there / "pyproject.toml").write_text(SETTINGS, "utf-8")
    (there / "raffle.py").write_text(PLUGIN.replace("words: str", "words"), "utf-8")
    said = complaint(there).splitlines()
    assert said[-2].startswith("TypeError: raffle.draw: parameter `words` has no annotation")
    assert said[-1] == "ERROR: 插件 raffle 没有装进来，原因见日志。"


@pytest.mark.nightly
def test_the_installed_kit_registers_its_pytest_plugin(tmp_path: Path) -> None:
    """Needs the package index."""
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "-w",
        str(tmp_path / "dist"),
        str(ROOT),
        cwd=tmp_path,
    )
    wheel = next((tmp_path / "dist").glob("lizheng-*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert not any(name.startswith(("plugins/", "tests/")) for name in names)
    assert "lizheng/py.typed" in names
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"), cwd=tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    run(python, "-m", "pip", "install", "-q", f"{wheel}[test]", cwd=tmp_path)
    there = tmp_path / "project"
    there.mkdir()
    assert "2 passed" in run(python, "-m", "pytest", "-q", cwd=project(there))
