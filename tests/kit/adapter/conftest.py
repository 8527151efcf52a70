"""Hosts to connect to: one with a token, one whose sandbox is on."""

from collections.abc import AsyncIterator

import pytest

from lizheng.adapter import Access
from tests.support.fake_endpoint import TOKEN, FakeEndpoint, serve


@pytest.fixture
async def station() -> AsyncIterator[FakeEndpoint]:
    async with serve(Access(token=TOKEN)) as station:
        yield station


@pytest.fixture
async def sandboxed() -> AsyncIterator[FakeEndpoint]:
    async with serve(Access(token=TOKEN, sandbox_key="sandbox-key-123456")) as station:
        yield station
