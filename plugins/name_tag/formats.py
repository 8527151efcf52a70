"""A card format: its named parts, how admins write it, and an example anybody may copy. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lizheng.grammar import Misread
from lizheng.text import clip, clip_bytes, fold, is_blank, visible

CARD_BYTES = 60
MOST_PARTS = 6
MOST_CHOICES = 20
NAME_LENGTH = 12
CHOICE_LENGTH = 12
FREE_BYTES = 3
"""What a free part takes at least: one Chinese character."""

CLASSES = {"-": "-－—–‐‑‒―−﹣~～〜・", "｜": "｜|¦│┃︱∣", " ": " "}
"""Separators by the form they are written in; the others of a class look alike and count the same."""
LOOSE = "·•_＿/／"
"""Characters that separate where the card would not fit otherwise."""
CANONICAL = {char: form for form, chars in CLASSES.items() for char in chars}
_MARKS = "".join(re.escape(c) for c in CANONICAL if c != " ")
_STRICT = re.compile(rf"\s*([{_MARKS}])[{_MARKS}\s]*|(\s)\s*")
_ANY = re.compile(rf"[\s{_MARKS}{re.escape(LOOSE)}]+")
_OPEN, _CLOSE, _COMMAS = "{｛", "}｝", re.compile("[,，、;；]")
_NICKNAMES = ("昵称", "称呼", "姓名", "名字", "网名", "名")
_SAMPLES = {
    "城市": "上海",
    "地区": "上海",
    "省份": "广东",
    "行业": "电商",
    "职业": "教师",
    "公司": "某公司",
    "学校": "某大学",
    "专业": "数学",
    "年级": "大一",
    "班级": "三班",
    "楼栋": "3栋",
    "房号": "301",
}
_FILLERS = ("甲", "某")
SOMEBODY = "小王"
_ELSE = "阿明"
_RESERVED = ("群主", "管理员", "官方")


@dataclass(frozen=True)
class Part:
    """One named part; with `choices` only these are taken."""

    name: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """Parts and the separators between them, one fewer than parts, each a key of `CLASSES`."""

    parts: tuple[Part, ...]
    separators: tuple[str, ...]

    def join(self, pieces: list[str]) -> str:
        """The pieces with this format's own separators."""
        return pieces[0] + "".join(s + p for s, p in zip(self.separators, pieces[1:], strict=True))

    def __str__(self) -> str:
        shown = [p.name + (f"{{{','.join(p.choices)}}}" if p.choices else "") for p in self.parts]
        return self.join(shown)

    @property
    def outline(self) -> str:
        """The names alone, as members read them."""
        return self.join([p.name for p in self.parts])


def impersonates(piece: str) -> bool:
    """Whether this part of a card poses as whoever runs the group."""
    return fold(piece).startswith(_RESERVED) or fold(piece) in ("群管", "群管理", "副群主", "管理")


def split_strictly(text: str, used: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Pieces and the separators between them; only separators of the classes in `used` count."""
    pieces, found, end = [], [], 0
    for match in _STRICT.finditer(text):
        form = CANONICAL[match[1]] if match[1] else " "
        if form not in used:
            continue
        pieces.append(text[end : match.start()])
        found.append(form)
        end = match.end()
    return [p.strip() for p in [*pieces, text[end:]]], found


def split_loosely(text: str) -> list[str]:
    """Pieces at anything that looks like a separator."""
    return _ANY.split(text)


def parse_format(text: str) -> Format:
    """Read `城市{北京,上海}-昵称`. Raises `Misread` with what is wrong with it."""
    outline, lists = _take_lists(visible(text))
    names, separators = split_strictly(outline, tuple(CLASSES))
    if len(names) > MOST_PARTS:
        raise Misread(f"名片格式最多 {MOST_PARTS} 段，你写了 {len(names)} 段。")
    if any(is_blank(name.replace("\0", "")) for name in names):
        raise Misread("名片格式里有一段是空的：每两个分隔符之间都要有名字。")
    parts = tuple(_part(name, lists) for name in names)
    folded = [fold(part.name) for part in parts]
    for index, part in enumerate(parts):
        if folded[index] in folded[:index]:
            raise Misread(f"「{part.name}」出现了两次，每一段的名字要不同。")
    made = Format(parts, tuple(separators))
    if (size := smallest(made)) > CARD_BYTES:
        raise Misread(f"照这个格式名片至少 {size} 字节，QQ 最多 {CARD_BYTES} 字节。")
    return made


def _take_lists(text: str) -> tuple[str, list[str]]:
    """The text with a NUL where each list stood, and the lists."""
    outline, lists, inside = "", [], False
    for char in text:
        if char in _OPEN:
            if inside or not outline or outline[-1] == "\0":
                raise Misread("花括号要跟在一段的名字后面，比如 城市{北京,上海}。")
            inside = True
            lists.append("")
            outline += "\0"
        elif char in _CLOSE:
            if not inside:
                raise Misread("多了一个「}」，花括号要成对。")
            inside = False
        elif inside:
            lists[-1] += char
        else:
            outline += char
    if inside:
        raise Misread("少了一个「}」，花括号要成对。")
    return outline, lists


def _part(name: str, lists: list[str]) -> Part:
    name, listed, after = name.partition("\0")
    name = name.strip()
    if after.strip():
        raise Misread(f"「{clip(name, NAME_LENGTH)}」的选项后面要接分隔符（- ｜ 或空格）。")
    if not fold(name):
        raise Misread("每一段的名字要有字，比如 城市-昵称。")
    if len(name) > NAME_LENGTH:
        raise Misread(f"「{clip(name, NAME_LENGTH)}」太长：一段的名字最多 {NAME_LENGTH} 个字。")
    return Part(name, _choices(name, lists.pop(0)) if listed else ())


def _choices(name: str, text: str) -> tuple[str, ...]:
    choices = tuple(choice.strip() for choice in _COMMAS.split(text))
    if len(choices) > MOST_CHOICES:
        raise Misread(f"「{name}」的选项最多 {MOST_CHOICES} 个。")
    if not all(map(fold, choices)):
        raise Misread(f"「{name}」里有一个选项是空的。")
    for choice in choices:
        if len(choice) > CHOICE_LENGTH:
            raise Misread(f"「{name}」的选项最长 {CHOICE_LENGTH} 个字。")
        if _ANY.search(choice):
            raise Misread(f"选项「{choice}」里不能有空格或分隔符。")
    if len(set(map(fold, choices))) < len(choices):
        raise Misread(f"「{name}」里有两个选项是一样的。")
    return choices


def size_of(text: str) -> int:
    """Bytes as QQ counts them."""
    return len(text.encode("utf-8", "ignore"))


def smallest(form: Format) -> int:
    """The bytes of the shortest card this format allows."""
    pieces = (min(map(size_of, part.choices), default=FREE_BYTES) for part in form.parts)
    return sum(pieces) + sum(map(size_of, form.separators))


def example(form: Format, nickname: str = "") -> str:
    """A card that fits the format and 60 bytes, with this nickname where a nickname belongs."""
    own = _own_part(form)
    pieces = [_sample(part) if index != own else "" for index, part in enumerate(form.parts)]
    room = CARD_BYTES - size_of(form.join(pieces))
    if room < (4 * FREE_BYTES if own is not None else 0):
        pieces = [_short(part) if index != own else "" for index, part in enumerate(form.parts)]
        room = CARD_BYTES - size_of(form.join(pieces))
    if own is not None:
        pieces[own] = _own_piece(form.parts[own], nickname, room)
    return form.join(pieces)


def _own_part(form: Format) -> int | None:
    free = [index for index, part in enumerate(form.parts) if not part.choices]
    for name in _NICKNAMES:
        for index in free:
            if name in form.parts[index].name:
                return index
    return free[-1] if free else None


def _sample(part: Part) -> str:
    if part.choices:
        return part.choices[0]
    sample = _SAMPLES.get(part.name, "")
    return sample if sample and fold(sample) != fold(part.name) else _short(part)


def _short(part: Part) -> str:
    if part.choices:
        return min(part.choices, key=size_of)
    return next(f for f in _FILLERS if fold(f) != fold(part.name))


def _own_piece(part: Part, nickname: str, room: int) -> str:
    """The nickname as one piece: it separates nothing, poses as nobody, is not the name of the part."""
    for name in (_ANY.sub("", visible(nickname)), SOMEBODY, _ELSE):
        piece = visible(clip_bytes(name, min(room, 8 * FREE_BYTES)))
        usable = size_of(piece) <= room and visible(piece) == piece
        if usable and not is_blank(piece) and not impersonates(piece) and fold(piece) != fold(part.name):
            return piece
    return _short(part)
