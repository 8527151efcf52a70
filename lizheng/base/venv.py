"""`python -m lizheng` in a checkout goes on inside its `.venv`, whichever Python it was started with."""

from pathlib import Path

ABOVE = Path(__file__).resolve().parents[2]


def enter() -> None:
    """Return when this interpreter can run the kit. As an installed package it is taken as it is."""
    if (ABOVE / "bot.py").is_file():
        import bootstrap

        bootstrap.enter()
