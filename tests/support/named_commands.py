"""The commands that our sentences tell people to send, as somebody would type them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APART = {"sandbox", "cli", "migrations", "_template", "__main__.py"}
"""What no member reads."""
NAMED = re.compile(r"(?<![\w/.}{:<])/([\u4e00-\u9fff]+)((?: (?![/])[^\s，。；：、（）「」]+)*)")
SENT = re.compile(r"(?:发(?:一次)?|比如|例如)[： ]*$")
PROSE = re.compile(
    r"来|就|看[看现有开里最剩后]|看$|找找|挑着|打开|恢复|收回|可以|还能|这样|说一下|起一步|也行"
)
"""How a sentence goes on after the command it names."""
FILLED = {
    "内容": "出一张书桌",
    "名字": "控制",
    "编号": "1",
    "单号": "A1",
    "功能名": "控制",
    "title": "控制",
    "feature.title": "控制",
    "changed.feature.title": "控制",
    "field.title": "记录条数",
    "name": "控制",
    "shelf": "控制",
    "question": "几点关门",
    "person": "@小王",
    "@成员": "@小王",
    "@他": "@小王",
    "order.number": "1",
    "example": "",
}
ANY = "1"


@dataclass(frozen=True)
class Named:
    """A command in a sentence: where, its name, and the words after it, filled in as far as they are placeholders."""

    where: str
    name: str
    words: tuple[str, ...]
    whole: bool = True
    """Whether it is to be sent as it stands, and not only spoken of."""

    def __str__(self) -> str:
        return " ".join([f"/{self.name}", *self.words])


def named_commands() -> Iterator[Named]:
    """Of every string that plugins and the kit can say."""
    for top in ("plugins", "lizheng"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if not APART.intersection(path.relative_to(ROOT).parts):
                for line, text in _strings(path):
                    yield from named_in(text, f"{path.relative_to(ROOT)}:{line}")


def named_in(text: str, where: str) -> Iterator[Named]:
    for found in NAMED.finditer(text):
        whole = bool(SENT.search(text[: found.start()]))
        yield Named(where, found[1], tuple(_typed(found[2].split())), whole)


def _typed(words: list[str]) -> Iterator[str]:
    """The words up to where the sentence goes on, placeholders filled."""
    for word in words:
        if PROSE.match(word):
            return
        if word == "加":  # and a noun that is written in other letters: 加 RSS 地址
            yield "https://example.com/rss"
            return
        if word.startswith("加") and len(word) > 1 and word != "加入":
            yield next((filled for noun, filled in FILLED.items() if word[1:].startswith(noun)), "一句话")
            return
        if filled := FILLED.get(word, re.sub(r"\{([^{}]*)\}", lambda found: FILLED.get(found[1], ANY), word)):
            yield filled


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module with their lines, docstrings left out; values of an f-string as `{name}`."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (
                str(one.value)
                if isinstance(one, ast.Constant)
                else f"{{{ast.unparse(one.value)}}}".replace(" ", "")  # type: ignore[attr-defined]
                for one in node.values
            )
            yield node.lineno, "".join(parts)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            waiting += ast.iter_child_nodes(node)
