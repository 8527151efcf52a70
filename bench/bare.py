"""The reference: NoneBot2, the stock OneBot v11 adapter and one ordinary command, as documented.

BENCH_PLUGINS names more plugins to load; BENCH_INDEX=1 adds our index of foreign matchers.
"""

import os

import nonebot
from nonebot.adapters.onebot.v11 import Adapter, Message
from nonebot.params import CommandArg


def main() -> None:
    nonebot.init(driver="~fastapi")
    nonebot.get_driver().register_adapter(Adapter)
    echo = nonebot.on_command("复读")

    @echo.handle()
    async def answer(words: Message = CommandArg()) -> None:  # noqa: B008
        await echo.finish(words)

    for name in os.environ.get("BENCH_PLUGINS", "").split():
        nonebot.load_plugin(name)
    if os.environ.get("BENCH_INDEX"):
        from lizheng.dispatch.matcher_index import install_index

        install_index()
    nonebot.run()


if __name__ == "__main__":
    main()
