"""The rooms of the kit stand on floors: a room imports lower floors only, and no file imports itself in a circle.

Every import counts: at the top of a module, inside a function, and for the type checker alone.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from lizheng import Services

ROOT = Path(__file__).resolve().parents[1]
KIT = ROOT / "lizheng"

FLOORS = {
    "base": 1,
    "events": 1,
    "text": 1,
    "adapter": 2,
    "grammar": 2,
    "store": 2,
    "messages": 3,
    "delivery": 3,
    "groups": 3,
    "drawing": 4,
    "plugin": 4,
    "": 5,  # lizheng/__init__.py, the public page
    "hooks": 5,
    "media": 5,
    "registry": 5,
    "acts": 6,
    "dispatch": 7,
    "ledger": 7,
    "activity": 7,
    "parts": 7,
    "host": 8,
    "cli": 9,
    "sandbox": 9,
    "__main__": 10,
}
PUBLIC = {
    "",
    "events",
    "text",
    "grammar",
    "messages",
    "drawing",
    "hooks",
    "media",
    "ledger",
    "activity",
    "parts",
}
"""What plugins may import; everything else is the kit's own."""
HOST_DOORS = {
    "(passed on)": 6,
    "accounts": 3,
    "clock": 4,
    "config": 2,
    "features": 1,
    "groups": 2,
    "is_on": 1,
    "now": 3,
    "roster": 2,
    "schedule": 1,
    "zone": 1,
}
"""How often plugins go past their context to the host, by the part of it they use. Numbers may only get smaller: what a
plugin needs of the host is a verb of the context, or of a part in `lizheng.parts`."""
DATA = {"migrations"}  # imported by Tortoise, by name


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sorted(KIT.rglob("*.py"))}


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """The modules of the kit that a file imports, with the line, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.split(".")[0] == "lizheng")
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            source = ".".join([*above, *([node.module] if node.module else [])])
            if source.split(".")[0] == "lizheng":
                for alias in node.names:
                    inner = f"{source}.{alias.name}"
                    yield node.lineno, inner if inner in MODULES else source


def test_every_room_stands_on_a_floor():
    rooms = {room_of(module) for module in MODULES} - DATA
    assert sorted(rooms - FLOORS.keys()) == []
    assert sorted(FLOORS.keys() - rooms) == []
    assert len(rooms) <= 25


def test_no_room_imports_its_own_floor_or_a_higher_one():
    up = [
        f"{path.relative_to(ROOT)}:{line}: {room_of(module) or 'lizheng'} imports {imported}"
        for module, path in MODULES.items()
        if room_of(module) not in DATA
        for line, imported in imports(path)
        if room_of(imported) != room_of(module) and FLOORS[room_of(imported)] >= FLOORS[room_of(module)]
    ]
    assert up == []


def test_no_circle_of_files():
    graph = {
        module: {imported for _, imported in imports(path)} - {module} for module, path in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" → ".join(reversed(error.args[1]))) from None


def test_plugins_import_public_rooms_only():
    past = [
        f"{path.relative_to(ROOT)}:{line}: {imported}"
        for path in sorted((ROOT / "plugins").rglob("*.py"))
        if path.parent.name != "migrations"
        for line, imported in imports(path)
        if room_of(imported) not in PUBLIC
    ]
    assert past == []


def host_doors(path: Path) -> Iterator[str]:
    """Each use of a host in a plugin: the part that is used, by way of a context or of what a start is given."""
    parts = {*vars(Services), *Services.__annotations__}
    above: dict[ast.AST, ast.AST] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        above.update(dict.fromkeys(ast.iter_child_nodes(node), node))
        if isinstance(node, ast.Attribute) and node.attr == "host" and isinstance(node.value, ast.Name):
            around = above[node]
            if isinstance(around, ast.Attribute):
                yield from [around.attr] if around.attr in parts else []
            elif node.value.id == "ctx":
                yield "(passed on)"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "host":
            yield from [node.attr] if node.attr in parts else []


def test_plugins_go_past_their_context_ever_less():
    found = Counter(door for path in sorted((ROOT / "plugins").rglob("*.py")) for door in host_doors(path))
    assert dict(found) == HOST_DOORS
