"""Written conversations: how one is read. Pure; who plays it is `transcript`'s business.

    开：入群欢迎
    群主：/群规 一、友善
    里正：群规改好了。
    【小新 进群】
    里正：@小新 欢迎…
    【过 3 秒】

`端：go-cqhttp` says behind which endpoint the bot is (`MANNERS`): red packets look different from each.
A line is `名字：words` or an event in 【】. What 里正 says and does stands where it happens, and nothing else may happen.
`…` in 里正's words stands for anything; `小李→里正：同意` quotes the last thing 里正 said, `小李→里正「投稿」：同意` the
last with these words in it; `小王（私聊）：…` and `里正（私聊 小王）：…` are private.
A line that begins with a space goes on the one before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

BOT = "里正"
LINE = re.compile(
    r"^(?P<who>[^：【】（）→\s]{1,12})(?:→(?P<quoted>[^：（）「\s]{1,12})(?:「(?P<which>[^」]*)」)?)?(?:（(?P<aside>[^）]*)）)?：(?P<text>.*)$"
)
HEADERS = ("开", "设", "端")
HOST_STEPS = ("重启", "断线", "连上", "停机", "开机")
"""What happens to the bot itself: what is said between 断线 and 连上, or 停机 and 开机, does not reach it."""


@dataclass(frozen=True)
class Speech:
    """Somebody says something; `quoted` names whose last message (with `which` in it) it replies to."""

    who: str
    text: str
    line: int
    quoted: str = ""
    which: str = ""
    private: bool = False
    to: str = ""


@dataclass(frozen=True)
class Deed:
    """Something in 【】: `who` does `verb` with the remaining `words`."""

    who: str
    verb: str
    words: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Header:
    """`开：` features to switch on before it begins; `设：` a setting, as `功能 项 值`; `端：` the endpoint."""

    name: str
    text: str
    line: int


Step = Speech | Deed | Header


class BadScript(ValueError):
    """A line that is no line of a script, with its number."""


def read_script(text: str) -> list[Step]:
    """The steps of a script. Raises `BadScript`."""
    steps: list[Step] = []
    for number, raw in enumerate(text.strip("\n").splitlines(), 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        if raw[0] in " \u3000" and steps and isinstance(last := steps[-1], Speech):
            steps[-1] = replace(last, text=f"{last.text}\n{raw.strip()}")
            continue
        steps.append(_read_line(raw.strip(), number))
    return steps


def _read_line(raw: str, number: int) -> Step:
    if raw.startswith("【") and raw.endswith("】"):
        who, *words = raw[1:-1].split()
        if who in ("过", "到"):
            return Deed("", who, tuple(words), number)
        if who in HOST_STEPS and not words:
            return Deed("", who, (), number)
        if not words:
            raise BadScript(f"line {number}: {raw}")
        return Deed(who, words[0], tuple(words[1:]), number)
    found = LINE.match(raw)
    if not found:
        raise BadScript(f"line {number}: {raw}")
    if found["who"] in HEADERS:
        return Header(found["who"], found["text"].strip(), number)
    aside = found["aside"] or ""
    return Speech(
        found["who"],
        found["text"].strip(),
        number,
        quoted=found["quoted"] or "",
        which=found["which"] or "",
        private=aside.startswith("私聊"),
        to=aside.removeprefix("私聊").strip(),
    )


def matches(expected: str, said: str) -> bool:
    """Whether what was said is what was written, `…` standing for anything; the kind and amount of space is free."""
    parts = ["".join(part.split()) for part in expected.split("…")]
    pattern = ".*".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, "".join(said.split()), re.DOTALL) is not None


FENCE = re.compile(r"^```群聊[ \t]*(?P<name>[^\n]*)\n(?P<body>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


def scripts_in(markdown: str) -> list[tuple[str, str]]:
    """The conversations of a README, its ```` ```群聊 name ```` blocks, as (name, script)."""
    return [(found["name"].strip(), found["body"]) for found in FENCE.finditer(markdown)]
