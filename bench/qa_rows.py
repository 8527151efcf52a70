"""Reading the question files, one index per group, and counting what a score is worth."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.apart import load

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "plugins" / "member_qa" / "finding"
_NAME = "qa_finding"
OUT_OF_SCOPE = ("oos_hard", "oos_random", "oos_chat")
CHAT = ("oos_chat",)


def finding(part: str = "") -> ModuleType:
    """The retrieval without the plugin around it, or one of its modules."""
    return load(_NAME, FOLDER, part)


@dataclass(frozen=True, slots=True)
class Asked:
    """One query; `answer_id` is "NONE" where silence is right."""

    id: str
    answer_id: str
    kind: str
    group: str
    text: str

    @property
    def in_scope(self) -> bool:
        return self.answer_id not in ("", "NONE")


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def bases(path: Path) -> dict[str, dict[str, list[str]]]:
    """Per group the wordings of every answer."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in _table(path):
        found.setdefault(row.get("group") or "", {}).setdefault(row["answer_id"], []).append(row["question"])
    return found


def queries(path: Path) -> list[Asked]:
    return [
        Asked(
            row["qid"],
            row.get("answer_id") or "NONE",
            row.get("kind") or "",
            row.get("group") or "",
            row["query"],
        )
        for row in _table(path)
    ]


def indexes(path: Path) -> dict[str, Any]:
    """One index per group."""
    found: dict[str, Any] = {}
    for group, answers in bases(path).items():
        index = found[group] = finding().Index()
        for answer, texts in answers.items():
            index.put(answer, texts)
    return found


def line_at(scores: Iterable[float], rate: float) -> float:
    """The lowest score that lets at most `rate` of these stand above it."""
    ranked = sorted(scores, reverse=True)
    allowed = int(rate * len(ranked) + 1e-9)
    return ranked[allowed] if allowed < len(ranked) else -1.0


def right_unasked(
    asked: list[Asked], best: list[str], scores: list[float], kinds: tuple[str, ...], rate: float
) -> float:
    """The share of in-scope queries rightly answered where at most `rate` of the out-of-scope kinds are."""
    line = line_at((s for one, s in zip(asked, scores, strict=True) if one.kind in kinds), rate)
    inside = [
        (one.answer_id == answer and score > line)
        for one, answer, score in zip(asked, best, scores, strict=True)
        if one.in_scope
    ]
    return sum(inside) / max(1, len(inside))
