"""What happens in a group to the bot itself: it is muted, made admin, or no longer there."""

from __future__ import annotations

from typing import Any

from nonebot.adapters.onebot.v11 import ActionFailed, NetworkError

from lizheng.base.roles import Role
from lizheng.events import GroupEvent, MemberJoined, MemberLeft, MemberMuted, RoleChanged
from lizheng.plugin.services import Services

WHOLE_GROUP = -1


async def heed(host: Services[Any], happened: GroupEvent) -> None:
    """Hold what is to be said in the group, let it go again, or end it, as far as this is about an account of ours."""
    ours = happened.user_id in host.accounts()
    if isinstance(happened, MemberMuted):
        await _muted(host, happened, ours)
    elif ours and isinstance(happened, RoleChanged):
        host.outbox.hold(happened.group_id, happened.user_id, 0)
    elif ours and isinstance(happened, MemberJoined):
        host.outbox.come_back((happened.group_id,))
    elif ours and isinstance(happened, MemberLeft):
        await _left(host, happened.group_id, happened.user_id)


async def _muted(host: Services[Any], happened: MemberMuted, ours: bool) -> None:
    group_id, gone_by = happened.group_id, max(0.0, host.clock.now().timestamp() - happened.time)
    if ours:
        # One told late has run for a while; lifted and run out are the same.
        left = max(0.0, happened.seconds - gone_by) if happened.seconds > 0 else 0
        host.outbox.hold(group_id, happened.user_id, left)
        return
    account = host.account_for(group_id)
    if happened.user_id or account is None:
        return
    if happened.seconds != WHOLE_GROUP:
        host.outbox.hold(group_id, account, 0)
    elif not await _may_speak_anyway(host, group_id, account):
        host.outbox.hold(group_id, account, None)


async def _may_speak_anyway(host: Services[Any], group_id: int, account: int) -> bool:
    """Whether a mute of the whole group leaves the bot its voice; also when nobody tells, as sending will show."""
    try:
        me = await host.roster.member(group_id, account, fresh=True)
    except NetworkError:
        return True
    return me is None or me.role >= Role.ADMIN


async def _left(host: Services[Any], group_id: int, account: int) -> None:
    """Another account of ours that is in the group goes on there."""
    host.adapter.leave_group(account, group_id)
    for other in host.accounts():
        if other != account and await _is_member(host, group_id, other):
            host.adapter.note_groups(other, [group_id])
            return
    host.outbox.leave(group_id)


async def _is_member(host: Services[Any], group_id: int, account: int) -> bool:
    try:
        return bool(
            await host.ask_account(account, "get_group_member_info", group_id=group_id, user_id=account)
        )
    except (ActionFailed, NetworkError):
        return False
