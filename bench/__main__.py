"""`python -m bench`: the host against plain NoneBot, one table of ratios. See `--help`."""

import argparse
import asyncio
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.figures import table, worsened, write_baseline, write_page
from bench.scenarios import CI, Arena, Plan, everything


def main() -> int:
    options = _options()
    plan = CI if options.ci else Plan()
    if options.soak:
        plan = replace(plan, soak=100_000)
    with tempfile.TemporaryDirectory(prefix="lizheng-bench-") as folder:
        arena = Arena(Path(folder))
        figures = asyncio.run(everything(arena, plan))
    print(f"\n{table(figures)}\n\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, why in arena.failed.items():
        print(f"not measured: {name}: {why}", file=sys.stderr)
    if options.write:
        print(f"wrote {write_page(figures)}")
    if options.baseline:
        print(f"wrote {write_baseline(figures)}")
    complaints = worsened(figures) if options.ci else []
    for complaint in complaints:
        print(f"worse than the baseline: {complaint}", file=sys.stderr)
    return 1 if complaints or arena.failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--ci", action="store_true", help="a short run; fails when a ratio worsened by > 25 %%"
    )
    parser.add_argument("--soak", action="store_true", help="also 100,000 events, for the nightly run")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md from the table")
    parser.add_argument("--baseline", action="store_true", help="make the ratios found the new baseline")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
