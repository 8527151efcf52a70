"""bot.py as it is, plus the plugins named in BENCH_PLUGINS."""

import os
import runpy
import sys
from typing import Any

import nonebot

from bench.process import ROOT


def main() -> None:
    run = nonebot.run

    def run_with_more(**options: Any) -> None:
        for name in os.environ.get("BENCH_PLUGINS", "").split():
            nonebot.load_plugin(name)
        run(**options)

    nonebot.run = run_with_more
    sys.argv = [str(ROOT / "bot.py")]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
