"""Reading the labelled files and counting what a score is worth."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_ESCAPE = re.compile(r"\\([nt\\])")
_PLAIN = {"n": "\n", "t": "\t", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Row:
    label: int
    text: str
    id: str = ""
    source: str = ""
    category: str = ""
    cluster: str = ""


def unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _PLAIN[found[1]], text)


def texts(path: Path) -> list[str]:
    """The texts of a file, in order; a header line is skipped, the label is not looked at."""
    lines = path.read_text(encoding="utf-8").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if lines and lines[0].lower().lstrip("\ufeff").startswith("label\t"):
        lines = lines[1:]
    return [unescape(line.split("\t", 1)[-1]) for line in lines]


def rows(path: Path) -> list[Row]:
    """Labelled rows with what the `.meta.tsv` beside the file says about them."""
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")[1:]
    beside = path.with_suffix(".meta.tsv")
    about = beside.read_text(encoding="utf-8").rstrip("\n").split("\n") if beside.exists() else []
    columns = about[0].split("\t") if about else []
    out = []
    for index, line in enumerate(lines):
        label, text = line.split("\t", 1)
        meta = dict(zip(columns, about[index + 1].split("\t"), strict=False)) if about else {}
        out.append(
            Row(
                int(label),
                unescape(text),
                meta.get("id") or meta.get("src_id", ""),
                meta.get("source", ""),
                meta.get("category", ""),
                meta.get("cluster", ""),
            )
        )
    return out


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def line_for(harmless: list[float], rate: float) -> float:
    """The lowest score that lets at most `rate` of the harmless rows stand above it."""
    ranked = sorted(harmless, reverse=True)
    allowed = int(rate * len(ranked) + 1e-9)
    return ranked[allowed] if allowed < len(ranked) else float("-inf")


def recall_at(labels: list[int], scores: list[float], rate: float) -> float:
    line = line_for([s for y, s in zip(labels, scores, strict=True) if not y], rate)
    ads = [s for y, s in zip(labels, scores, strict=True) if y]
    return sum(s > line for s in ads) / max(len(ads), 1)
