"""`python -m tests.seeded [name …]`: puts known bugs into a copy of the tree, one at a time, and says which suites find them.

`bugs.toml` lists them: the file, the text and what it becomes, and the suites that must fail. With `--figures PAGE` the
figure goes into that page, when all of them were tried. Ends with 1 when one was not found.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.support.reliability_figures import Figures, machine, today

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", ".env", "__pycache__", "data", "*.db", ".hypothesis", ".*_cache"
)
FAILED = 1
"""What pytest ends with when tests ran and some failed; anything else did not try the bug."""
LONGEST = 300.0
"""Seconds for the suites of one bug."""


@dataclass(frozen=True)
class Bug:
    name: str
    file: str
    old: str
    new: str
    suites: list[str]

    def put_into(self, tree: Path) -> None:
        """Raises `ValueError` when the text is not there exactly once."""
        path = tree / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: the text is {text.count(self.old)} times in {self.file}")
        path.write_text(text.replace(self.old, self.new), "utf-8")


def bugs() -> list[Bug]:
    listed = tomllib.loads((Path(__file__).parent / "bugs.toml").read_text("utf-8"))
    return [Bug(name, **rest) for name, rest in listed.items()]


def passed(suites: list[str], folder: Path, bug: Bug | None = None) -> bool:
    """Whether the suites pass in a copy of the tree, with this bug in it. Raises `ValueError` when they do not run."""
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    (tree / "data").mkdir()
    try:
        if bug is not None:
            bug.put_into(tree)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *suites]
        ran = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return False  # a bug may leave something behind that keeps the process from ending
    finally:
        shutil.rmtree(tree)
    if ran.returncode not in (0, FAILED):
        raise ValueError(
            f"{bug and bug.name}: the suites did not run: {ran.stdout[-500:]} {ran.stderr[-500:]}"
        )
    return ran.returncode == 0


def main() -> int:
    reader = argparse.ArgumentParser(prog="python -m tests.seeded")
    reader.add_argument("names", nargs="*")
    reader.add_argument("--figures", type=Path)
    asked = reader.parse_args()
    chosen = [bug for bug in bugs() if not asked.names or bug.name in asked.names]
    figures, missed = Figures(), 0
    with tempfile.TemporaryDirectory() as folder:
        if not passed(sorted({suite for bug in chosen for suite in bug.suites}), Path(folder)):
            sys.exit("the suites fail without any of these bugs; mend that first")
        for bug in chosen:
            seen = not passed(bug.suites, Path(folder), bug)
            missed += not seen
            figures.note("seeded", bugs=1, found=int(seen))
            sys.stdout.write(f"{'found    ' if seen else 'NOT FOUND'} {bug.name}\n")
            sys.stdout.flush()
    sys.stdout.write("\n".join(figures.lines()) + "\n")
    if asked.figures and not asked.names:
        figures.write(asked.figures, today(), machine())
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
