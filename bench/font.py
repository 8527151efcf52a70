# pyright: reportMissingImports=false
"""Make the font of the pictures that are drawn: `python -m bench.font NotoSansCJK-Regular.ttc`.

The characters of GB 2312 and a few signs more, of Noto Sans CJK SC (Debian: fonts-noto-cjk), without hints and layout
tables. It is written where the kit looks for it; its licence (OFL 1.1) lies beside it. Needs fonttools.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

TARGET = Path(__file__).resolve().parent.parent / "lizheng" / "assets" / "NotoSansSC-GB2312.otf"
FACE = "Noto Sans CJK SC"
NAME = "Lizheng Sans SC"
"""Not the original's: a changed font may not carry a reserved name."""


def characters() -> set[int]:
    """ASCII, Latin-1, every character of GB 2312, and punctuation people write."""
    found = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found | {ord(sign) for sign in "–—‘’“”…•·€￥「」『』【】〇℃×÷"}


def main(path: str) -> None:
    collection = TTCollection(path)
    font: TTFont = next(f for f in collection.fonts if f["name"].getDebugName(1) == FACE)
    font.recalcTimestamp = False  # made again, it is the same file
    options = subset.Options(
        hinting=False, layout_features=[], name_IDs=[1, 2, 4, 6], notdef_outline=True, desubroutinize=False
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
    maker = subset.Subsetter(options)
    maker.populate(unicodes=characters())
    maker.subset(font)
    names = font["name"]
    for record in names.names:
        name = NAME.replace(" ", "") if record.nameID == 6 else NAME
        if record.nameID in (1, 4, 6):
            names.setName(name, record.nameID, record.platformID, record.platEncID, record.langID)
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1024 / 1024:.2f} MiB")


if __name__ == "__main__":
    main(sys.argv[1])
