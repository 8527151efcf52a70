"""The pictures of calls, as files: neither rows nor memory hold their bytes, which are put in when the call is made."""

import asyncio
import hashlib
import os
import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lizheng.base.clock import Clock

INLINE, KEPT = "base64://", "kept://"
LEAST = 4096
"""What is shorter stays in the call as it is."""
MOST_IN_HAND = 32 * 1024 * 1024
"""Bytes of pictures in calls on their way at once; a call that does not fit waits for others to end."""
YOUNG = 6 * 3600.0
"""Seconds for which a file stays in any case: its row is just being written, or its message may be sent again."""
YOUNG_WHEN_FULL = 600.0
MOST_KEPT = 256 * 1024 * 1024
SWEPT_AFTER = 64 * 1024 * 1024
_NAME = re.compile(KEPT + r"[0-9a-f]{64}")


class Lost(Exception):
    """A picture's file is no longer there."""


class Pictures:
    """Files named by what is in them, in one folder; without a folder the bytes stay in the calls."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._room = _Room(MOST_IN_HAND)
        self._written = 0

    async def put_away(self, params: Any) -> tuple[Any, bool]:
        """The parameters with names in place of bytes, and whether there were any bytes. Raises OSError."""
        if self._folder is None or not any(map(_is_inline, _files(params))):
            return params, False
        return await asyncio.to_thread(_changed, params, _is_inline, self._away), True

    @asynccontextmanager
    async def in_hand(self, params: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The parameters with the bytes put in, as long as the call is on its way. Raises `Lost`."""
        if self._folder is None or not (names := names_in(params)):
            yield params
            return
        size = sum(map(self._size, names))
        await self._room.enter(size)
        try:
            yield await asyncio.to_thread(_changed, params, _is_kept, self._back)
        finally:
            self._room.leave(size)

    @property
    def none(self) -> bool:
        """Whether there is nothing to sweep."""
        return self._folder is None or not self._folder.is_dir()

    @property
    def crowded(self) -> bool:
        """Whether so much has been written since the last sweep that the next is due."""
        return self._written > SWEPT_AFTER

    def sweep(self, needed: Collection[str]) -> int:
        """Delete the files that are not `needed` and have not been used for hours; how many. Raises OSError.

        When there are too many bytes of them, those of the last minutes stay alone.
        """
        self._written = 0
        if self._folder is None or not self._folder.is_dir():
            return 0
        found = [(file, file.stat()) for file in self._folder.iterdir()]
        young = YOUNG if sum(about.st_size for _, about in found) <= MOST_KEPT else YOUNG_WHEN_FULL
        gone, now = 0, Clock.stamp()
        for file, about in found:
            # A file from a future was written before the machine's clock was set back.
            if file.name not in needed and abs(now - about.st_mtime) > young:
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def _away(self, file: str) -> str:
        try:
            return KEPT + self._write(b64decode(file.removeprefix(INLINE), validate=True))
        except NotBase64:
            return file

    def _write(self, content: bytes) -> str:
        assert self._folder is not None
        name = hashlib.sha256(content).hexdigest()
        path = self._folder / name
        try:
            os.utime(path)
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = self._folder / f"{name}.{os.getpid()}.{secrets.token_hex(4)}"
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # the row that names it is safe from a power cut, too
            partial.replace(path)
            self._written += len(content)
        return name

    def _back(self, file: str) -> str:
        assert self._folder is not None
        try:
            return INLINE + b64encode((self._folder / file.removeprefix(KEPT)).read_bytes()).decode()
        except OSError as error:
            raise Lost(file) from error

    def _size(self, name: str) -> int:
        assert self._folder is not None
        try:
            return (self._folder / name).stat().st_size * 4 // 3
        except OSError:
            return 0


class _Room:
    """So many bytes at once, in the order asked for; what is larger than all of it goes alone."""

    def __init__(self, most: int) -> None:
        self._most, self._used = most, 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def enter(self, size: int) -> None:
        if not self._waiting and self._fits(size):
            self._used += size
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(size)
            raise

    def leave(self, size: int) -> None:
        self._used -= size
        while self._waiting:
            wanted, turn = self._waiting[0]
            if turn.done():
                self._waiting.popleft()
            elif self._fits(wanted):
                self._waiting.popleft()
                self._used += wanted
                turn.set_result(None)
            else:
                break

    def _fits(self, size: int) -> bool:
        return not self._used or self._used + size <= self._most


def names_in(params: Any) -> list[str]:
    """The names of the files that parameters ask for."""
    return [file.removeprefix(KEPT) for file in _files(params) if _is_kept(file)]


def _files(value: Any) -> Iterator[str]:
    """Every `file` in parameters: what endpoints take bytes in, and nobody's words stand in."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "file" and isinstance(part, str):
                yield part
            else:
                yield from _files(part)
    elif isinstance(value, list):
        for part in value:
            yield from _files(part)


def _changed(value: Any, which: Callable[[str], bool], change: Callable[[str], str]) -> Any:
    """The same with every such `file` changed."""
    if isinstance(value, dict):
        return {
            key: change(part)
            if key == "file" and isinstance(part, str) and which(part)
            else _changed(part, which, change)
            for key, part in value.items()
        }
    return [_changed(part, which, change) for part in value] if isinstance(value, list) else value


def _is_kept(file: str) -> bool:
    return _NAME.fullmatch(file) is not None


def _is_inline(file: str) -> bool:
    return file.startswith(INLINE) and len(file) > LEAST
