# pyright: reportMissingImports=false
"""Learn when to speak unasked, and print what held on groups that were left out.

    python -m bench.train_qa --data DIR --out plugins/member_qa/assets/verifier.json.gz
    python -m bench.train_qa --data DIR --out plugins/member_qa/assets/verifier-meaning.json.gz --meaning

Needs the packages of the dependency group `train`. `DIR` holds `qa_dev_*.tsv`, `qa_handmade_dev_*.tsv` and, for the
background of ordinary talk, `ads_train.tsv` and `ads_dev.tsv` (their harmless rows).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bench.ad_rows import fingerprint, texts
from bench.qa_meaning import Meanings
from bench.qa_rows import (
    CHAT,
    OUT_OF_SCOPE,
    Asked,
    bases,
    finding,
    indexes,
    line_at,
    queries,
    right_unasked,
)

SETS = ("qa_dev", "qa_handmade_dev")
SMALL = 12
"""Entries of a group in its first days."""
SEEN_IN = 4
"""A leftover is learned when it stands in at least so many pairs."""
STRENGTH = 0.1
FOLDS = 4
SEEDS = (1,)
SEEDS_MEANING = (1, 2, 3)
"""Forests grown from other draws of the same rows, whose mean counts; without extras one, for its microseconds."""
SAFER = 0.9
"""The line lets this part of what the limits allow pass on development groups, as new groups differ."""


@dataclass
class Pairs:
    """Every query with each of its nearest entries: measures, leftovers, whether it is the right one, and whose."""

    asked: list[Asked]
    rows: Any
    left: list[set[str]]
    right: Any
    owner: Any
    keys: list[str]
    bounds: list[tuple[float, float]]
    """What the verifier's fixed rules let a score be."""

    @property
    def group(self) -> Any:
        return np.array([self.asked[i].group for i in self.owner])


def rarity(data: Path) -> dict[str, float]:
    """How rare each character and concept is in ordinary talk: the logarithm of one in how many messages."""
    terms = finding("terms")
    talk = [line for name in ("ads_train.tsv", "ads_dev.tsv") for line in _harmless(data / name)]
    seen: Counter[str] = Counter()
    for line in talk:
        wording = terms.Wording(line)
        seen.update(wording.letters.keys() | wording.concepts)
    return {c: round(math.log((len(talk) + 1) / (n + 0.5)), 2) for c, n in sorted(seen.items()) if n > 1}


def _harmless(path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()[1:]
    return [text for line, text in zip(lines, texts(path), strict=False) if line.startswith("0\t")]


def pairs(
    data: Path, rare: dict[str, float], meanings: Meanings | None = None, *, small: bool = False
) -> Pairs:
    """Against whole groups or, when `small`, against the few entries a group has in its first days."""
    found = Pairs([], [], [], [], [], [], [])
    for name in SETS:
        whole = indexes(data / f"{name}_faq.tsv")
        parts = {group: Parts(base) for group, base in bases(data / f"{name}_faq.tsv").items()}
        for one in queries(data / f"{name}_queries.tsv"):
            found.asked.append(Asked(one.id, one.answer_id, one.kind, f"{name}/{one.group}", one.text))
            index = whole[one.group]
            if small:
                nearest = index.nearest(finding("terms").Wording(one.text), 1)
                index = parts[one.group].around(nearest[0].key if nearest else None)
            _compare(found, one, index, rare, meanings)
    found.rows, found.right, found.owner = (
        np.array(found.rows),
        np.array(found.right, int),
        np.array(found.owner),
    )
    return found


def _compare(found: Pairs, one: Asked, index: Any, rare: dict[str, float], meanings: Meanings | None) -> None:
    text = finding("terms").Wording(one.text)
    sense = meanings.sense(index, text) if meanings else None
    for near, margin, meaning in finding("finder").candidates(index, text, sense):
        row, rest = finding("pairing").measures(text, near.wording, near.cosine, margin, rare)
        found.rows.append([*row, *meaning])
        found.left.append(rest)
        found.right.append(near.key == one.answer_id)
        found.owner.append(len(found.asked) - 1)
        found.keys.append(near.key)
        found.bounds.append(finding("verifier").bounds(text, near.wording))


class Parts:
    """A group's entries dealt into small indexes."""

    def __init__(self, base: dict[str, list[str]]):
        names = sorted(base)
        random.Random(7).shuffle(names)
        count = max(1, len(names) // SMALL)
        self._indexes = [finding().Index() for _ in range(count)]
        self._places = {name: self._indexes[i % count] for i, name in enumerate(names)}
        for name, index in self._places.items():
            index.put(name, base[name])

    def around(self, name: str | None) -> Any:
        return self._places[name] if name else self._indexes[0]


def together(one: Pairs, other: Pairs) -> Pairs:
    return Pairs(
        one.asked + other.asked,
        np.concatenate([one.rows, other.rows]),
        one.left + other.left,
        np.concatenate([one.right, other.right]),
        np.concatenate([one.owner, other.owner + len(one.asked)]),
        one.keys + other.keys,
        one.bounds + other.bounds,
    )


class Model:
    """A linear model over what the letters say, measures and leftovers; small trees over all measures and its sum, one
    forest per seed. Meaning is left to the trees, which let less chat pass in groups that were left out.
    """

    def __init__(self, known: Pairs, chosen: Any, seeds: tuple[int, ...] = SEEDS):
        counts: Counter[str] = Counter(name for i in chosen for name in known.left[i])
        self.names = sorted(name for name, count in counts.items() if count >= SEEN_IN)
        self.places = {name: i for i, name in enumerate(self.names)}
        plain = self.plain(known, chosen)
        self.middle, self.spread = plain.mean(0), plain.std(0) + 1e-9
        inner = self._inner(known, chosen)
        self.linear = self._fit(known, chosen)
        table = np.column_stack([known.rows[chosen], inner])
        self.forests = [_forest(seed).fit(table, known.right[chosen]) for seed in seeds]

    @staticmethod
    def plain(known: Pairs, chosen: Any) -> Any:
        """The measures that need no vectors."""
        return known.rows[chosen][:, : len(finding("pairing").NAMES)]

    def table(self, known: Pairs, chosen: Any) -> Any:
        at = [(r, self.places[n]) for r, i in enumerate(chosen) for n in known.left[i] if n in self.places]
        marks = sparse.csr_matrix(
            (np.ones(len(at)), tuple(zip(*at, strict=True)) if at else ([], [])),
            (len(chosen), len(self.names)),
        )
        scaled = sparse.csr_matrix((self.plain(known, chosen) - self.middle) / self.spread)
        return sparse.hstack([scaled, marks]).tocsr()

    def _fit(self, known: Pairs, chosen: Any) -> LogisticRegression:
        return LogisticRegression(C=STRENGTH, max_iter=600).fit(
            self.table(known, chosen), known.right[chosen]
        )

    def _inner(self, known: Pairs, chosen: Any) -> Any:
        """The linear sums, each from a model that has not seen its group."""
        names, groups = np.unique(known.group[chosen], return_inverse=True)
        folds, sums = groups % min(FOLDS, len(names)), np.zeros(len(chosen))
        for fold in sorted(set(folds)):
            inside, outside = chosen[folds == fold], chosen[folds != fold]
            sums[folds == fold] = self._fit(known, outside).decision_function(self.table(known, inside))
        return sums

    def scores(self, known: Pairs, chosen: Any) -> Any:
        sums = self.linear.decision_function(self.table(known, chosen))
        table = np.column_stack([known.rows[chosen], sums])
        found = np.mean([forest.decision_function(table) for forest in self.forests], 0)
        low, high = np.array(known.bounds)[chosen].T
        return np.clip(1 / (1 + np.exp(-found)), low, high)

    def stored(self, rare: dict[str, float], line: float, about: dict[str, Any]) -> dict[str, Any]:
        weights = self.linear.coef_[0]
        dense, marks = weights[: len(self.middle)] / self.spread, weights[len(self.middle) :]
        rate = self.forests[0].learning_rate / len(self.forests)
        prior = self.forests[0].init_.class_prior_[1]
        return {
            "rarity": rare,
            "linear": [round(float(w), 6) for w in dense],
            "leftovers": {
                n: round(float(w), 3) for n, w in zip(self.names, marks, strict=True) if abs(w) >= 0.001
            },
            "bias": float(self.linear.intercept_[0] - (dense * self.middle).sum()),
            "trees": [_nodes(tree[0].tree_, rate) for one in self.forests for tree in one.estimators_],
            "start": math.log(prior / (1 - prior)),
            "line": line,
            "about": about,
        }


def _forest(seed: int) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(
        n_estimators=250,
        max_depth=3,
        learning_rate=0.04,
        subsample=0.6,
        max_features=0.3,
        random_state=seed,
    )


def _nodes(tree: Any, rate: float) -> list[list[float]]:
    return [
        [-1, round(float(tree.value[i][0][0]) * rate, 6), 0, 0]
        if tree.children_left[i] < 0
        else [
            int(tree.feature[i]),
            float(tree.threshold[i]),
            int(tree.children_left[i]),
            int(tree.children_right[i]),
        ]
        for i in range(tree.node_count)
    ]


def left_out(known: Pairs, seeds: tuple[int, ...] = SEEDS) -> Any:
    """Every pair's score from a model that has not seen its group."""
    groups, scores = known.group, np.zeros(len(known.right))
    for group in sorted(set(groups)):
        inside, outside = np.where(groups == group)[0], np.where(groups != group)[0]
        scores[inside] = Model(known, outside, seeds).scores(known, inside)
    return scores


def best_of(known: Pairs, scores: Any) -> tuple[list[str], list[float]]:
    """Per query the surest answer and its score."""
    best, sure = [""] * len(known.asked), [0.0] * len(known.asked)
    for pair, score in enumerate(scores):
        query = known.owner[pair]
        if score > sure[query]:
            best[query], sure[query] = known.keys[pair], float(score)
    return best, sure


def figures(known: Pairs, best: list[str], sure: list[float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in SETS:
        chosen = [i for i, one in enumerate(known.asked) if one.group.startswith(f"{name}/")]
        some = [known.asked[i] for i in chosen], [best[i] for i in chosen], [sure[i] for i in chosen]
        inside = [one.answer_id == answer for one, answer in zip(*some[:2], strict=True) if one.in_scope]
        found[f"{name}: top-1"] = sum(inside) / len(inside)
        found[f"{name}: right unasked at 5 % of out-of-scope"] = right_unasked(*some, OUT_OF_SCOPE, 0.05)
        if any(one.kind in CHAT for one in some[0]):
            found[f"{name}: right unasked at 1 % of chat"] = right_unasked(*some, CHAT, 0.01)
    return {name: round(value, 3) for name, value in found.items()}


def line_for(known: Pairs, sure: list[float]) -> float:
    outside = [(one.kind, s) for one, s in zip(known.asked, sure, strict=True) if not one.in_scope]
    chat = (s for kind, s in outside if kind in CHAT)
    return max(line_at((s for _, s in outside), 0.05 * SAFER), line_at(chat, 0.01 * SAFER))


def spoken(known: Pairs, best: list[str], sure: list[float], line: float) -> dict[str, float]:
    """What would be said unasked at one line: rightly, wrongly, to those out of scope, to chat."""
    said = list(zip(known.asked, best, (score > line for score in sure), strict=True))
    shares = {
        "right": [spoke and one.answer_id == answer for one, answer, spoke in said if one.in_scope],
        "wrong": [spoke and one.answer_id != answer for one, answer, spoke in said if one.in_scope],
        "on out-of-scope": [spoke for one, _, spoke in said if not one.in_scope],
        "on chat": [spoke for one, _, spoke in said if one.kind in CHAT],
    }
    return {name: round(sum(marks) / max(1, len(marks)), 4) for name, marks in shares.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.train_qa", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--meaning", action="store_true", help="with the vectors of the extra `semantic`")
    parser.add_argument("--vectors", type=Path, help="keep the vectors in this file between runs")
    options = parser.parse_args()
    rare = rarity(options.data)
    meanings = Meanings(options.vectors) if options.meaning else None
    whole, small = pairs(options.data, rare, meanings), pairs(options.data, rare, meanings, small=True)
    known = together(whole, small)
    seeds = SEEDS_MEANING if options.meaning else SEEDS
    scores = left_out(known, seeds)
    told: dict[str, float] = {}
    best, sure = best_of(whole, scores[: len(whole.right)])
    line = line_for(whole, sure)
    told |= figures(whole, best, sure)
    told |= {f"shipped line: {name}": share for name, share in spoken(whole, best, sure, line).items()}
    best, sure = best_of(small, scores[len(whole.right) :])
    told |= {f"{SMALL} entries, shipped line: {n}": s for n, s in spoken(small, best, sure, line).items()}
    for name, value in told.items():
        print(f"{name:<60} {value:.3f}")
    model = Model(known, np.arange(len(known.right)), seeds)
    files = [options.data / f"{name}_{part}.tsv" for name in SETS for part in ("faq", "queries")]
    about = {"left_out": told, "pairs": len(known.right), "seen": [fingerprint(file) for file in files]}
    stored = model.stored(rare, round(line, 4), about)
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"wrote {options.out} ({options.out.stat().st_size} bytes), line {line:.4f}")


if __name__ == "__main__":
    main()
