"""Which addresses may be asked for a feed, and what is said of the others. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from lizheng.grammar import Misread
from lizheng.media import addresses
from lizheng.media.addresses import LONGEST, Address
from plugins.morning_brief import texts


class NotAllowed(Misread):
    """An address nobody may be sent to; the text says why in Chinese."""


def read_address(text: str) -> Address:
    """Raises `NotAllowed` for what is no http address."""
    with explained(len(text.strip())):
        return addresses.read_address(text)


def check_name(address: Address, exempt: Collection[str]) -> None:
    """Refuse what is seen to be inside without asking anybody. Raises `NotAllowed`.

    `exempt` are the `host:port` that this host's owner allows.
    """
    with explained():
        addresses.check_name(address, exempt)


@contextmanager
def explained(length: int = 0) -> Iterator[None]:
    """Turn the kit's refusals into sentences; `length` is how long the address is."""
    try:
        yield
    except addresses.NotAllowed as refused:
        told = {
            "long": texts.ADDRESS_LONG.format(most=LONGEST, length=length),
            "broken": texts.ADDRESS_BROKEN,
            "scheme": texts.ADDRESS_SCHEME,
            "user": texts.ADDRESS_USER,
        }
        raise NotAllowed(told.get(refused.why, texts.ADDRESS_INSIDE)) from refused
