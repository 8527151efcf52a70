"""Advertisement recognition: one judgement per row, or the table of how good they are."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from bench.ad_package import WEIGHTS, recognise
from bench.ad_rows import Row, fingerprint, recall_at, rows, texts

_FILES = (("plain", "ads_dev.tsv"), ("disguised", "ads_obfuscated_dev.tsv"))


def judge_file(recogniser: Any, source: Path, target: Path) -> int:
    """Write one JSON object per row, in order; the labels are never looked at."""
    count = 0
    with target.open("w", encoding="utf-8") as out:
        for text in texts(source):
            count += 1
            found = recogniser.judge(text)
            line = {"score": found.score, "ad": found.ad, "certain": found.certain, "why": found.why}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return count


def speed(recogniser: Any, some: list[str]) -> tuple[float, float]:
    """Median and 99th percentile in µs, each message's best of three."""
    best = []
    for text in some:
        took = []
        for _ in range(3):
            start = perf_counter_ns()
            recogniser.judge(text)
            took.append(perf_counter_ns() - start)
        best.append(min(took) / 1000)
    return statistics.median(best), statistics.quantiles(best, n=100)[98]


def _table(name: str, data: list[Row], found: list[Any]) -> list[tuple[str, str]]:
    labels, scores = [row.label for row in data], [one.score for one in found]
    flagged = [(row, one) for row, one in zip(data, found, strict=True) if one.ad]
    hits, wrong = sum(row.label for row, _ in flagged), sum(not row.label for row, _ in flagged)
    ads, normal = sum(labels), len(labels) - sum(labels)
    hard = [
        one.ad for row, one in zip(data, found, strict=True) if row.source == "handmade" and not row.label
    ]
    sure = [row.label for row, one in zip(data, found, strict=True) if one.certain]
    return [
        (f"{name}: rows (ads, normal)", f"{len(data)} ({ads}, {normal})"),
        ("precision", f"{hits / max(hits + wrong, 1):.4f}"),
        ("recall", f"{hits / max(ads, 1):.3f}"),
        ("FPR", f"{wrong / max(normal, 1):.2%} ({wrong})"),
        ("recall at FPR 0.3 %", f"{recall_at(labels, scores, 0.003):.3f}"),
        ("recall at FPR 0.5 %", f"{recall_at(labels, scores, 0.005):.3f}"),
        ("hard normals flagged", f"{sum(hard)} of {len(hard)}"),
        ("certain tier: recall, false", f"{sum(sure) / max(ads, 1):.3f}, {len(sure) - sum(sure)}"),
    ]


def report(recogniser: Any, folder: Path) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for name, file in _FILES:
        data = rows(folder / file)
        found = [recogniser.judge(row.text) for row in data]
        if fingerprint(folder / file) in recogniser.model.about["seen"].values():
            lines.append((f"{name}: SEEN IN TRAINING", "see unseen and cross-fitted figures below"))
        lines += _table(name, data, found)
        median, late = speed(recogniser, [row.text for row in data])
        lines.append(("µs per message: median, p99", f"{median:.0f}, {late:.0f}"))
    for kind in ("unseen", "crossed"):
        stored = recogniser.model.about.get(kind) or {}
        lines += [
            (f"{kind}: {key}", f"{value:.3f}" if isinstance(value, float) else value)
            for key, value in stored.items()
        ]
    nicks = folder / "nick_dev.tsv"
    if nicks.exists():
        lines += _nicknames(rows(nicks))
    return lines


def _nicknames(data: list[Row]) -> list[tuple[str, str]]:
    from lizheng.parts import nicknames as found

    marked = [(row.label, found.nick_suspicion(row.text)[0] >= found.SUSPICIOUS) for row in data]
    hits, wrong = sum(y and m for y, m in marked), sum(m and not y for y, m in marked)
    positives = sum(y for y, _ in marked)
    f1 = 2 * hits / max(hits + wrong + positives, 1)
    return [("nicknames: F1, FPR", f"{f1:.3f}, {wrong / max(len(marked) - positives, 1):.2%}")]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench.quality ads", description=__doc__)
    parser.add_argument("--in", dest="source", type=Path, help="label<TAB>text rows")
    parser.add_argument("--out", type=Path, help="JSON lines to write")
    parser.add_argument("--report", type=Path, metavar="DIR", help="folder with the development files")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    if not options.report and not (options.source and options.out):
        parser.error("give --in and --out, or --report")
    recogniser = recognise().Recogniser.load(options.weights)
    if options.source and options.out:
        count = judge_file(recogniser, options.source, options.out)
        sys.stdout.write(f"{count} rows judged\n")
    if options.report:
        lines = report(recogniser, options.report)
        width = max(len(name) for name, _ in lines)
        sys.stdout.write("".join(f"{name:<{width}}  {value}\n" for name, value in lines))
