"""Deciding what waits for a person, for plugins that have words of their own for it."""

from __future__ import annotations

from collections.abc import Collection

from lizheng.acts.decisions import DECIDED, approve, decide, reject
from lizheng.acts.decisions import feature as owner
from lizheng.store.tables import Slot

__all__ = ["approve", "carried_out", "decide", "reject"]


async def carried_out(pendings: Collection[int]) -> set[int]:
    """Tell which of these, named by their row's id, were agreed to and have been carried out to the end."""
    keys = [str(one) for one in pendings]
    done = Slot.filter(feature=owner.id, name=DECIDED, key__in=keys, state="done")
    return {int(str(key)) for key in await done.values_list("key", flat=True)}
