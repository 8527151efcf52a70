"""Pictures for what people would rather look at than read. Drawing needs the `image` extra; the text of an answer is
always sent, and a picture is put beside it where there can be one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from nonebot import logger

from lizheng.messages.templates import Drawing

FONT = Path(__file__).parent / "assets" / "NotoSansSC-GB2312.otf"
FAMILY = "Lizheng Sans SC"
WIDTH, MARGIN = 720, 44
ROOM = WIDTH - 2 * MARGIN
PAPER, INK, FAINT, ACCENT, PALE = "#fffdf8", "#24211d", "#7d766c", "#b5402a", "#ece6da"
MORE_SIGNS = frozenset("–—‘’“”…•·€￥「」『』【】〇℃×÷")
HALF = 0.56
"""How wide a Latin letter is, compared with a Chinese character."""
SLIM, SLIM_SIGNS = 0.4, frozenset(" .,:;!'|-/()")
LEADING = 1.55
NOT_FIRST = frozenset("，。、；：？！）》」』”’…% ")
_PIECES = re.compile(r"[0-9A-Za-z]+|.", re.DOTALL)
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Style:
    """How words look: `size` in pixels of a page 720 wide (below 22 is unreadable on a phone), and the gap `above`."""

    size: int
    colour: str = INK
    above: int = 0


TITLE, SUBTITLE = Style(40, INK), Style(25, FAINT)
HEADING, BODY, SMALL = Style(28, ACCENT, above=22), Style(27, INK), Style(22, FAINT)


def is_installed() -> bool:
    """Whether pictures can be drawn on this host."""
    return find_spec("resvg_py") is not None


def is_drawable(text: str) -> bool:
    """Whether the font has every character of it."""
    return all(
        char in MORE_SIGNS or 0x20 <= ord(char) < 0x7F or 0xA0 <= ord(char) < 0x100 or _in_gb2312(char)
        for char in text
    )


def _in_gb2312(char: str) -> bool:
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def width_of(text: str, size: int) -> float:
    """About how many pixels one line of it takes."""
    return size * sum(SLIM if char in SLIM_SIGNS else _share(char) for char in text)


def _share(char: str) -> float:
    return HALF if ord(char) < 0x2000 else 1.0


def wrap(line: str, room: float, first: float | None = None) -> list[str]:
    """The line in pieces of at most `room` characters' width, the first of `first`.

    No piece begins with a closing sign or a space; Latin words and numbers stay whole where they fit on a line.
    """
    pieces, width = [""], 0.0
    left = room if first is None else first
    for part in _parts(line, room):
        size = sum(map(_share, part))
        if width + size > left and part not in NOT_FIRST:
            pieces.append("")
            width, left = 0.0, room
        pieces[-1] += part
        width += size
    return pieces


def _parts(line: str, room: float) -> Iterator[str]:
    for part in _PIECES.findall(line):
        yield from [part] if len(part) * HALF <= room else part


class Sheet:
    """A picture 720 pixels wide that grows downward: `paragraph` and `gap` move `bottom`, what is put at a place does not.

    Lengths are pixels from the upper left corner.
    """

    def __init__(self) -> None:
        self.bottom: float = float(MARGIN)
        """Where the next paragraph begins; may be set, to go on beside what is there."""
        self._lowest = self.bottom
        self._parts: list[str] = []
        self._said: list[str] = []

    def paragraph(
        self, text: str, style: Style = BODY, *, left: float = MARGIN, room: float = ROOM, indent: float = 0
    ) -> None:
        """Words that wrap within `room`, below what is there; the first line begins `indent` further right."""
        self.bottom += style.above
        spans: list[str] = []
        for number, piece in enumerate(wrap(text, room / style.size, (room - indent) / style.size)):
            self.bottom += style.size * LEADING
            x = left + (0 if number else indent)
            spans.append(_span(piece, x, self.bottom - style.size * (LEADING - 1)))
        self._write(text, style, spans)
        self.reach(self.bottom)

    def word(self, text: str, x: float, y: float, style: Style = BODY, anchor: Anchor = "start") -> None:
        """Words on one line whose feet stand on `y`; `x` is where they start, end or have their middle."""
        self._write(text, style, [_span(text, x, y)], anchor)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        edge: str = "",
        thick: float = 3,
        corner: float = 0,
    ) -> None:
        """A rectangle filled with a colour, with an `edge` of another one around it."""
        around = f' stroke="{escape(edge)}" stroke-width="{thick:g}"' if edge else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner:g}" '
            f'fill="{escape(fill)}"{around}/>'
        )

    def line(
        self, x: float, y: float, to_x: float, to_y: float, colour: str = PALE, thick: float = 2
    ) -> None:
        self._parts.append(
            f'<line x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}" stroke="{escape(colour)}" '
            f'stroke-width="{thick:g}"/>'
        )

    def gap(self, height: float) -> None:
        """Leave room, for what is put at a place or for nothing."""
        self.bottom += height
        self.reach(self.bottom)

    def reach(self, y: float) -> None:
        """Let the picture be at least so high that this is within its margin."""
        self._lowest = max(self._lowest, y)

    @property
    def height(self) -> int:
        return round(self._lowest) + MARGIN

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}" '
            f'font-family="{FAMILY}" xml:space="preserve"><rect width="100%" height="100%" fill="{PAPER}"/>'
            f'<rect width="8" height="100%" fill="{ACCENT}"/>{"".join(self._parts)}</svg>'
        )

    async def draw(self) -> Drawing | None:
        """The picture; None where the host draws none, or for words with a sign the font lacks."""
        if not is_installed() or not all(map(is_drawable, self._said)):
            return None
        try:
            return Drawing(await asyncio.to_thread(_render, self.svg()))
        except (ValueError, OSError) as error:
            logger.error("lizheng: a picture could not be drawn: {}", error)
            return None

    def _write(self, text: str, style: Style, spans: list[str], anchor: Anchor = "start") -> None:
        self._said.append(text)
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._parts.append(
            f'<text font-size="{style.size}" fill="{escape(style.colour)}"{where}>{"".join(spans)}</text>'
        )


def _span(piece: str, x: float, y: float) -> str:
    return f'<tspan x="{x:g}" y="{round(y)}">{escape(piece)}</tspan>'


def _render(svg: str) -> bytes:
    import resvg_py  # pyright: ignore[reportMissingImports] — an extra

    return bytes(
        resvg_py.svg_to_bytes(  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            svg_string=svg, skip_system_fonts=True, font_files=[str(FONT)], font_family=FAMILY
        )
    )
