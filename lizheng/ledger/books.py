"""Whether money may be booked at the moment."""

from __future__ import annotations

from nonebot import logger

from lizheng.commands import Declined
from lizheng.ledger.checking import mismatches


class Books:
    """`wrong` says what did not add up when last looked at; as long as it does, everything paid stands still."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    async def check(self) -> bool:
        """Add everything up again; whether all is well."""
        self.wrong = await mismatches()
        for line in self.wrong[:20]:
            logger.error("lizheng: the ledger does not add up: {}", line)
        return not self.wrong

    def insist(self) -> None:
        """Raises `Declined` while they do not add up."""
        if self.wrong:
            raise Declined("账对不上，收付款先停下了，已经告诉超级用户。别的功能照常。")
