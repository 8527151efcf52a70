"""No feature keeps anything about a member without saying so."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from tortoise.models import Model

from lizheng.plugin.feature import apps_of
from lizheng.registry.retained import kept_by
from lizheng.store import KIT, KIT_MODULES
from tests.conftest import HOST

ABOUT_PEOPLE = {"user_id", "author_id", "target_id", "giver_id", "taker_id"}


def tables(host: Any) -> Iterator[tuple[str, type[Model]]]:
    """Every table of the kit and the features, with whose it is."""
    apps = {KIT: KIT_MODULES, **apps_of(host.features.values())}
    for label, module in [(label, module) for label, app in apps.items() for module in app.models]:
        for _, model in inspect.getmembers(importlib.import_module(module), inspect.isclass):
            if issubclass(model, Model) and model.__module__ == module:
                yield label, model


async def test_every_table_with_a_member_in_it_is_declared(request: pytest.FixtureRequest) -> None:
    """Whoever adds a table says how long it lives and what the person may delete of it."""
    host = request.config.stash[HOST]
    host.registry.take_in()
    declared: dict[Any, set[str]] = {}
    for keep in kept_by(host.features.values()):
        declared.setdefault(keep.model, set()).update(ABOUT_PEOPLE if keep.where else keep.person)
    missing = {
        f"{label}: {model.__name__}": sorted(left)
        for label, model in tables(host)
        if (left := (ABOUT_PEOPLE & set(model._meta.fields_map)) - declared.get(model, set()))
    }
    assert not missing, "declare them with feature.keep(Keep(…)), see lizheng/plugin/retention.py"
