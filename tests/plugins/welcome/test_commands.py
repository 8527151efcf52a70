"""The greeting's words and picture, and the rules."""

import base64

import pytest

from lizheng.media.pictures import MOST_BYTES
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def picture(content: bytes) -> dict:
    return {"type": "image", "data": {"file": f"base64://{base64.b64encode(content).decode()}"}}


async def say(player: Player, who: str, *parts: str | dict) -> None:
    segments = [{"type": "text", "data": {"text": p}} if isinstance(p, str) else p for p in parts]
    player.world.say(player.group.group_id, player.person(who), segments)
    await player.stage.settle()


async def test_rules_are_shown_set_cleared_and_restored(stage: HostStage) -> None:
    await stage.play("""
开：入群欢迎
小王：/群规
里正：还没有群规。管理员发 /群规 加内容来写。
小王：/群规 随便
里正：/群规 <文本> 只有管理员和群主能用。
管理员：/群规 一、友善
  二、不发广告
里正：群规改好了，大家发 /群规 就能看。撤销发 /撤销 1。
小王：／群规
里正：本群群规：
  一、友善
  二、不发广告
管理员：/群规 清空
里正：群规清空了。撤销发 /撤销 2。
管理员：/撤销 2
里正：已撤销 #2：…
小王：/群规
里正：本群群规：
  一、友善
  二、不发广告
""")


async def test_too_long_rules_and_unknown_placeholders_change_nothing(stage: HostStage) -> None:
    await stage.play(f"""
开：入群欢迎
管理员：/群规 {"长" * 501}
里正：「群规」不能是这个值：最长 500 个字。
  用法：/群规 <文本>
  例如：/群规 …
管理员：/欢迎语 {{at}} 你好 {{名字}}
里正：不认识的占位符「{{名字}}」；能用的是 {{at}}{{昵称}}{{群名}}{{人数}}{{群规}}{{名片格式}}。
  用法：/欢迎语 <文本>
  例如：/欢迎语 …
管理员：/欢迎语 {"长" * 501}
里正：「欢迎语」不能是这个值：最长 500 个字。
  用法：/欢迎语 <文本>
  例如：/欢迎语 …
小王：/欢迎语 我来改
里正：/欢迎语 <文本> 只有管理员和群主能用。
小王：/欢迎语
里正：现在的欢迎语是：
  {{at}} 欢迎加入{{群名}}！
  {{群规}}
  {{名片格式}}
""")


async def test_a_switched_off_greeting_is_silent(stage: HostStage) -> None:
    await stage.play("""
小王：/群规
管理员：/群规
里正：「入群欢迎」在本群是关的。发 /开启 入群欢迎 打开它。
【小新 进群】
【过 1 分】
""")


async def test_codes_in_the_greeting_stay_text(stage: HostStage) -> None:
    await stage.play("""
开：入群欢迎
管理员：/欢迎语 [CQ:at,qq=all] {at} 你好
里正：欢迎语改好了，撤销发 /撤销 1。新人会看到：
  [CQ:at,qq=all] @管理员 你好
【小新 进群】
【过 3 秒】
里正：[CQ:at,qq=all] @小新 你好
""")


async def test_the_rules_come_in_private_too_when_asked_for(stage: HostStage) -> None:
    await stage.play("""
开：入群欢迎
设：入群欢迎 私聊群规 开
设：入群欢迎 群规 友善
设：入群欢迎 欢迎语 {at} 你好
【小新 进群】
【过 3 秒】
里正：@小新 你好
里正（私聊 小新）：你刚进的群有这些群规：
  友善
""")


async def test_a_picture_comes_with_the_greeting_until_it_is_dropped(stage: HostStage) -> None:
    player = await stage.play("开：入群欢迎\n设：入群欢迎 欢迎语 {at} 你好")
    player.person("管理员")
    await say(player, "管理员", "/欢迎语 ", picture(PNG))
    await player.play("""
【小新 进群】
【过 3 秒】
里正：@小新 你好[图片]
【重启】
小王：/欢迎语
里正：现在的欢迎语是：
  {at} 你好[图片]
小王：/欢迎语 关图
里正：/欢迎语 关图 只有管理员和群主能用。
管理员：/欢迎语 关图
里正：欢迎语不再带图。撤销发 /撤销 2。
管理员：/欢迎语 关图
里正：欢迎语本来就没有图。
管理员：/撤销 2
里正：已撤销 #2：…
【新人乙 进群】
【过 1 分】
里正：@新人乙 你好[图片]
""")


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ((picture(PNG), picture(PNG)), "只能带一张图"),
        ((picture(b"MZ" + b"\0" * 100),), "认不出这张图"),
        ((picture(PNG + b"\0" * MOST_BYTES),), "图太大了"),
        (({"type": "image", "data": {"file": "x.png", "url": "file:///etc/passwd"}},), "没能取到图"),
        (({"type": "image", "data": {"file": "x.png", "url": "http://127.0.0.1:9/x"}},), "没能取到图"),
        (({"type": "face", "data": {"id": "1"}},), "只能有文字和一张图"),
    ],
)
async def test_what_is_no_picture_of_ours_is_refused(stage: HostStage, parts: tuple, answer: str) -> None:
    player = await stage.play("开：入群欢迎")
    said: list[str] = []
    stage.world.watchers.append(lambda h: said.append(str(h.data.get("text", ""))))
    await say(player, "管理员", "/欢迎语 你好", *parts)
    assert answer in said[-1]
    await player.play("""
小王：/欢迎语
里正：现在的欢迎语是：
  {at} 欢迎加入{群名}！
  {群规}
  {名片格式}
""")


async def test_a_greeting_takes_one_picture_and_nothing_else(stage: HostStage) -> None:
    player = await stage.play("开：入群欢迎\n管理员：早\n")
    messages = stage.world.groups[player.group.group_id].messages
    await say(player, "管理员", "/欢迎语 你好", picture(PNG), picture(PNG))
    assert "欢迎语只能带一张图，请只发一张。" in messages[-1].segments[0]["data"]["text"]
    await say(player, "管理员", "/欢迎语 你好", {"type": "face", "data": {"id": "14"}})
    assert "欢迎语里只能有文字和一张图，别的发不出去。" in messages[-1].segments[0]["data"]["text"]
