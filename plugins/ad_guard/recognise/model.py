"""The learned weight table: one file, read once, no third-party code."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from .features import Features
from .fold import Tables

MAGIC = b"LZADS1\n"
VIEWS = ("letters", "sounds", "look")


class ModelError(ValueError):
    """The file is not a weight table of this version."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Margins above which a message is suspect, an ad, certainly an ad."""

    suspect: float
    ad: float
    certain: float


@dataclass(frozen=True, slots=True)
class Model:
    tables: Tables
    weights: tuple[array[int], array[int], array[int]]
    scales: tuple[float, float, float]
    bias: float
    rarity: bytes
    thresholds: Thresholds
    about: dict[str, Any]

    def parts(self, features: Features) -> tuple[float, float, float]:
        """What each view contributes to the margin."""
        first, second, third = (
            sum([weights[code % size] for code in codes]) * scale / sqrt(len(codes))
            for codes, weights, size, scale in zip(
                features.views, self.weights, map(len, self.weights), self.scales, strict=True
            )
        )
        return first, second, third


def dump(path: Path, header: dict[str, Any], blocks: dict[str, bytes]) -> None:
    """Write a weight file; `header` must hold what `load` reads."""
    header = header | {"blocks": [[name, len(block)] for name, block in blocks.items()]}
    head = json.dumps(header, ensure_ascii=False, sort_keys=True).encode()
    body = zlib.compress(b"".join(blocks.values()), 9)
    path.write_bytes(MAGIC + len(head).to_bytes(4, "little") + head + body)


def load(path: Path) -> Model:
    """Read a weight file. Raises ModelError when it is not one."""
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise ModelError(f"{path.name} is not a weight table of this version")
    start = len(MAGIC) + 4
    stop = start + int.from_bytes(data[len(MAGIC) : start], "little")
    try:
        header = json.loads(data[start:stop])
        body = memoryview(zlib.decompress(data[stop:]))
    except (ValueError, zlib.error) as error:
        raise ModelError(f"{path.name} is damaged") from error
    blocks, at = {}, 0
    for name, size in header["blocks"]:
        blocks[name] = bytes(body[at : at + size])
        at += size
    texts = {
        name: blocks[name].decode("utf-16-le", "surrogatepass") for name in ("letters", "sounds", "shapes")
    }
    extra = json.loads(blocks["extra"])
    tables = Tables(**texts, joins=extra["joins"], syllables=extra["syllables"])
    weights = []
    for view in VIEWS:
        table = array("h")
        table.frombytes(blocks[f"weights_{view}"])
        if sys.byteorder == "big":
            table.byteswap()
        weights.append(table)
    first, second, third = weights
    return Model(
        tables=tables,
        weights=(first, second, third),
        scales=tuple(header["scales"]),
        bias=header["bias"],
        rarity=blocks["rarity"],
        thresholds=Thresholds(**header["thresholds"]),
        about=header["about"],
    )
