"""A script says behind which endpoint the bot is, for as long as it plays."""

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Mismatch


async def test_a_script_chooses_the_endpoint_and_gives_it_back(stage: HostStage) -> None:
    seen: list[list[dict]] = []
    stage.world.outlets.append(lambda event: seen.append(event.get("message", [])))
    player = await stage.play("端：go-cqhttp\n【小王 发红包 你好】")
    await player.play("【小王 发红包 你好】")
    await player.play("端：SnowLuma 文字\n【小王 发红包 你好】")
    packets = [message for message in seen if isinstance(message, list)]
    assert packets == [
        [{"type": "redbag", "data": {"title": "你好"}}],
        [],
        [{"type": "text", "data": {"text": "[拼手气红包:你好]"}}],
    ]
    assert not stage.world.packet_as_text
    with pytest.raises(Mismatch, match="go-cqhttp"):
        await player.play("端：别的")
