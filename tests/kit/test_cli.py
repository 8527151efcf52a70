"""`python -m lizheng new` and `docs`, and the template they start from."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nonebot
import pytest
from dotenv import dotenv_values

from lizheng.__main__ import main, new_plugin
from lizheng.cli.pages import pages
from lizheng.plugin.settings import settings_of
from lizheng.registry.settings_reader import SettingsReader
from tests.conftest import HOST
from tests.test_docs import importable, unload

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def loaded(host: Any, folder: Path, name: str) -> Iterator[None]:
    """A plugin of `folder`, on the running host."""
    with importable(folder):
        assert nonebot.load_plugin(f"plugins.{name}") is not None
        host.registry.take_in()
        try:
            yield
        finally:
            unload(name)
            host.registry.take_in()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    return tmp_path


async def test_a_made_plugin_loads_and_answers_as_its_test_says(stage: Any, folder: Path) -> None:
    said = new_plugin("cli_raffle", "试抽签", folder)
    assert said.splitlines() == [
        "建好了 plugins/cli_raffle.py 和 tests/plugins/cli_raffle/test_cli_raffle.py。",
        "测试：python3 -m tests tests/plugins/cli_raffle",
        "试用：python3 bot.py，然后在沙盒里发 /开启 试抽签，再发 /试抽签 你好",
        "改好以后更新文档里的表格：python3 -m lizheng docs",
    ]
    space: dict[str, Any] = {}
    exec((folder / "tests/plugins/cli_raffle/test_cli_raffle.py").read_text("utf-8"), space)
    with loaded(stage.host, folder, "cli_raffle"):
        await space["test_it_answers"](stage)
        await stage.play("""
管理员：/开启 试抽签
里正：已开启「试抽签」，马上生效。
小王：/帮助 试抽签
里正：先回一句话，从这里改起
  /试抽签 <内容> 例：/试抽签 你好
""")


def test_one_with_tables_is_a_package(folder: Path) -> None:
    said = new_plugin("cli_notes", "试记事", folder, tables=True)
    assert said.splitlines()[:2] == [
        "建好了 plugins/cli_notes/__init__.py、plugins/cli_notes/models.py 和 tests/plugins/cli_notes/test_cli_notes.py。",
        "改好表以后写迁移：python3 -m lizheng migrations cli_notes",
    ]
    written = [path.read_text("utf-8") for path in folder.rglob("*.py")]
    assert not [text for text in written if "模板" in text or "_template" in text]
    assert "试记事" in (folder / "plugins/cli_notes/__init__.py").read_text("utf-8")


async def test_without_a_title_it_is_called_by_its_name(stage: Any, folder: Path) -> None:
    new_plugin("cli_raffle", root=folder)
    with loaded(stage.host, folder, "cli_raffle"):
        await stage.play("开：cli_raffle\n小王：/cli_raffle 你好\n里正：cli_raffle：你好")


async def test_the_template_is_a_plugin_itself(stage: Any, folder: Path) -> None:
    template = ROOT / "plugins" / "_template" / "__init__.py"
    (folder / "plugins" / "cli_template.py").write_text(template.read_text("utf-8"), "utf-8")
    assert len(list(filter(None, template.read_text("utf-8").splitlines()))) <= 12
    with loaded(stage.host, folder, "cli_template"):
        await stage.play("开：模板\n小王：/模板 你好\n里正：模板：你好")


def test_a_taken_name_is_refused_and_nothing_is_written(folder: Path) -> None:
    plugins = folder / "plugins"
    (plugins / "there.py").write_text("1", "utf-8")
    (plugins / "here").mkdir()
    (folder / "tests" / "plugins" / "left").mkdir(parents=True)
    for name, there in (
        ("there", "plugins/there.py"),
        ("here", "plugins/here"),
        ("left", "tests/plugins/left"),
    ):
        with pytest.raises(ValueError, match=f"^{there} 已经有了，换个名字吧。"):
            new_plugin(name, "新的", folder)
    with pytest.raises(ValueError, match="「帮助」已经有别的功能或命令在用，请用 --title 换个中文名。"):
        new_plugin("other", "帮助", folder, taken={"帮助", "help"})
    with pytest.raises(ValueError, match="「help」已经有别的功能或命令在用"):
        new_plugin("help", "", folder, taken={"帮助", "help"})
    assert sorted(p.name for p in plugins.iterdir()) == ["here", "there.py"]
    assert (plugins / "there.py").read_text("utf-8") == "1"


@pytest.mark.parametrize(
    "name", ["", "Raffle", "抽签", "2cool", "_own", "a-b", "a.b", "../x", "class", "pending", "lizheng"]
)
def test_a_bad_name_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="不能做插件名：请用小写英文字母、数字和下划线，字母开头。"):
        new_plugin(name, "", folder)
    assert not list((folder / "plugins").iterdir())


@pytest.mark.parametrize("title", ["抽 签", '抽"签', "抽{x}签", "抽签！", "很长很长很长很长很长很长的"])
def test_a_bad_title_is_refused(folder: Path, title: str) -> None:
    with pytest.raises(ValueError, match="不能做中文名：请用 1 到 12 个字，不带空格和标点。"):
        new_plugin("raffle", title, folder)
    assert not list((folder / "plugins").iterdir())


def test_from_a_shell_it_is_one_sentence_and_a_status() -> None:
    clean = {k: v for k, v in os.environ.items() if k not in ("SANDBOX", "SUPERUSERS", "LOG_LEVEL")}
    ran = subprocess.run(
        [sys.executable, "-m", "lizheng", "new", "raffle", "--title", "帮助"],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        encoding="utf-8",
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.strip() == "「帮助」已经有别的功能或命令在用，请用 --title 换个中文名。"
    assert not (ROOT / "plugins" / "raffle.py").exists()


def test_outside_a_project_it_is_one_sentence_too(tmp_path: Path) -> None:
    """The kit as an installed package knows the project only by where it is started."""
    shutil.copytree(ROOT / "lizheng", tmp_path / "site" / "lizheng", ignore=shutil.ignore_patterns("*.pyc"))
    (tmp_path / "empty").mkdir()
    for command in (["new", "raffle"], ["docs"]):
        ran = subprocess.run(
            [sys.executable, "-m", "lizheng", *command],
            cwd=tmp_path / "empty",
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            encoding="utf-8",
        )
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == f"{tmp_path / 'empty'} 里没有 bot.py：请在里正的文件夹里运行。\n"


def test_a_plugin_without_tables_has_nothing_to_migrate(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrations", "control"]) == 1
    assert capsys.readouterr().err == "找不到 plugins.control.models：这个插件没有 models.py。\n"


def test_a_plugin_that_does_not_load_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_plugin("cli_broken", "坏的", folder, tables=True)
    models = folder / "plugins" / "cli_broken" / "models.py"
    models.write_text(models.read_text("utf-8").replace("class Note", "class Other"), "utf-8")
    with importable(folder):
        assert main(["migrations", "cli_broken"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("plugins.cli_broken 载入不了，先改好再来：cannot import name 'Note'")
    assert said.count("\n") == 1


def test_a_line_of_the_example_environment_means_its_default(request: pytest.FixtureRequest) -> None:
    """Taking the # off changes nothing: every default is written so that it reads back as itself."""
    host = request.config.stash[HOST]
    host.registry.take_in()
    page = pages(host.features.values())[".env.example"]
    bare = "\n".join(line.removeprefix("# ") for line in page.splitlines() if re.match(r"# [A-Z_]+=", line))
    written = dotenv_values(stream=io.StringIO(bare))
    assert written["ONEBOT_ACCESS_TOKEN"] == ""
    for feature in host.features.values():
        if not feature.module.startswith(("plugins.", "lizheng.")):
            continue
        settings = settings_of(feature)
        given = {s.name: written[s.environment] for s in settings}
        found = SettingsReader({feature.id: given}).defaults(feature)
        assert {s.name: found.get(s.name, s.default) for s in settings} == {
            s.name: s.default for s in settings
        }
        assert all(given[s.name] for s in settings if s.show(s.default) != s.show(None)), feature.id
