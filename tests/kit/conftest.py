"""A store, an endpoint that does as a script says, and an outbox between them. A module that wants its own overrides them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lizheng.base.clock import Clock
from lizheng.delivery.outbox import Outbox
from lizheng.store import Store
from tests.support.scripted_endpoint import Peer, outbox_for


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url, {}, Clock())
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def peer(store: Store) -> Peer:
    return Peer(Clock())


@pytest.fixture
async def outbox(peer: Peer) -> AsyncIterator[Outbox]:
    outbox = outbox_for(peer)
    await outbox.start()
    yield outbox
    await outbox.stop(0.2)
