"""Whether money may be booked in a group at the moment.

Groups whose books do not add up are kept with what else is known about a group: so every host knows them, also after a
restart, and until they add up again everything paid stands still there and nowhere else.
"""

from __future__ import annotations

from nonebot import logger

from lizheng.groups.choices import Groups, GroupState
from lizheng.ledger.checking import Mismatch, mismatches
from lizheng.plugin.refusals import Declined

CLOSED = ("ledger", "closed")


def are_closed(group: GroupState) -> bool:
    """Whether the group's books did not add up when they were last looked at."""
    return CLOSED in group.settings


def insist(group: GroupState) -> None:
    """Raises `Declined` while they do not add up."""
    if are_closed(group):
        raise Declined("账对不上，收付款先停下了，已经告诉超级用户。别的功能照常。")


async def check(groups: Groups) -> list[Mismatch]:
    """Add everything up again, close the books that are wrong and open those that are right; what is wrong."""
    found = await mismatches()
    for mismatch in found[:20]:
        logger.error("lizheng: the ledger does not add up: {}", mismatch)
    wrong = {mismatch.group_id for mismatch in found}
    for group_id in wrong | {group.id for group in groups.known()}:
        if (group_id in wrong) != are_closed(groups[group_id]):
            await groups.set_value(group_id, *CLOSED, True if group_id in wrong else None)
    return found
