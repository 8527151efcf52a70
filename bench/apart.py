"""A package of a plugin without the plugin around it: no NoneBot, no database, so that measuring starts at once."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def load(name: str, folder: Path, part: str = "") -> ModuleType:
    """The package in `folder` under a name of its own, or one of its modules. Raises ImportError."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"nothing to import in {folder}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return importlib.import_module(f"{name}.{part}") if part else sys.modules[name]
