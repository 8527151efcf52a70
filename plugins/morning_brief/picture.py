"""The brief as a picture: the same page, drawn. Needs the `image` extra; without it, or for signs the font lacks, there
is none and the text is sent."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path

from nonebot import logger

from lizheng.speech import Segment
from plugins.morning_brief.page import Page

FONT = Path(__file__).parent / "assets" / "NotoSansSC-GB2312.otf"
FAMILY = "Lizheng Sans SC"
WIDTH, MARGIN = 720, 44
PAPER, INK, FAINT, ACCENT = "#fffdf8", "#24211d", "#7d766c", "#b5402a"
MORE_SIGNS = frozenset("–—‘’“”…•·€￥「」『』【】〇℃×÷")
HALF = 0.56
"""How wide a Latin letter is, compared with a Chinese character."""


@dataclass(frozen=True)
class Style:
    size: int
    colour: str
    above: int = 0


TITLE, SUBTITLE = Style(40, INK), Style(25, FAINT)
HEADING, BODY, CLOSING = Style(28, ACCENT, above=22), Style(27, INK), Style(24, FAINT, above=22)
LEADING = 1.55


def is_installed() -> bool:
    """Whether pictures can be drawn on this host."""
    return find_spec("resvg_py") is not None


def is_drawable(text: str) -> bool:
    """Whether the font has every character of it."""
    return all(char in MORE_SIGNS or ord(char) < 0x100 or _in_gb2312(char) for char in text)


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


async def draw(page: Page) -> list[Segment] | None:
    """The title as text, so that it can be read in a list of chats, and the picture; None when there can be none."""
    if not is_installed() or not is_drawable(page.text()):
        return None
    try:
        content = await asyncio.to_thread(_render, as_svg(page))
    except (ValueError, OSError) as error:
        logger.error("lizheng: the picture of a brief could not be drawn: {}", error)
        return None
    return [
        {"type": "text", "data": {"text": page.title}},
        {"type": "image", "data": {"file": f"base64://{b64encode(content).decode()}"}},
    ]


def _render(svg: str) -> bytes:
    import resvg_py  # pyright: ignore[reportMissingImports] — an extra

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=[str(FONT)], font_family=FAMILY
        )
    )


def as_svg(page: Page) -> str:
    """The drawing; each line of the page is one `text` element with a `tspan` for each line it takes here."""
    parts: list[str] = []
    bottom = float(MARGIN)
    for line, style in _lines(page):
        bottom += style.above
        spans = []
        for piece in wrap(line, (WIDTH - 2 * MARGIN) / style.size):
            bottom += style.size * LEADING
            y = round(bottom - style.size * (LEADING - 1))
            spans.append(f'<tspan x="{MARGIN}" y="{y}">{escape(piece)}</tspan>')
        parts.append(f'<text font-size="{style.size}" fill="{style.colour}">{"".join(spans)}</text>')
    height = round(bottom) + MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="{FAMILY}" '
        f'xml:space="preserve"><rect width="100%" height="100%" fill="{PAPER}"/>'
        f'<rect width="8" height="100%" fill="{ACCENT}"/>{"".join(parts)}</svg>'
    )


def _lines(page: Page) -> Iterator[tuple[str, Style]]:
    yield page.title, TITLE
    if page.subtitle:
        yield page.subtitle, SUBTITLE
    for section in page.sections:
        yield f"【{section.title}】", HEADING
        for line in section.lines:
            yield line, BODY
    if page.closing:
        yield page.closing, CLOSING


NOT_FIRST = frozenset("，。、；：？！）》」』”’…%")


def wrap(line: str, room: float) -> list[str]:
    """The line in pieces of at most `room` characters' width; no piece begins with a closing sign."""
    pieces, width = [""], 0.0
    for char in line:
        size = HALF if ord(char) < 0x2000 else 1.0
        if width + size > room and char not in NOT_FIRST:
            pieces.append("")
            width = 0.0
        pieces[-1] += char
        width += size
    return pieces
