"""A visit to every group at a start, so that what cannot be read of one leaves out that one alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from nonebot import logger

from lizheng.acts.alerts import warn
from lizheng.plugin.context import GroupContext
from lizheng.plugin.identity import FeatureInfo
from lizheng.plugin.services import Services

LEFT_OUT = "「{title}」启动时读不了群 {group} 的数据（{error}），这个群先跳过。\n详情在日志里，请看一眼。"


def groups_of(host: Services[Any], feature: FeatureInfo) -> list[GroupContext]:
    """This feature in every group where it is on; without a cause."""
    return [GroupContext(host, group, feature) for group in host.groups.known() if host.is_on(group, feature)]


async def in_each_group(
    host: Services[Any], feature: FeatureInfo, visit: Callable[[GroupContext], Awaitable[object]]
) -> None:
    """Visit every group where the feature is on; one in which that raises is left out and told to the superusers."""
    for ctx in groups_of(host, feature):
        try:
            await visit(ctx)
        except Exception as error:
            group = ctx.group.id
            logger.exception("lizheng: {} leaves group {} out of its start", feature.id, group)
            told = LEFT_OUT.format(title=feature.title, group=group, error=type(error).__name__)
            with suppress(Exception):  # a start that cannot even write that down goes on
                await warn(host, f"start:{feature.id}:{group}", told)
