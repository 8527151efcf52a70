"""`python -m tests.support.coverage [--figures PAGE]`: how much of the code the tests reach.

Lines of everything together, branches of the rooms on which all promises rest. Hosts that tests start in processes of
their own count, too, unless they are killed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.support.reliability_figures import Figures, machine, today

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "lizheng/ledger/",
    "lizheng/registry/access.py",
    "lizheng/delivery/outbox/",
    "lizheng/dispatch/dispatcher.py",
)


def measure(folder: Path) -> dict[str, Any]:
    """Coverage's own JSON report of a run of the tests."""
    report = folder / "coverage.json"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-k", "not amputation"]
    command += ["--cov=lizheng", "--cov=plugins", "--cov-branch", f"--cov-report=json:{report}"]
    subprocess.run(command, cwd=ROOT, check=False)
    return json.loads(report.read_text("utf-8"))


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.support.coverage")
    reader.add_argument("--figures", type=Path)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder))
    figures = Figures()
    totals = report["totals"]
    figures.note("coverage", percent=100 * totals["covered_lines"] / totals["num_statements"])
    for path, file in report["files"].items():
        if path.startswith(ROOMS):
            summary = file["summary"]
            figures.note("branches", covered=summary["covered_branches"], branches=summary["num_branches"])
            if file.get("missing_branches"):
                sys.stdout.write(f"{path}: {file['missing_branches']}\n")
    sys.stdout.write("\n".join(figures.lines()) + "\n")
    if asked.figures:
        figures.write(asked.figures, today(), machine())


if __name__ == "__main__":
    main()
