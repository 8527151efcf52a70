"""Any plugin may be deleted: the rest loads, runs and keeps its promises."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = sorted(p for p in (ROOT / "plugins").iterdir() if p.name[0] not in "_." and p.suffix in ("", ".py"))
TITLES = {p: (p / "README.md").read_text("utf-8").splitlines()[0].strip("# ").split("（")[0] for p in PLUGINS}


def without(plugin: Path, folder: Path) -> Path:
    """A copy of the project that lacks one plugin and its tests; what is compiled already comes along."""
    copy = folder / "lizheng"
    left_out = shutil.ignore_patterns(".venv", ".git", ".env", "data", "*.db", ".hypothesis", "node_modules")
    shutil.copytree(ROOT, copy, ignore=left_out)
    (copy / "data").mkdir()
    victim = copy / plugin.relative_to(ROOT)
    shutil.rmtree(victim) if victim.is_dir() else victim.unlink()
    shutil.rmtree(copy / "tests" / "plugins" / plugin.stem, ignore_errors=True)
    for page in copy.glob("README*.md"):
        page.unlink()  # it tells of the whole house
    return copy


def run_tests(copy: Path, *chosen: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *chosen]
    ran = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-3000:]


def neighbours(plugin: Path) -> list[str]:
    """Those whose READMEs tell of this plugin, and control, which knows all: they would miss it first."""
    told = [
        other.stem
        for other in PLUGINS
        if other != plugin and TITLES[plugin] in (other / "README.md").read_text("utf-8")
    ]
    return sorted({*told, "control"} - {plugin.stem})


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda p: p.stem)
def test_amputation(plugin: Path, tmp_path: Path) -> None:
    """Without any one plugin the rest loads, and its neighbours play their conversations."""
    chosen = " or ".join(neighbours(plugin))
    run_tests(without(plugin, tmp_path), "tests/test_readmes.py", "-k", chosen)


@pytest.mark.nightly
@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda p: p.stem)
def test_amputation_passes_everything(plugin: Path, tmp_path: Path) -> None:
    copy = without(plugin, tmp_path)
    subprocess.run([sys.executable, "-m", "lizheng", "docs"], cwd=copy, check=True, capture_output=True)
    run_tests(copy, "tests/plugins", "tests/test_readmes.py", "tests/test_promises.py")
