"""Feeds come from a server of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.feed_server import FeedServer, feed_server


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running
