"""Yesterday's numbers stay whole when the kit begins to count in the brief's place."""

from datetime import timedelta

from lizheng import GroupContext
from lizheng.sandbox.stage import HostStage
from plugins.morning_brief import feature
from plugins.morning_brief.contents import _yesterday
from plugins.morning_brief.models import Tally


async def test_what_was_counted_before_the_upgrade_is_added(stage: HostStage) -> None:
    player = await stage.play("开：早报\n小王：早\n【小新 进群】\n")
    group_id = player.group.group_id
    ctx = GroupContext(stage.host, stage.host.groups[group_id], feature)
    await Tally.create(group_id=group_id, day=ctx.now.date(), messages=41, joined=2, left=1)
    said = await _yesterday(ctx, ctx.now.date() + timedelta(days=1))
    assert "42" in said
    assert "3" in said
    assert await _yesterday(ctx, ctx.now.date() - timedelta(days=3)) == ""
