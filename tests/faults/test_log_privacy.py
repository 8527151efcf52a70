"""The log of the real host, everything on: at INFO no text and no name of a member; no secret at any level."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
import websockets

from tests.support.bot_process import TOKEN, Group, Town

SECRET_TEXT = "暗号海棠七七"
ORDERS = "暗号芙蓉八八"
KEY = "sk-a-key-of-somebody-9f3e"


async def live(town: Town) -> Group:
    """A few minutes of a group with every feature on, in which every feature has something to do."""
    group = Group(town)
    await group.ask(group.admin, "/开启 全部")
    for person, text in (
        (group.admin, f"/群规 {SECRET_TEXT}"),
        (group.admin, "/名片格式 城市-昵称"),
        (group.wang, f"/名片 {SECRET_TEXT}"),
        (group.wang, f"大家好，{SECRET_TEXT}"),
        (group.wang, f"低价代充王者点券，加微信 vx1234567，{SECRET_TEXT}"),
        (group.wang, f"/广告 {ORDERS}"),
        (group.li, f"/广告贴 投稿 {ORDERS}"),
        (group.li, f"/早报 投稿 {ORDERS}"),
        (group.admin, f"/教 {SECRET_TEXT} => {ORDERS}"),
        (group.li, f"/问 {SECRET_TEXT}"),
        (group.admin, f"/警告 {group.zhang} {SECRET_TEXT}"),
        (group.zhang, f"/申诉 {ORDERS}"),
        (group.li, f"/不存在 {SECRET_TEXT}"),
        (group.admin, f"/设置 广告税 价格 {SECRET_TEXT}"),
        (group.wang, "/我的数据"),
        (group.wang, "/删除我的数据"),
        (group.admin, "/自检"),
    ):
        await group.ask(person, text)
    town.world.whisper(group.wang, f"/群规 {SECRET_TEXT}")
    town.world.faults.add("refused", "send_group_msg", message=f"retcode 1200 {SECRET_TEXT}")
    await group.ask(group.wang, f"/群规 {SECRET_TEXT}")
    town.world.join(group.id, town.world.add_person(f"新来的{SECRET_TEXT}"))
    await town.settled()
    return group


@pytest.mark.parametrize("level", ["INFO", "TRACE"])
async def test_the_log_gives_nobody_away(tmp_path: Path, level: str) -> None:
    town = Town(tmp_path, {"LOG_LEVEL": level, "MEMBER_QA_LLM_KEY": KEY})
    await town.start()
    try:
        # Endpoints may also give the token in the address, which servers log.
        query = f"ws://127.0.0.1:{town.host.port}/onebot/v11/ws?access_token={quote(TOKEN)}"
        async with websockets.connect(query, additional_headers={"X-Self-ID": "20002"}, proxy=None):
            pass
        group = await live(town)
    finally:
        await town.stop()
    log = town.host.text()
    assert len(log.splitlines()) > 3
    for secret in (TOKEN, quote(TOKEN, safe=""), TOKEN[:12], KEY):
        assert secret not in log
    said = "\n".join(group.said)
    assert len(group.said) > 10
    assert TOKEN not in said
    checkup = next(text for text in group.said if "数据库：" in text)
    for private in (str(tmp_path), "sqlite://", "127.0.0.1", str(town.host.port)):
        assert private not in checkup
    if level == "INFO":
        names = [town.world.display_name(group.id, person) for person in (group.wang, group.li, group.zhang)]
        for private in (SECRET_TEXT, ORDERS, "代充", *names):
            assert private not in log, next(line for line in log.splitlines() if private in line)
