"""Everything docs/writing-a-plugin.md shows is loaded, played and run; the repository's links lead somewhere."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nonebot
import nonebot.plugin
import pytest

import plugins
from lizheng.sandbox.script import scripts_in
from lizheng.store import AppModules, make_migrations

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "writing-a-plugin.md").read_text("utf-8")
SNIPPET = re.compile(r"^```python\n# (?P<path>\S+\.py)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)(?P<path>[^)#\s]+)")
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")]


@dataclass
class Lesson:
    """One section of the guide: its files by path, and its conversations."""

    title: str
    files: dict[str, str]
    scripts: list[tuple[str, str]]
    modules: list[str] = field(default_factory=list)


def lessons() -> list[Lesson]:
    """The sections that show code; each sees the files of the one before it as well, as `## 测试…` needs them."""
    found: list[Lesson] = []
    for section in GUIDE.split("\n## ")[1:]:
        title = section.partition("\n")[0]
        files = {match["path"]: match["body"] for match in SNIPPET.finditer(section)}
        if files and all(path.startswith("tests/") for path in files):
            files = {**found[-1].files, **files}
        found.append(Lesson(title, files, scripts_in(section)))
    return [lesson for lesson in found if lesson.files]


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
    for path, body in found.files.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body, "utf-8")
    names = plugin_names(found)
    with importable(tmp_path):
        for name in names:
            if (tmp_path / "plugins" / name / "models.py").exists():
                (tmp_path / "plugins" / name / "migrations").mkdir()
                (tmp_path / "plugins" / name / "migrations" / "__init__.py").touch()
        loaded = [nonebot.load_plugin(f"plugins.{name}") for name in names]
        assert None not in loaded, "a plugin of the guide does not load: see the log"
        for name in names:
            if (tmp_path / "plugins" / name / "models.py").exists():
                modules = AppModules.of(f"plugins.{name}")
                assert await make_migrations(name, modules)
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
