"""Feeds come from a server of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.plugins.morning_brief.feed_server import FeedServer, feed_server


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversations read the same whether the image extra is installed or not."""
    from plugins.morning_brief import picture  # plugins are loaded after this file

    monkeypatch.setattr(picture, "is_installed", lambda: False)
