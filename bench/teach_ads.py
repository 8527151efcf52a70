"""How far 30 taught messages take one group: its kind of ad was missed before, ordinary talk must stay alone.

    python -m bench.teach_ads --data DIR --weights FILE --kind qq_mc

Use weights that have not seen the development file (`bench.train_ads --only train --without qq_mc`).
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import Any

from bench.ad_package import recognise
from bench.ad_rows import Row, rows


def lesson_run(
    recogniser: Any, ads: list[Row], normal: list[Row], lessons: int, seed: int
) -> tuple[float, float, float, float, int]:
    """Recall on the untaught ads before and after, false positive rate before and after, lessons used.

    An admin teaches what was missed and takes back what was wrongly recalled, in the order the group talks.
    """
    rng = random.Random(seed)
    ads, normal = rng.sample(ads, len(ads)), rng.sample(normal, len(normal))
    half = len(normal) // 2
    group = recognise().GroupModel()
    stream = [(row, True) for row in ads[: len(ads) // 2]] + [(row, False) for row in normal[:half]]
    rng.shuffle(stream)
    taught: set[str] = set()
    for row, is_ad in stream:
        if len(taught) >= lessons:
            break
        if recogniser.judge(row.text, learned=group).ad != is_ad:
            recogniser.teach(group, row.text, is_ad)
            taught.add(row.text)
    rest, quiet = ads[len(ads) // 2 :], normal[half:]

    def share(some: list[Row], learned: Any) -> float:
        return sum(recogniser.judge(row.text, learned=learned).ad for row in some) / len(some)

    return share(rest, None), share(rest, group), share(quiet, None), share(quiet, group), len(taught)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--kind", required=True, help="source (or source/category) of the group's ads")
    parser.add_argument("--lessons", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    recogniser = recognise().Recogniser.load(options.weights)
    data = rows(options.data / "ads_dev.tsv") + rows(options.data / "ads_train.tsv")
    source, _, category = options.kind.partition("/")
    ads = [row for row in data if row.label and row.source == source and category in ("", row.category)]
    normal = [row for row in data if not row.label and row.id.startswith("dev")]
    for seed in range(options.rounds):
        before, after, wrong, wrong_after, used = lesson_run(recogniser, ads, normal, options.lessons, seed)
        recall, rate = f"{before:.3f} -> {after:.3f}", f"{wrong:.3%} -> {wrong_after:.3%}"
        sys.stdout.write(f"{options.kind}: {used} lessons, recall {recall}, FPR {rate}\n")


if __name__ == "__main__":
    main()
