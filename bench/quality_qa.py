"""Question answering: what the plugin would answer per query, how good that is, and how long it takes."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import thread_time_ns
from typing import Any

from bench.ad_rows import fingerprint
from bench.qa_rows import CHAT, OUT_OF_SCOPE, Asked, bases, finding, indexes, queries, right_unasked

SHOWN = 3
ENTRIES = 2000


class Answerer:
    """The plugin's own way, one index per group."""

    def __init__(self, faq: Path, meanings: Any = None):
        """`meanings` is a `bench.qa_meaning.Meanings` to measure the extra `semantic`."""
        self._find = finding()
        self._indexes = indexes(faq)
        self._meanings = meanings
        self.verifier = self._find.shipped("verifier-meaning" if meanings else "verifier")

    def answer(self, one: Asked) -> dict[str, Any]:
        """The three nearest, what would be said unasked, and how sure that is."""
        index = self._indexes.get(one.group) or self._find.Index()
        sense = self._meanings.sense(index, self._find.Wording(one.text)) if self._meanings else None
        found = self._find.find(index, self.verifier, one.text, SHOWN, sense)
        speaks = bool(found) and self._find.could_ask(one.text, index)
        score = found[0].score if speaks else 0.0
        return {
            "top": [hit.key for hit in found],
            "answer": found[0].key if score > self.verifier.line else None,
            "score": round(score, 6),
        }


def report(asked: list[Asked], told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    inside = [(one, line) for one, line in zip(asked, told, strict=True) if one.in_scope]
    best = [(line["top"] or [""])[0] for line in told]
    scores = [line["score"] for line in told]
    outside = [(one, line["answer"]) for one, line in zip(asked, told, strict=True) if not one.in_scope]
    chat = [answer for one, answer in outside if one.kind in CHAT]
    lines = [
        ("queries (in scope)", f"{len(asked)} ({len(inside)})"),
        ("top-1", f"{_share([line['top'][:1] == [one.answer_id] for one, line in inside]):.3f}"),
        ("in the first three", f"{_share([one.answer_id in line['top'] for one, line in inside]):.3f}"),
        (
            "right unasked at <= 5 % of out-of-scope",
            f"{right_unasked(asked, best, scores, OUT_OF_SCOPE, 0.05):.3f}",
        ),
    ]
    if chat:
        lines.append(
            ("right unasked at <= 1 % of chat", f"{right_unasked(asked, best, scores, CHAT, 0.01):.3f}")
        )
    right = [line["answer"] == one.answer_id for one, line in inside]
    wrong = [line["answer"] not in (None, one.answer_id) for one, line in inside]
    lines += [
        ("at the shipped line: right, wrong", f"{_share(right):.3f}, {_share(wrong):.3f}"),
        ("… spoke on out-of-scope, on chat", f"{_share([a for _, a in outside]):.2%}, {_share(chat):.2%}"),
    ]
    return lines


def _share(marks: list[Any]) -> float:
    return sum(map(bool, marks)) / max(1, len(marks))


def speed(faq: Path, asked: list[Asked]) -> list[tuple[str, str]]:
    """CPU µs per query on an index of 2,000 wordings: those of the file, filled up with queries; each query's best of three."""
    find = finding()
    index, verifier = find.Index(), find.shipped()
    wordings = [
        (group, text) for group, base in bases(faq).items() for texts in base.values() for text in texts
    ]
    wordings += [("query", one.text) for one in asked]
    for number, (_, text) in enumerate(wordings[:ENTRIES]):
        index.put(number, [text])
    some = [one.text for one in asked[:: max(1, len(asked) // 500)]]
    lines: list[tuple[str, str]] = []
    for name, work in (
        (f"µs per query on {len(index)} entries", lambda text: find.find(index, verifier, text)),
        ("µs for the look before that", lambda text: find.could_ask(text, index)),
    ):
        took = _took(work, some)
        late = statistics.quantiles(took, n=100)[98]
        lines.append(
            (
                f"{name}: median, mean, p99",
                f"{statistics.median(took):.1f}, {statistics.mean(took):.1f}, {late:.1f}",
            )
        )
    return lines


def _took(work: Callable[[str], Any], some: list[str]) -> list[float]:
    best: list[float] = []
    for text in some:
        times: list[int] = []
        for _ in range(3):
            start = thread_time_ns()
            work(text)
            times.append(thread_time_ns() - start)
        best.append(min(times) / 1000)
    return best


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench.quality qa", description=__doc__)
    parser.add_argument("--faq", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="JSON lines to write, one per query, in order")
    parser.add_argument(
        "--report", action="store_true", help="print how good it is, where the file knows the answers"
    )
    parser.add_argument("--semantic", action="store_true", help="with the extra `semantic`")
    parser.add_argument("--vectors", type=Path, help="keep its vectors in this file between runs")
    options = parser.parse_args(arguments)
    asked = queries(options.queries)
    meanings = None
    if options.semantic:
        from bench.qa_meaning import Meanings  # needs numpy and a model

        meanings = Meanings(options.vectors)
    answerer = Answerer(options.faq, meanings)
    told = [answerer.answer(one) for one in asked]
    if options.out:
        options.out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told), "utf-8")
    sys.stdout.write(f"{len(told)} queries answered\n")
    if options.report:
        about = answerer.verifier.about
        seen = fingerprint(options.queries) in about.get("seen", [])
        lines = (
            [("SEEN IN TRAINING", "the figures that count are those of left-out groups below")]
            if seen
            else []
        )
        lines += [*report(asked, told), *speed(options.faq, asked)]
        lines += [(f"left out: {name}", f"{value:.3f}") for name, value in about["left_out"].items()]
        width = max(len(name) for name, _ in lines)
        sys.stdout.write("".join(f"{name:<{width}}  {value}\n" for name, value in lines))
