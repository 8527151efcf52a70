"""Other people's plugins, as a group host collects them: ordinary commands, and ordinary listeners.

BENCH_COMMANDS and BENCH_OBSERVERS say how many of each (60 and 0).
"""

import os

from nonebot import on_command, on_message
from nonebot.adapters.onebot.v11 import GroupMessageEvent, Message
from nonebot.params import CommandArg


def add_command(name: str) -> None:
    matcher = on_command(name, priority=10, block=True)

    @matcher.handle()
    async def answer(words: Message = CommandArg()) -> None:  # noqa: B008
        await matcher.finish(words)


def add_observer() -> None:
    async def in_a_group(event: GroupMessageEvent) -> bool:
        return event.group_id > 0

    matcher = on_message(rule=in_a_group, priority=20, block=False)

    @matcher.handle()
    async def observe(event: GroupMessageEvent) -> None:
        event.get_plaintext()


for number in range(int(os.environ.get("BENCH_COMMANDS", "60"))):
    add_command(f"外来命令{number}")
for _ in range(int(os.environ.get("BENCH_OBSERVERS", "0"))):
    add_observer()
