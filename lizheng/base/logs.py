"""The log: one sink with a level of its own, and no secret in it at any level."""

import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

import nonebot.log
from loguru import logger

if TYPE_CHECKING:
    from loguru import Message, Record

FORMAT = "<g>{time:MM-DD HH:mm:ss}</g> [<lvl>{level}</lvl>] <c>{name}</c> | {message}"
HIDDEN = "***"
_SHORTEST = 4
_CREDENTIALS = re.compile(r"(://[^/\s:@'\"]*:)[^/\s@'\"]+@")
_NAMED = re.compile(
    r"(?i)(\b\w*(?:token|secret|password|passwd|api_?key|sandbox_?key)\w*['\"]?\s*[:=]\s*['\"]?)"
    r"(?!None\b)([^'\"\s,&})\]]+)"
)


class Masking:
    """Replaces secrets in text: those it was told, and whatever looks like one by name or in an address."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: tuple[str, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Also hide this one, as it is and percent-encoded; shorter than 4 characters is ignored."""
        if len(secret) >= _SHORTEST:
            known = {*self._secrets, secret, quote(secret, safe="")}
            self._secrets = tuple(sorted(known, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _NAMED.sub(rf"\1{HIDDEN}", _CREDENTIALS.sub(rf"\1{HIDDEN}@", text))


def configure_logging(
    level: str | int = "INFO", secrets: Iterable[str] = (), stream: TextIO | None = None
) -> Masking:
    """Replace NoneBot's sink by one that drops records below `level` before they are built.

    Call it before `nonebot.init`, which logs the whole configuration at DEBUG; secrets known only later go
    to `add` of the returned masking. Messages are masked for every sink, tracebacks for this one.

    Raises:
        ValueError: `level` is not a level.
    """
    masking = Masking(secrets)
    out = stream or sys.stdout

    def write(message: "Message") -> None:
        out.write(masking(message))
        out.flush()

    def patch(record: "Record") -> None:
        record["message"] = masking(record["message"])

    named = isinstance(level, str) and not level.isdecimal()
    numeric = logger.level(str(level).upper()).no if named else int(level)
    _remove_default()
    logger.configure(patcher=patch)
    logger.add(write, level=numeric, format=FORMAT, colorize=out.isatty(), diagnose=False, backtrace=False)
    return masking


def _remove_default() -> None:
    try:
        logger.remove(nonebot.log.logger_id)
    except ValueError:
        logger.debug("NoneBot's own sink is already gone")
