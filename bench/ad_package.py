"""The recogniser without the plugin around it: no NoneBot, no database, so that measuring starts at once."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from bench.apart import load

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "plugins" / "ad_guard" / "recognise"
WEIGHTS = ROOT / "plugins" / "ad_guard" / "assets" / "weights.bin"
_NAME = "ad_recognise"


def recognise(part: str = "") -> ModuleType:
    """The package, or one of its modules."""
    return load(_NAME, FOLDER, part)
