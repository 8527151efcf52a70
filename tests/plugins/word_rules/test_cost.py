"""What watching costs: a message that breaks nothing asks neither the database nor QQ, and takes microseconds."""

import time
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from nonebot.adapters.onebot.v11 import Message, MessageSegment
from tortoise.backends.sqlite.client import SqliteClient

from lizheng.base.roles import Role
from lizheng.sandbox.stage import HostStage
from plugins.word_rules.rulebook import Rulebook
from plugins.word_rules.rules import Ruleset, parse_rule

needs_ladder = pytest.mark.skipif(find_spec("plugins.violations") is None, reason="no ladder")

TALK = ["今天天气不错", "好的收到", "晚上一起吃饭吗", "哈哈哈哈", "这个我觉得可以再讨论一下，大家怎么看"]
WORDS = "、".join(f"词条{n}号" for n in range(100))
RULES = {
    1: f"关键词 {WORDS}",
    2: "正则 加.{0,3}微信",
    3: "链接 除 qq.com",
    4: "刷屏 10秒50条",
}
MOST_MICROSECONDS = 60
"""Many times what it takes on a quiet machine (about 5), so that only a change of kind fails."""


def message(number: int) -> SimpleNamespace:
    said = Message()
    said.append(MessageSegment.text(TALK[number % len(TALK)]))
    event = SimpleNamespace(user_id=number % 7, message_id=number, time=1_700_000_000 + number * 60)
    return SimpleNamespace(
        event=event,
        group=SimpleNamespace(id=1),
        role=Role.MEMBER,
        command=None,
        message=said,
        author_id=event.user_id,
        message_id=number,
        feature=None,
    )


async def test_a_harmless_message_takes_microseconds() -> None:
    book = Rulebook()
    book._sets[1] = Ruleset({number: parse_rule(text) for number, text in RULES.items()})
    talk = [message(number) for number in range(5_000)]
    began = time.process_time()
    for one in talk:
        assert not await book.look(one)  # type: ignore[arg-type]
    assert (time.process_time() - began) / len(talk) * 1e6 < MOST_MICROSECONDS


@needs_ladder
async def test_chatter_asks_nobody(stage: HostStage, monkeypatch) -> None:
    if stage.host.store is None or not stage.host.store.is_sqlite:
        pytest.skip("hosts on Postgres ask all the time whether the others live")
    rules = "".join(f"管理员：/违规规则 添加 {text}\n里正：…\n" for text in RULES.values())
    player = await stage.play(f"开：违规规则、违规处理\n{rules}小王：在\n")
    before = len(stage.world.api_log)

    asked: list[str] = []
    for name in ("execute_query", "execute_query_dict", "execute_insert"):
        real = getattr(SqliteClient, name)

        async def noted(self: SqliteClient, statement: str, *rest: object, real=real) -> object:
            asked.append(statement)
            return await real(self, statement, *rest)

        monkeypatch.setattr(SqliteClient, name, noted)
    for text in TALK:
        stage.world.say(player.group.group_id, player.person("小王"), text)
    await stage.settle()
    assert asked == []
    assert len(stage.world.api_log) == before
    stage.world.say(player.group.group_id, player.person("小王"), "词条1号")
    await stage.settle()
    assert asked, "the watch is at work"
