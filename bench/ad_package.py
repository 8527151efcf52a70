"""The recogniser without the plugin around it: no NoneBot, no database, so that measuring starts at once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "plugins" / "ad_guard" / "recognise"
WEIGHTS = ROOT / "plugins" / "ad_guard" / "assets" / "weights.bin"
_NAME = "ad_recognise"


def recognise(part: str = "") -> ModuleType:
    """The package, or one of its modules."""
    if _NAME not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            _NAME, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"nothing to import in {FOLDER}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[_NAME] = module
        spec.loader.exec_module(module)
    return importlib.import_module(f"{_NAME}.{part}") if part else sys.modules[_NAME]
