"""What must never be in the log."""

import io
from typing import Any, cast

import pytest
from loguru import logger

from lizheng.base.logs import HIDDEN, Masking, configure_logging
from lizheng.sandbox.stage import HostStage

TOKEN = "s3cret/token+value"


@pytest.fixture
def log():
    stream = io.StringIO()
    core = cast(Any, logger)._core
    # Loguru offers no way to look at the sinks, so what is there is put back from its own core.
    handlers, patcher = dict(core.handlers), core.patcher
    masking = configure_logging("DEBUG", [TOKEN], stream)
    yield stream, masking
    for number in set(core.handlers) - set(handlers):
        logger.remove(number)
    core.patcher = patcher


def test_secrets_do_not_appear_at_any_level(log) -> None:
    stream, masking = log
    masking.add("later-secret")
    logger.debug("Loaded Config: {}", {"onebot_access_token": TOKEN, "database_url": "postgres://u:pw@h/d"})
    logger.info('"WebSocket /onebot/v11/ws?access_token=s3cret%2Ftoken%2Bvalue" [accepted]')
    logger.warning("later-secret {'onebot_secret': 'another'}")
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logger.exception("failed")
    text = stream.getvalue()
    assert text.count("\n") > 4
    for secret in (TOKEN, "s3cret", ":pw@", "later-secret", "another"):
        assert secret not in text
    assert HIDDEN in text


def test_ordinary_text_is_left_alone() -> None:
    for text in (
        "你好：一切正常",
        "http://127.0.0.1:8080/sandbox/",
        "onebot_access_token: None",
        "10:30 开始",
    ):
        assert Masking(["abcdef"])(text) == text


def test_other_levels_are_dropped() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        configure_logging("LOUD")


async def test_the_key_of_the_sandbox_is_hidden(stage: HostStage) -> None:
    key = stage.host.access.sandbox_key
    assert key
    assert key not in stage.host.masking(f'"GET /sandbox/?key={key} HTTP/1.1" 200')
