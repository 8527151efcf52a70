"""Hosts to connect to: one with a token, one whose sandbox is on."""

from collections.abc import AsyncIterator

import pytest

from lizheng.adapter import Access
from tests.kit.adapter.station import TOKEN, Station, serve


@pytest.fixture
async def station() -> AsyncIterator[Station]:
    async with serve(Access(token=TOKEN)) as station:
        yield station


@pytest.fixture
async def sandboxed() -> AsyncIterator[Station]:
    async with serve(Access(token=TOKEN, sandbox_key="sandbox-key-123456")) as station:
        yield station
