"""Who a feature is, apart from what it does: what contexts, commands and settings know of their owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pydantic import BaseModel


class FeatureInfo:
    """A feature's name and place.

    `module` is the plugin's `__name__`, from which the id comes (`plugins.welcome` → `welcome`) where none is given;
    `title` is the Chinese name people switch on and off, `summary` one sentence. `settings` is a pydantic model whose
    fields each carry a Chinese `title`, a `description` and a default. A feature with `always_on` cannot be switched
    off, one that is `hidden` is not listed. One that `serves` something is on wherever a feature that `needs` it is.
    """

    def __init__(
        self,
        module: str,
        title: str,
        summary: str,
        *,
        id: str = "",
        settings: type[BaseModel] | None = None,
        always_on: bool = False,
        hidden: bool = False,
        needs: Iterable[str] = (),
        serves: str = "",
    ):
        self.module = module
        self.id: str = id or module.rpartition(".")[2]
        self.title = title
        self.summary = summary
        self.settings = settings
        self.always_on = always_on
        self.hidden = hidden
        self.needs: frozenset[str] = frozenset(needs)
        self.serves = serves
        self.on_with: frozenset[str] = frozenset()
        """The ids of those that need what this one serves, filled in by the host; their titles are in `along_with`."""
        self.along_with: tuple[str, ...] = ()
        self.asleep = False
        """Whether a start hook of it raised at this start: it is then off everywhere, and tried again."""
        self.job_names: set[str] = set()
        """What it may plan for later."""
        self.gathers: dict[str, timedelta] = {}
        """What it may gather, and how long the first of it waits for more."""
        self.completion_names: set[str] = set()
        """Who of it may be told how an act or a message ended."""

    def __repr__(self) -> str:
        return f"Feature({self.id!r}, {self.title!r})"
