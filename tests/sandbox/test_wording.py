"""What happened, written down, is a conversation that plays again."""

from __future__ import annotations

import pytest

from lizheng.sandbox.script import BOT
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Mismatch
from lizheng.sandbox.wording import Writer
from lizheng.sandbox.world import Happening

SCRIPTS = [
    """
小王：大家好
管理员：/开启 试探
里正：已开启「试探」，马上生效。
管理员→小王「大家好」：/试踢 广告
【里正 踢 小王】
里正：移出：done
【小李 改名片 上海-小李】
小李：第一行
  第二行
【小李 撤回】
【过 2 小时】
管理员：/试运行
里正：…
【小李 退群】
【新人 进群】
里正：看见 … 进群
新人：@管理员 你好呀
""",
    """
群主：/代管 添加 @小李
里正：已把 小李 加进代管。
小李（私聊）：/帮助
里正（私聊 小李）：…
【小李 发红包 恭喜】
【小李 升管理】
""",
]


async def happened(stage: HostStage, script: str) -> tuple[str, list[Happening]]:
    seen: list[Happening] = []
    stage.world.watchers.append(seen.append)
    stage.host.features["probe"].hidden = False
    player = await stage.play(script)
    stage.world.watchers.remove(seen.append)
    past = [one for one in seen if one.group_id in (0, player.group.group_id)]
    nick = lambda user_id: stage.world.people[user_id].nickname  # noqa: E731
    return Writer(player.group, stage.world.account, nick).write(past), past


@pytest.mark.parametrize("script", SCRIPTS, ids=["deeds", "private"])
async def test_what_is_written_down_plays_again(stage: HostStage, script: str) -> None:
    written, past = await happened(stage, script)
    assert "# " not in written, "something has no words"
    again, _ = await happened(stage, written)
    assert again == written
    bots = [line for line in written.splitlines() if line.startswith((BOT, f"【{BOT} "))]
    assert len(bots) >= len([one for one in past if one.operator_id == stage.world.account])


async def test_another_answer_is_noticed(stage: HostStage) -> None:
    written, _ = await happened(stage, SCRIPTS[0])
    with pytest.raises(Mismatch):
        await happened(stage, written.replace("移出：done", "移出：unknown"))


async def test_a_mention_of_everybody_is_written_down(stage: HostStage) -> None:
    seen: list[Happening] = []
    stage.world.watchers.append(seen.append)
    player = await stage.play("群主：大家好\n小王：你好")
    everybody = {"type": "at", "data": {"qq": "all"}}
    stage.world.say(player.group.group_id, player.people["群主"], [everybody])
    past = [one for one in seen if one.group_id == player.group.group_id]
    nick = lambda user_id: stage.world.people[user_id].nickname  # noqa: E731
    assert "@全体成员" in Writer(player.group, stage.world.account, nick).write(past)
