"""Pseudonyms that only this host can make, for people who must not be told from a database, a log or an export.

The key is a file beside the database and in no backup of it: who holds a copy of the tables alone cannot even try out
all QQ numbers. When the file is lost, old pseudonyms fit nobody any more and new ones begin.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from lizheng.base.config import data_file

KEY_FILE, KEY_BYTES = "veil.key", 32
VEILED = "veil:"
"""Begins the sources of what is done for somebody who must not be told."""
LENGTH = 32
"""Of a pseudonym: 128 bits as hexadecimal digits."""
_keys: dict[Path, bytes] = {}


def veil(item: str, person: int) -> str:
    """Name a person by a pseudonym that is theirs for this item alone: 32 hexadecimal digits, the same after a restart.

    `item` says for what, such as `reports/12345`: pseudonyms of two items cannot be matched. Raises `OSError` when the
    key can be neither read nor made.
    """
    return _digest(f"person\n{item}\n{person}")


def veiled_source(source: str) -> str:
    """Name a cause so that it is known again, but not which message it was."""
    return VEILED + _digest(f"source\n{source}")


def unveil(item: str, pseudonym: str, people: Iterable[int]) -> int:
    """Find who of these people a pseudonym stands for, 0 for none of them: an HMAC for each, so 2,000 take some 5 ms."""
    return next((person for person in people if hmac.compare_digest(veil(item, person), pseudonym)), 0)


def _digest(text: str) -> str:
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()[:LENGTH]


def _key() -> bytes:
    path = data_file(KEY_FILE)
    if (key := _keys.get(path)) is None:
        key = _keys[path] = _read_or_make(path)
    return key


def _read_or_make(path: Path) -> bytes:
    """Of several processes that make it at once one wins, and all read its key. Raises `OSError`."""
    with contextlib.suppress(FileNotFoundError):
        return _checked(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)  # unlike a rename it never takes another's place
    finally:
        partial.unlink()
    return _checked(path)


def _checked(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise OSError(f"{path} is no key of {KEY_BYTES} bytes: restore it, or remove it to begin anew")
    return key
