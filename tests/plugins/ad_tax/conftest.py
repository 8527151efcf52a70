"""Somebody who recognises ads, whether or not a plugin that does is there."""

import nonebot
import pytest


@pytest.fixture(scope="session", autouse=True)
def witness(listening) -> None:
    assert nonebot.load_plugin("tests.support.detector_feature")
