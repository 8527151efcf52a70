"""`python3 -m tests [pytest arguments]`: sets everything up, then runs pytest.

Without arguments everything that CI runs is shared between two processes, a file always in one of them.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import bootstrap

bootstrap.enter("dev")

import pytest

EVERYTHING = ["-n", "2", "--dist", "loadfile"]

os.chdir(ROOT)
sys.exit(pytest.main(sys.argv[1:] or EVERYTHING))
