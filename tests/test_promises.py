"""What the house promises for every feature, present and to come."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from lizheng.base.roles import Role
from lizheng.plugin.feature import Feature
from lizheng.plugin.settings import settings_of

ROOT = Path(__file__).resolve().parents[1]
CODE = [p for top in ("lizheng", "plugins") for p in (ROOT / top).rglob("*.py")]
PLUGINS = sorted(p for p in (ROOT / "plugins").iterdir() if p.name[0] not in "_." and p.suffix in ("", ".py"))
ACTING = {"kick", "mute", "unmute", "recall", "rename"}
ON_ONESELF = {("ad_tax", "广告")}
"""Commands that take back the very message they stand in."""
CHANGING = {"switch", "change_setting", "set_value", "add_standing", "remove_standing", "set_dry_run"}


@pytest.fixture
def features(request: pytest.FixtureRequest) -> list[Feature]:
    from tests.conftest import HOST

    host = request.config.stash[HOST]
    host.registry.take_in()
    return list(host.features.values())


def imports(path: Path) -> list[str]:
    """Absolute module names a file imports, wherever in it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_plugins_never_import_each_other_and_the_kit_imports_none() -> None:
    wrong: list[str] = []
    for path in CODE:
        place = path.relative_to(ROOT).parts
        own = f"plugins.{place[1].removesuffix('.py')}" if place[0] == "plugins" else ""
        for name in imports(path):
            if within(name, "plugins") and name != "plugins" and not (own and within(name, own)):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_only_the_entry_opens_the_sandbox() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in CODE
        if "sandbox" not in path.relative_to(ROOT).parts
        for name in imports(path)
        if within(name, "lizheng.sandbox")
    ]
    assert not wrong


def test_rules_are_pure() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in CODE
        if path.name == "rules.py"
        for name in imports(path)
        if any(within(name, package) for package in ("nonebot", "tortoise", "asyncio"))
    ]
    assert not wrong


def test_time_is_read_in_one_place() -> None:
    asking = re.compile(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(|\btime\.(?:time|monotonic)\(")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in CODE
        if path != ROOT / "lizheng" / "base" / "clock.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if asking.search(line) and "loop" not in line
    ]
    assert not wrong


def test_member_text_goes_in_as_a_value() -> None:
    """The template of `say` and its kin is a literal or one of the plugin's texts, never put together."""
    wrong: list[str] = []
    for path in CODE:
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in ("say", "tell_once", "preview", "submit", "ask", "tell"):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id in ("ctx", "self")):
                continue
            if node.func.value.id == "self" and path.name != "context.py":
                continue
            position = {"say": 0}.get(node.func.attr, 1)
            template = node.args[position] if len(node.args) > position else None
            if not _literal(template):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def _literal(node: ast.expr | None) -> bool:
    if isinstance(node, ast.IfExp):
        return _literal(node.body) and _literal(node.orelse)
    if isinstance(node, ast.Name):
        return node.id in ("template", "text") or node.id.isupper()
    is_text = (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "texts"
    )
    return is_text or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_no_text_is_parsed_as_codes() -> None:
    unsafe = re.compile(r"Message\(\s*(?:f[\"']|[a-z_]+\s*[,)])|Message\.template|\.extend\(\s*str\(")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if unsafe.search(line) and "def " not in line and "class " not in line
    ]
    assert not wrong


def test_every_name_is_claimed_once(features: list[Feature]) -> None:
    names = [name.casefold() for f in features for c in f.commands for name in c.names]
    assert sorted(names) == sorted(set(names))


def test_everything_is_described(features: list[Feature]) -> None:
    for feature in features:
        assert feature.summary
        settings_of(feature)
        for command in feature.commands:
            assert command.summary, command
            assert command.forms, command
            for form in command.forms:
                assert form.example.startswith(f"/{command.name}"), form.usage
        for setting in settings_of(feature):
            assert setting.show(setting.default), setting.title


def test_forms_that_act_on_others_name_a_role(features: list[Feature]) -> None:
    """A handler that acts, switches or sets must not be open to every member (one's own card is one's own)."""
    wrong: list[str] = []
    for feature in features:
        for command in feature.commands:
            for form in command.forms:
                verbs = set(form.handler.__code__.co_names) & (ACTING | CHANGING)
                if (feature.id, command.name) in ON_ONESELF:
                    verbs -= {"recall"}
                if verbs and form.role is Role.MEMBER and "own" not in form.handler.__code__.co_names:
                    consts = str(form.handler.__code__.co_consts)
                    if "'own'" not in consts:
                        wrong.append(f"{form.usage}: {sorted(verbs)}")
    assert not wrong


def test_pages_are_what_the_manifests_say(features: list[Feature]) -> None:
    from lizheng.cli.pages import pages

    for path, text in pages(features).items():
        assert (ROOT / path).read_text("utf-8") == text, f"{path}: run python -m lizheng docs"
