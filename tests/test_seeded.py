"""The bugs of `python -m tests.seeded` still fit the code, and their suites are there."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_bug_can_be_put_in() -> None:
    bugs = runpy.run_path(str(ROOT / "tests" / "seeded" / "__main__.py"))["bugs"]()
    assert len(bugs) >= 10
    for bug in bugs:
        if not (ROOT / bug.file).exists() and bug.file.startswith("plugins/"):
            continue  # a plugin may be taken away
        assert (ROOT / bug.file).read_text("utf-8").count(bug.old) == 1, bug.name
        assert all((ROOT / suite).exists() for suite in bug.suites), bug.name
