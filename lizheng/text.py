"""Normalising, echoing and cutting text that members wrote.

`fold` makes a key for comparing (ads, tags, keywords, search); it is never shown to anyone.
`visible`, `clip` and `mask` make member text safe to show.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
ZWJ = "\u200d"
# Letters and symbols that take room but draw nothing: Hangul fillers and the empty Braille cell.
_HOLLOW = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_KEPT_SYMBOLS = frozenset("+")

_LOOKALIKES: dict[str, str] = {
    # Capitals first: Greek Ν looks like N although its small ν looks like v.
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx", strict=True)),
    **dict(zip("αβεηικνορτυχωγμ", "abenikvoptuxwyu", strict=True)),
    **dict(zip("авекмнорстухѕіјԛԝһԁѵґѡ", "abekmhopctyxsijqwhdvrw", strict=True)),
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)),
    **dict(zip("ıłøɡɑɩʋɴđħ", "ilogaivndh", strict=True)),
    **dict.fromkeys("薇徽溦癓嶶黴", "微"),
    **dict.fromkeys("伩訫", "信"),
    "珈": "加",
    "曰": "日",
    "〇": "0",
    **{chr(0x1F150 + i): chr(ord("a") + i) for i in range(26)},
    **{chr(0x1F170 + i): chr(ord("a") + i) for i in range(26)},
    **{chr(0x1F1E6 + i): chr(ord("a") + i) for i in range(26)},
    "➕": "+",
}


@functools.cache
def _to_simplified() -> dict[str, str]:
    from zhconv_rs import zhconv

    # One character per line: no phrase rule applies, so the result never depends on neighbours.
    han = [chr(code) for block in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for code in range(*block)]
    simple = zhconv("\n".join(han), "zh-hans").split("\n")
    return {old: new for old, new in zip(han, simple, strict=True) if old != new}


def _fold_character(char: str) -> str:
    """The folded form of one character, "" when it carries nothing for comparing."""
    if char in _HOLLOW:
        return ""
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    # Decomposing comes before the case: a capital Greek Ή must meet its look-alike H as a capital.
    for changed in (unicodedata.normalize("NFKD", char), char.casefold(), _to_simplified().get(char, char)):
        if changed != char:
            return "".join(_fold_character(each) for each in changed)
    return "" if kind[0] in "CMZPS" and char not in _KEPT_SYMBOLS else char


class _FoldTable(dict[int, "int | str | None"]):
    """A `str.translate` table that fills itself, at most one entry for each assigned character."""

    def __missing__(self, code: int) -> int | str | None:
        char = chr(code)
        folded = _fold_character(char)
        value = ord(folded) if len(folded) == 1 else folded or None
        if unicodedata.category(char) not in ("Cn", "Co", "Cs"):
            self[code] = value
        return value


_FOLD = _FoldTable()
_ASCII_DROPPED = bytes(
    code for code in range(128) if not chr(code).isalnum() and chr(code) not in _KEPT_SYMBOLS
)
_ASCII_LOWER = bytes(ord(chr(code).lower()) if code < 128 else code for code in range(256))


def fold(text: str) -> str:
    """A key under which evasive spellings of the same text are equal.

    Keeps letters, digits and "+"; drops invisible characters, accents, spaces, punctuation and
    symbols; folds case, width, traditional characters and look-alikes (Cyrillic, Greek, 薇).
    Works one character at a time, so fold(a + b) == fold(a) + fold(b), and fold(fold(a)) == fold(a).
    """
    if text.isascii():
        return text.encode().translate(_ASCII_LOWER, _ASCII_DROPPED).decode()
    return text.translate(_FOLD)


_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_COMMAND = str.maketrans(
    {"／": "/", **dict(zip("０１２３４５６７８９", "0123456789", strict=True)), **dict.fromkeys(_SPACES, " ")}
)
_WIDE = re.compile(f"[／０-９{_SPACES}]")


def fold_command(text: str) -> str:
    """The text with full-width slash and digits and every kind of space in ASCII, else untouched.

    The length stays the same, so positions in the result are positions in the original.
    """
    return text.translate(_COMMAND) if _WIDE.search(text) else text


def is_unseen(char: str) -> bool:
    """True for one character that draws nothing, spaces included."""
    return char in _HOLLOW or char.isspace() or unicodedata.category(char)[0] in "CZ"


def is_blank(text: str) -> bool:
    """True when a person sees nothing: empty, spaces, zero-width, fillers, marks on nothing."""
    return all(is_unseen(char) or unicodedata.category(char)[0] == "M" for char in text)


def _is_picture(char: str) -> bool:
    code = ord(char)
    return 0x1F000 <= code <= 0x1FAFF or 0x2190 <= code <= 0x2BFF or code in (0x3030, 0x303D, 0x3297, 0x3299)


def _extends(char: str) -> bool:
    code = ord(char)
    return (
        char == ZWJ
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or unicodedata.category(char)[0] == "M"
        or 0x1160 <= code <= 0x11FF
    )


def clusters(text: str) -> Iterator[str]:
    """The text in pieces a person sees as one character (emoji sequences, flags, accents)."""
    piece = ""
    for char in text:
        flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        joins = (
            _extends(char)
            or (piece.endswith(ZWJ) and _is_picture(char))
            or (flag and len(piece) == 1 and "\U0001f1e6" <= piece <= "\U0001f1ff")
            or (char == "\n" and piece == "\r")
        )
        if piece and joins:
            piece += char
            continue
        if piece:
            yield piece
        piece = char
    if piece:
        yield piece


_HARMLESS = re.compile("[ -~\\u4e00-\\u9fff\\u3001-\\u3020\\uff01-\\uff5e“”‘’…—·]*")


def visible(text: str) -> str:
    """One line safe to echo: no control, zero-width or direction characters, single spaces, few marks."""
    if _HARMLESS.fullmatch(text):
        return " ".join(text.split())
    shown: list[str] = []
    for piece in clusters(text):
        emoji = _is_picture(piece[0])
        kept, marks = "", 0
        for char in piece:
            kind = unicodedata.category(char)
            if kind[0] == "M":
                marks += 1
                kept += char if marks <= 2 or emoji else ""
            elif char == ZWJ and emoji:
                kept += char
            elif char.isspace() or char == "\u2800":
                kept += " "
            elif kind[0] != "C" and char not in _HOLLOW:
                kept += char
        shown.append(kept.rstrip(ZWJ))
    return " ".join("".join(shown).split())


def clip(text: str, limit: int) -> str:
    """At most `limit` characters (code points), the last one "…" when something was cut."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept, room = "", limit - 1
    for piece in clusters(text):
        if len(kept) + len(piece) > room:
            break
        kept += piece
    return kept.rstrip() + ELLIPSIS


def clip_bytes(text: str, limit_bytes: int) -> str:
    """The longest beginning of at most `limit_bytes` UTF-8 bytes, emoji sequences whole.

    When not even the first sequence fits, it is cut between code points instead of losing all.
    """
    text = text.encode("utf-8", "ignore").decode()
    if len(text.encode()) <= limit_bytes:
        return text
    kept, size = "", 0
    for piece in clusters(text):
        size += len(piece.encode())
        if size > limit_bytes:
            break
        kept += piece
    return kept or text.encode()[: max(limit_bytes, 0)].decode("utf-8", "ignore")


def mask(text: str) -> str:
    """A name or text nobody should advertise: its first visible character and ＊."""
    return next(clusters(visible(text)), "") + "＊"


_REACHABLE = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ_.:/@-]{5,}")
_NUMBERED = re.compile(r"[\d零〇一二三四五六七八九十①-⑨⓪]{5,}")
_ADVERTISES = re.compile(r"[0-9a-z]{5,}|微信|加[我微v]|vx|qq|群|http|www|com|cn|代[购理写刷]|兼职|日结|优惠")
"""In a folded name: ways to reach someone, and what is offered there."""
NAME_SHOWN = 16
NO_NAME = "（空白）"


def unreachable(text: str) -> str:
    """A text without anything by which anyone could be reached."""
    return _REACHABLE.sub("＊", visible(text))


def shown_name(name: str, *, strict: bool = False) -> str:
    """A member's name for what others read about them, hidden where it may be a way to reach someone.

    A number is shown, as it stands for who has no name. With `strict`, for names in lists of people who may be
    advertising, numbers, long names and words that advertise are hidden, too, and one that shows nothing is 「（空白）」.
    """
    line = visible(name)
    reaches = bool(_REACHABLE.search(line) or _NUMBERED.search(line))
    if not strict:
        return mask(line) if reaches and not line.isdecimal() else clip(line, NAME_SHOWN)
    if is_blank(name):
        return NO_NAME
    folded = fold(name)
    hidden = reaches or not folded or len(folded) > NAME_SHOWN or _ADVERTISES.search(folded)
    return mask(line) if hidden else clip(line, NAME_SHOWN)


def edit_distance_one(a: str, b: str) -> bool:
    """True when exactly one insertion, deletion, replacement or swap of neighbours turns a into b."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1 or a == b:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    swapped = len(a) > at + 1 and a[at] == b[at + 1] and a[at + 1] == b[at] and a[at + 2 :] == b[at + 2 :]
    return swapped or a[at + 1 :] == b[at + 1 :]


EXCERPT = 16
NO_TEXT = "（没有文字）"


def excerpt(text: str) -> str:
    """Cut a message to what an admin knows it again by, with nothing in it by which anyone could be reached."""
    return clip(unreachable(text), EXCERPT) or NO_TEXT
