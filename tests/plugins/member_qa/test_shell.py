"""Entries in and out from a shell, while the bot does not run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lizheng.base.config import ROOT


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONUTF8": "1",
        "SANDBOX": "off",
        "DATABASE_URL": f"sqlite://{folder / 'lizheng.db'}",
    }
    command = [sys.executable, "-m", "plugins.member_qa", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    given, taken = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text("问题,答案\n几点开门|什么时候开门,早上八点\n=密码,8888\n,没有问题\n", "utf-8")
    done = run(tmp_path, "import", str(given), "--group", "700001")
    assert done.returncode == 0, done.stderr
    assert "新的 2 条" in done.stdout
    assert "用不了的 1 行" in done.stdout
    assert run(tmp_path, "export", str(taken), "--group", "700001").returncode == 0
    assert "几点开门|什么时候开门,早上八点" in taken.read_text("utf-8-sig")
    assert "8888" in taken.read_text("utf-8-sig")


def test_what_is_no_table_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"\xff\xfe\x00nonsense")
    done = run(tmp_path, "import", str(tmp_path / "in.csv"), "--group", "700001")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    missing = run(tmp_path, "import", str(tmp_path / "none.csv"), "--group", "700001")
    assert missing.returncode == 1
    assert "Traceback" not in missing.stderr
