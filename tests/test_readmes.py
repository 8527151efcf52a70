"""Every README conversation is played."""

from pathlib import Path

import pytest

from lizheng.sandbox.script import scripts_in

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = [
    pytest.param(script, id=f"{readme.parent.name}·{name}")
    for readme in [*sorted(ROOT.glob("plugins/*/README.md")), ROOT / "README.md", ROOT / "README.en.md"]
    if readme.is_file()
    for name, script in scripts_in(readme.read_text("utf-8"))
]


@pytest.mark.parametrize("script", SCRIPTS)
async def test_conversation(stage, script: str) -> None:
    await stage.play(script)
