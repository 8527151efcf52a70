"""Which sentences of the plugins stand uncut in a written conversation. `python -m tests.support.seen_texts` lists the rest.

A sentence is seen where all of its words stand in one message of the bot, in a README or in a test; its placeholders stand
for anything. What `…` leaves out is not seen.
"""

from __future__ import annotations

import ast
import re
import string
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lizheng.sandbox.script import scripts_in

ROOT = Path(__file__).resolve().parents[2]
UNSEEN = ROOT / "tests" / "unseen_texts.txt"
SPOKEN = re.compile(r"^里正(?:（[^）]*）)?：(.*(?:\n[ \u3000].*)*)", re.MULTILINE)
GAP = "…"


def constants() -> dict[str, str]:
    """Every string that a `texts.py` names, as `plugin.NAME`; the entries of a collection are numbered from 1."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.glob("plugins/*/texts.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found |= {f"{path.parent.name}.{name}": text for name, text in _named(target, node.value)}
            elif isinstance(node, ast.AnnAssign) and node.value:
                found |= {
                    f"{path.parent.name}.{name}": text for name, text in _named(node.target, node.value)
                }
    return found


def _named(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, of_it in zip(target.elts, value.elts, strict=True):
            yield from _named(one, of_it)
    elif isinstance(target, ast.Name):
        texts = list(_strings(value))
        for number, text in enumerate(texts, 1):
            yield target.id if len(texts) == 1 else f"{target.id}.{number}", text


def _strings(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        yield _joined(value)
    elif isinstance(value, ast.Dict):
        for one in value.values:
            yield from _strings(one)
    elif isinstance(value, ast.Tuple | ast.List | ast.Set):
        for one in value.elts:
            yield from _strings(one)


def _joined(value: ast.JoinedStr) -> str:
    return "".join(str(one.value) if isinstance(one, ast.Constant) else GAP for one in value.values)


@cache
def messages() -> tuple[str, ...]:
    """What the bot says in all written conversations, and every other string of the tests, without space."""
    readmes = [*ROOT.glob("plugins/*/README.md"), *ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")]
    written = [script for page in readmes for _, script in scripts_in(page.read_text("utf-8"))]
    for path in ROOT.glob("tests/**/*.py"):
        if path != ROOT / "tests" / "test_texts.py":
            written += _written_in(path)
    said = {message for text in written for message in SPOKEN.findall(text) or [text]}
    return tuple(sorted("".join(message.split()) for message in said))


def _written_in(path: Path) -> Iterator[str]:
    """The strings of a test module, its docstrings left out."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield _joined(node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            waiting += ast.iter_child_nodes(node)


def is_seen(text: str) -> bool:
    """Whether all words of this sentence stand in one message. A sentence without words of its own is."""
    literals = ["".join(literal.split()) for literal, *_ in string.Formatter().parse(text)]
    words = [one for one in literals if one]
    if not words:
        return True
    pattern = re.compile(".*?".join(re.escape(one) for one in words), re.DOTALL)
    longest = max(words, key=len)
    return any(longest in message and pattern.search(message) for message in messages())


def unseen() -> list[str]:
    """The names of the sentences that nobody has written out, sorted."""
    return sorted(name for name, text in constants().items() if not is_seen(text))


if __name__ == "__main__":
    names = unseen()
    UNSEEN.write_text("".join(f"{name}\n" for name in names), "utf-8")
    sys.stdout.write(f"{len(constants()) - len(names)} of {len(constants())} sentences are seen\n")
