"""Who a feature is, apart from what it does: what contexts, commands and settings know of their owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel


class Area(StrEnum):
    """What of a group's life a feature is about; `/功能` and `/帮助` group by it."""

    MEMBERS = "成员"
    ADS = "广告"
    ORDER = "秩序"
    CONTENT = "内容"
    RUNNING = "经营"
    SYSTEM = "系统"


class Recipe(StrEnum):
    """A kind of group, with the features that suit it: `/开启 配方 资源群`."""

    RESOURCES = "资源群"
    CAMP = "训练营"
    HOBBY = "兴趣群"
    LARGE = "大群"
    POP_UP = "快闪群"


class FeatureInfo:
    """A feature's name and place.

    `module` is the plugin's `__name__`, from which the id comes (`plugins.welcome` → `welcome`) where none is given;
    `title` is the Chinese name people switch on and off, `summary` one sentence. `settings` is a pydantic model whose
    fields each carry a Chinese `title`, a `description` and a default. A feature with `always_on` cannot be switched
    off, one that is `hidden` is not listed. One that `serves` something is on wherever a feature that `needs` it is.
    `area` is where lists show it, `recipes` are the kinds of group it suits. One that is `opt_in` stays off when
    everything is switched on at once: it is switched on by its name or by a recipe.
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
        area: Area | None = None,
        recipes: Iterable[Recipe] = (),
        opt_in: bool = False,
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
        self.area = area
        self.recipes: frozenset[Recipe] = frozenset(recipes)
        self.opt_in = opt_in
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
