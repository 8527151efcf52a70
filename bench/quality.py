"""Measure what a plugin decides, not how fast the host is.

    python -m bench.quality ads --in FILE --out FILE.jsonl
    python -m bench.quality ads --report DIR
    python -m bench.quality qa …

Each subject lives in `bench/quality_<subject>.py` and has a `main(arguments)`.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    subjects = sorted(
        path.stem.removeprefix("quality_") for path in Path(__file__).parent.glob("quality_*.py")
    )
    if len(sys.argv) < 2 or sys.argv[1] not in subjects:
        sys.exit(f"usage: python -m bench.quality {{{','.join(subjects)}}} …")
    importlib.import_module(f"bench.quality_{sys.argv[1]}").main(sys.argv[2:])


if __name__ == "__main__":
    main()
