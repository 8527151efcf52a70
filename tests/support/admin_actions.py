"""What 控制's commands do, done through the kit, so that a plugin's tests hold without 控制."""

from lizheng import GroupContext, Record
from lizheng.acts.undo import undo_record
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player


def context(stage: HostStage, player: Player, feature: str) -> GroupContext:
    """The player's group, as a feature sees it."""
    return GroupContext(stage.host, stage.host.groups[player.group.group_id], stage.host.features[feature])


async def undo(stage: HostStage, player: Player, number: int) -> None:
    """Take back what record `number` says, and wait for what follows."""
    record = await Record.get(group_id=player.group.group_id, number=number)
    await undo_record(context(stage, player, "probe"), record)  # type: ignore[arg-type]
    await stage.settle()


async def switch(stage: HostStage, player: Player, feature: str, *, on: bool) -> None:
    await stage.host.switch(stage.host.groups[player.group.group_id], feature, on=on)
    await stage.settle()


async def dry_run(stage: HostStage, player: Player, *, on: bool) -> None:
    await stage.host.groups.set_dry_run(player.group.group_id, on)


async def add_deputy(stage: HostStage, player: Player, name: str) -> None:
    group_id, person = player.group.group_id, player.person(name)
    await stage.host.groups.add_standing(group_id, person, "deputy", 0, stage.now())
