"""Everything docs/writing-a-plugin.md shows is loaded, played and run; the repository's links lead somewhere."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nonebot
import nonebot.plugin
import pytest

import plugins
from lizheng.sandbox.script import scripts_in

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "writing-a-plugin.md").read_text("utf-8")
SNIPPET = re.compile(r"^```python\n# (?P<path>\S+\.py)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^python3? -m lizheng (?P<words>[^\n]+)$", re.MULTILINE)
STEP = re.compile(rf"{SNIPPET.pattern}|{COMMAND.pattern}", re.MULTILINE | re.DOTALL)
PROJECT = ("bot.py", "bootstrap.py", "constraints.txt", "pyproject.toml", "lizheng", "plugins")
LINK = re.compile(r"\]\((?!https?:|#)(?P<path>[^)#\s]+)")
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")]


@dataclass
class Lesson:
    """One section of the guide: its files by path, its conversations, and what it does, one after the other.

    A step is a file's path or the words of a command.
    """

    title: str
    files: dict[str, str]
    scripts: list[tuple[str, str]]
    steps: list[str]


def lessons() -> list[Lesson]:
    """The sections that show code; each sees the files of the one before it as well, as `## 测试…` needs them."""
    found: list[Lesson] = []
    for section in GUIDE.split("\n## ")[1:]:
        title = section.partition("\n")[0]
        files = {match["path"]: match["body"] for match in SNIPPET.finditer(section)}
        steps = steps_of(section)
        if files and all(path.startswith("tests/") for path in files):
            files, steps = {**found[-1].files, **files}, [*found[-1].steps, *steps]
        found.append(Lesson(title, files, scripts_in(section), steps))
    return [lesson for lesson in found if lesson.files]


def steps_of(section: str) -> list[str]:
    return [match["path"] or match["words"] for match in STEP.finditer(section)]


def project(folder: Path) -> None:
    """A checkout of the house, as somebody has it who begins."""
    for name in PROJECT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)


async def run(words: str, folder: Path) -> str:
    """Run `python -m lizheng …` in a project's folder as a shell does; what it said."""
    clean = {k: v for k, v in os.environ.items() if k not in ("SANDBOX", "SUPERUSERS", "LOG_LEVEL")}
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "lizheng", *words.split()],
        cwd=folder,
        env=clean,
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, f"{words}: {ran.stderr}"
    return ran.stdout


def plugin_names(lesson: Lesson) -> list[str]:
    inside = [Path(path).parts for path in lesson.files if path.startswith("plugins/")]
    return list(dict.fromkeys(parts[1].removesuffix(".py") for parts in inside))


@contextlib.contextmanager
def importable(folder: Path):
    """`plugins.…` is looked for in this folder, too; what came from there is forgotten afterwards."""
    place = str(folder / "plugins")
    plugins.__path__.append(place)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        plugins.__path__.remove(place)
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


def unload(name: str) -> None:
    """Take a plugin out of NoneBot's table again."""
    nonebot.plugin._plugins.pop(name, None)
    for manager in list(nonebot.plugin._managers):
        if f"plugins.{name}" in manager.plugins:
            nonebot.plugin._managers.remove(manager)


@pytest.fixture(params=lessons(), ids=lambda lesson: lesson.title)
async def lesson(request: pytest.FixtureRequest, listening: Any, tmp_path: Path) -> AsyncIterator[Lesson]:
    """A section's plugins, written down and loaded into the host before it starts."""
    host, *_ = listening
    found: Lesson = request.param
    if any(step not in found.files for step in found.steps):
        project(tmp_path)
    for step in found.steps:
        if step in found.files:
            target = tmp_path / step
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(found.files[step], "utf-8")
        else:
            await run(step, tmp_path)
    names = plugin_names(found)
    with importable(tmp_path):
        loaded = [nonebot.load_plugin(f"plugins.{name}") for name in names]
        assert None not in loaded, "a plugin of the guide does not load: see the log"
        importlib.invalidate_caches()
        host.registry.take_in()
        yield found
        for name in names:
            unload(name)
        host.registry.take_in()


async def test_the_guide_is_true(lesson: Lesson, stage: Any, tmp_path: Path) -> None:
    """Its conversations go as they are written, and its tests pass."""
    for _, script in lesson.scripts:
        await stage.play(script)
    tests = [body for path, body in lesson.files.items() if path.startswith("tests/")]
    assert lesson.scripts or tests, f"「{lesson.title}」 shows a plugin but plays nothing"
    for body in tests:
        space: dict[str, Any] = {"__name__": "guide"}
        exec(compile(body, str(tmp_path), "exec"), space)
        written = [one for name, one in space.items() if name.startswith("test_")]
        assert written
        for test in written:
            done = test(stage) if inspect.signature(test).parameters else test()
            if inspect.isawaitable(done):
                await done


async def test_the_first_command_makes_a_plugin_with_a_test(tmp_path: Path) -> None:
    """What it makes is played by `tests/kit/test_cli.py`."""
    (words,) = steps_of(GUIDE.partition("\n## ")[0])
    project(tmp_path)
    said = await run(words, tmp_path)
    assert "建好了 plugins/raffle.py 和 tests/plugins/raffle/test_raffle.py。" in said
    assert (tmp_path / "plugins" / "raffle.py").is_file()


def test_the_last_chapter_is_a_whole_plugin_in_120_lines() -> None:
    last = lessons()[-1]
    assert GUIDE.split("\n## ")[-1].startswith(last.title)
    assert sum(len(body.splitlines()) + 1 for body in last.files.values()) <= 120


def test_every_snippet_says_which_file_it_is() -> None:
    assert GUIDE.count("```python") == len(SNIPPET.findall(GUIDE))
    assert GUIDE.count("```群聊") == len(scripts_in(GUIDE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Links into plugins/ aside, as any of them may be deleted."""
    found = [match["path"] for match in LINK.finditer(page.read_text("utf-8"))]
    missing = [
        path for path in found if not path.startswith("plugins/") and not (page.parent / path).exists()
    ]
    assert not missing


def test_every_module_of_the_kit_stands_in_one_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = page.partition("\n## The rooms\n")[2].partition("\n## ")[0]
    named = re.findall(r"`(\w+\.py|\w+/)`", " ".join(re.findall(r"^\|([^|]*)\|", rooms, re.MULTILINE)))
    there = [
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "lizheng").iterdir()
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    ]
    assert sorted(named) == sorted(there)


def test_every_file_a_room_names_is_there() -> None:
    """On the pages of the rooms from the top; in architecture.md from `lizheng/`, or as some plugin has it."""
    wrong: list[str] = []
    for page in [*(ROOT / "docs" / "rooms").glob("*.md"), ROOT / "docs" / "architecture.md"]:
        text = page.read_text("utf-8")
        for name in re.findall(r"`((?:[\w.]+/)*\w+\.py|(?:plugins|tests|lizheng)/[\w/]+)`", text):
            there = [ROOT / name]
            if page.name == "architecture.md":
                there += [ROOT / "lizheng" / name, *ROOT.glob(f"plugins/*/{name}")]
            if name.startswith("plugins/") or (name.endswith("models.py") and "/" not in name):
                continue  # any plugin may be deleted, and each has its own models
            if not any(path.exists() for path in there):
                wrong.append(f"{page.name}: {name}")
    assert not wrong


def test_every_room_that_people_extend_has_a_short_page() -> None:
    pages = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "rooms").glob("*.md")}
    front = pages.pop("README.md")
    assert sorted(pages) == sorted(set(re.findall(r"\]\((\w+\.md)\)", front)))
    assert not [name for name, text in pages.items() if not 10 <= len(text.splitlines()) <= 40]


def test_both_readmes_say_the_same() -> None:
    """As far as a machine can tell: the same pages, pictures and commands, in the same order."""
    chinese, english = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.en.md"))
    commands = re.compile(r"`((?:python3?|ws://|/\w)[^`]*)`")
    for pattern in (LINK, commands):
        own = {"README.md", "README.en.md"}
        assert [x for x in pattern.findall(english) if x not in own] == [
            x for x in pattern.findall(chinese) if x not in own
        ]
    assert len(re.findall(r"^#+ ", english, re.MULTILINE)) == len(re.findall(r"^#+ ", chinese, re.MULTILINE))
