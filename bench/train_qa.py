"""Learn when to speak unasked, and print what held on groups that were left out.

    python -m bench.train_qa --data DIR [--out plugins/member_qa/assets/verifier.json.gz]

Needs the packages of the dependency group `train`. `DIR` holds `qa_dev_*.tsv`, `qa_handmade_dev_*.tsv` and, for the
background of ordinary talk, `ads_train.tsv` and `ads_dev.tsv` (their harmless rows).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bench.ad_rows import texts
from bench.qa_rows import CHAT, OUT_OF_SCOPE, ROOT, Asked, finding, indexes, line_at, queries, right_unasked

SETS = ("qa_dev", "qa_handmade_dev")
LOOKED_AT = 3
SEEN_IN = 4
"""A leftover is learned when it stands in at least so many pairs."""
STRENGTH = 0.1
SAFER = 0.8
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
    first: Any

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


def pairs(data: Path, rare: dict[str, float]) -> Pairs:
    wording, measure = finding("terms").Wording, finding("pairing").measures
    asked: list[Asked] = []
    rows, left, right, owner, keys, first = [], [], [], [], [], []
    for name in SETS:
        found = indexes(data / f"{name}_faq.tsv")
        for one in queries(data / f"{name}_queries.tsv"):
            group = f"{name}/{one.group}"
            asked.append(Asked(one.id, one.answer_id, one.kind, group, one.text))
            text = wording(one.text)
            near = found[one.group].nearest(text, LOOKED_AT + 1)
            for place, entry in enumerate(near[:LOOKED_AT]):
                if place and entry.cosine < 0.45 * near[0].cosine:
                    break
                rival = near[0].cosine if place else (near[1].cosine if len(near) > 1 else 0.0)
                row, rest = measure(text, entry.wording, entry.cosine, entry.cosine - rival, rare)
                rows.append(row)
                left.append(rest)
                right.append(entry.key == one.answer_id)
                owner.append(len(asked) - 1)
                keys.append(entry.key)
                first.append(place == 0)
    return Pairs(asked, np.array(rows), left, np.array(right, int), np.array(owner), keys, np.array(first))


class Model:
    """A linear model over measures and leftovers; small trees over the measures and its sum."""

    def __init__(self, known: Pairs, chosen: Any):
        counts: Counter[str] = Counter(name for i in chosen for name in known.left[i])
        self.names = sorted(name for name, count in counts.items() if count >= SEEN_IN)
        self.places = {name: i for i, name in enumerate(self.names)}
        self.middle = known.rows[chosen].mean(0)
        self.spread = known.rows[chosen].std(0) + 1e-9
        inner = self._inner(known, chosen)
        self.linear = self._fit(known, chosen)
        self.trees = GradientBoostingClassifier(
            n_estimators=120, max_depth=3, learning_rate=0.06, subsample=0.6, random_state=1
        ).fit(np.column_stack([known.rows[chosen], inner]), known.right[chosen])

    def table(self, known: Pairs, chosen: Any) -> Any:
        at = [(r, self.places[n]) for r, i in enumerate(chosen) for n in known.left[i] if n in self.places]
        marks = sparse.csr_matrix(
            (np.ones(len(at)), tuple(zip(*at, strict=True)) if at else ([], [])), (len(chosen), len(self.names))
        )
        scaled = sparse.csr_matrix((known.rows[chosen] - self.middle) / self.spread)
        return sparse.hstack([scaled, marks]).tocsr()

    def _fit(self, known: Pairs, chosen: Any) -> LogisticRegression:
        return LogisticRegression(C=STRENGTH, max_iter=600).fit(self.table(known, chosen), known.right[chosen])

    def _inner(self, known: Pairs, chosen: Any) -> Any:
        """The linear sums, each from a model that has not seen its group."""
        groups, sums = known.group[chosen], np.zeros(len(chosen))
        for group in sorted(set(groups)):
            inside, outside = chosen[groups == group], chosen[groups != group]
            sums[groups == group] = self._fit(known, outside).decision_function(self.table(known, inside))
        return sums

    def scores(self, known: Pairs, chosen: Any) -> Any:
        sums = self.linear.decision_function(self.table(known, chosen))
        return self.trees.predict_proba(np.column_stack([known.rows[chosen], sums]))[:, 1]

    def stored(self, rare: dict[str, float], line: float, about: dict[str, Any]) -> dict[str, Any]:
        weights = self.linear.coef_[0]
        dense, marks = weights[: len(self.middle)] / self.spread, weights[len(self.middle) :]
        rate = self.trees.learning_rate
        prior = self.trees.init_.class_prior_[1]
        return {
            "rarity": rare,
            "linear": [round(float(w), 6) for w in dense],
            "leftovers": {n: round(float(w), 3) for n, w in zip(self.names, marks, strict=True) if abs(w) >= 0.001},
            "bias": float(self.linear.intercept_[0] - (dense * self.middle).sum()),
            "trees": [_nodes(tree[0].tree_, rate) for tree in self.trees.estimators_],
            "start": math.log(prior / (1 - prior)),
            "line": line,
            "about": about,
        }


def _nodes(tree: Any, rate: float) -> list[list[float]]:
    return [
        [-1, round(float(tree.value[i][0][0]) * rate, 6), 0, 0]
        if tree.children_left[i] < 0
        else [int(tree.feature[i]), float(tree.threshold[i]), int(tree.children_left[i]), int(tree.children_right[i])]
        for i in range(tree.node_count)
    ]


def left_out(known: Pairs) -> Any:
    """Every pair's score from a model that has not seen its group."""
    groups, scores = known.group, np.zeros(len(known.right))
    for group in sorted(set(groups)):
        inside, outside = np.where(groups == group)[0], np.where(groups != group)[0]
        scores[inside] = Model(known, outside).scores(known, inside)
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.train_qa", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "plugins/member_qa/assets/verifier.json.gz")
    options = parser.parse_args()
    rare = rarity(options.data)
    known = pairs(options.data, rare)
    best, sure = best_of(known, left_out(known))
    told = figures(known, best, sure)
    outside = [(one.kind, s) for one, s in zip(known.asked, sure, strict=True) if not one.in_scope]
    line = max(
        line_at((s for _, s in outside), 0.05 * SAFER), line_at((s for k, s in outside if k in CHAT), 0.01 * SAFER)
    )
    spoke = [
        one.answer_id == answer and s > line
        for one, answer, s in zip(known.asked, best, sure, strict=True)
        if one.in_scope
    ]
    told["right unasked at the shipped line"] = round(sum(spoke) / len(spoke), 3)
    for name, value in told.items():
        print(f"{name:<60} {value:.3f}")
    model = Model(known, np.arange(len(known.right)))
    stored = model.stored(rare, round(line, 4), {"left_out": told, "pairs": len(known.right)})
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"wrote {options.out} ({options.out.stat().st_size} bytes), line {line:.4f}")


if __name__ == "__main__":
    main()
