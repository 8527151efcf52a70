"""`python3 -m tests [pytest arguments]`: sets everything up, then runs pytest."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import bootstrap

bootstrap.enter("dev")

import pytest

os.chdir(ROOT)
sys.exit(pytest.main(sys.argv[1:]))
