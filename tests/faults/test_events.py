"""Events that come twice, late, from two accounts, from other bots; the introduction; other people's plugins."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.test_survival import rows
from tests.support.bot_process import Group, Town


class Tape:
    """Keeps the events the world hands out, to hand them out again."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Tape:
        self.town.world.outlets.append(self.events.append)
        return self

    def __exit__(self, *_: object) -> None:
        self.town.world.outlets.remove(self.events.append)

    def again(self, **changes: Any) -> None:
        """Deliver all of them once more."""
        for event in list(self.events):
            for outlet in tuple(self.town.world.outlets):
                if outlet != self.events.append:
                    outlet({**event, **changes})


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_an_event_delivered_again_has_its_effect_once(town: Town, times: int) -> None:
    group = Group(town)
    await group.ask(group.admin, "/开启 试探")
    town.world.faults.add("duplicate", "message", -1, times=times)
    with Tape(town) as tape:
        muted = await group.ask(group.admin, "/试禁 ", (group.wang,), "10分")
        added = await group.ask(group.admin, "/白名单 添加 ", (group.wang,))
        preview = await group.ask(group.admin, "/试踢 ", (group.li, group.zhang))
    town.world.faults.clear()
    assert (len(muted), len(added), len(preview)) == (1, 1, 1)
    tape.again()
    await town.settled()
    records = "select count(*) from lizheng_record where group_id = ?"
    assert len(group.calls("set_group_ban")) == 1
    assert rows(town, records, group.id) == [(3,)]


async def test_an_event_delivered_again_after_a_restart_has_its_effect_once(town: Town) -> None:
    group = Group(town)
    await group.ask(group.admin, "/开启 试探")
    with Tape(town) as tape:
        await group.ask(group.admin, "/试禁 ", (group.wang,), "10分")
        await group.ask(group.admin, "/设置 试探 价格 7")
        await group.ask(group.admin, "/白名单 添加 ", (group.zhang,))
        await group.ask(group.admin, "/试踢 ", (group.li, group.zhang))
    said = list(group.said)
    await town.kill_and_restart()
    tape.again()
    await town.settled()
    assert group.said == said
    assert len(group.calls("set_group_ban")) == 1
    assert rows(town, "select count(*) from lizheng_record where group_id = ?", group.id) == [(4,)]
    assert rows(town, "select count(*) from lizheng_pending where group_id = ?", group.id) == [(1,)]


async def test_an_old_command_is_recorded_and_not_run(town: Town) -> None:
    group = Group(town)
    await group.ask(group.admin, "/开启 试探")
    with Tape(town) as tape:
        town.world.outlets.remove(town.wire._take)
        group.say(group.admin, "/关闭 试探")
        town.world.outlets.append(town.wire._take)
        late = tape.events[0]["time"] - 61
        tape.again(time=late)
        await town.settled()
        tape.again(time=late)
    await town.settled()
    assert await group.ask(group.wang, "/试价 1") == ["100 分"]
    listed = "\n".join(await group.ask(group.admin, "/记录"))
    assert listed.count("/关闭 来得太晚，没有执行") == 1
    assert await group.ask(group.admin, "/关闭 试探") == ["已关闭「试探」，马上生效。"]


async def test_two_accounts_in_one_group_answer_once(town: Town) -> None:
    second = town.world.add_account(10_002, "里正二号")
    group = Group(town)
    await group.ask(group.admin, "/帮助")
    town.world.join(group.id, second)
    spare = town.wire_for(10_002)
    await spare.start()
    town.wires.append(spare)
    try:
        await town.connected()
        await town.settled()
        before = len(town.happened)
        assert len(await group.ask(group.admin, "/试运行")) == 1
        speakers = {h.user_id for h in town.happened[before:] if h.kind == "message"} - {group.admin}
        assert len(speakers) == 1
        for account in (10_001, 10_002):
            assert await group.ask(account, "/试运行") == ["/试运行"], "it listens to itself"
        acting = next(w for w in town.wires if w.account in speakers)
        other = next(w for w in town.wires if w is not acting)
        await acting.stop()
        await town.until(lambda: not acting.connected)
        before = len(town.happened)
        assert await group.asks(group.admin, "/试运行", "试运行现在是关的")
        assert {h.user_id for h in town.happened[before:] if h.kind == "message"} == {
            group.admin,
            other.account,
        }
        await acting.start()
        await town.connected()
        assert len(await group.ask(group.admin, "/试运行")) == 1
    finally:
        town.wires.remove(spare)
        await spare.stop()
        town.world.accounts.remove(10_002)


async def test_it_introduces_itself_once(town: Town) -> None:
    """On its own joining; in a group it was in already, at the first command; never again, also after a restart."""
    joined, known, late = Group(town, bot_role=None), Group(town), Group(town)
    town.world.faults.add("duplicate", "notice", 1, times=3)
    town.world.join(joined.id, town.world.account, joined.owner, "invite")
    await town.settled()
    assert [text[:9] for text in joined.said] == ["大家好，我是里正，"]
    assert await known.ask(known.wang, "早上好") == []
    assert [text[:3] for text in await known.ask(known.wang, "/帮助")] == ["大家好", "你现在"]
    await late.asks(late.wang, "/帮助", "大家好")  # killed the moment it is seen
    await town.kill_and_restart()
    for group in (joined, known, late):
        assert "你现在" in [text[:3] for text in await group.ask(group.wang, "/帮助")]
        assert sum(text.startswith("大家好") for text in group.said) == 1


async def test_other_peoples_plugins_are_listed_and_switched_per_group(town: Town) -> None:
    here, there = Group(town), Group(town)
    name = "dice_of_others"
    assert f"● {name}" in "\n".join(await here.ask(here.wang, "/功能"))
    assert await here.ask(here.wang, "/掷骰子") == ["六点"]
    assert await here.ask(here.wang, "学舌") == ["学舌"]
    assert await here.ask(here.admin, f"/关闭 {name}") == [f"已关闭「{name}」，马上生效。"]
    for again in (False, True):
        if again:
            await town.kill_and_restart()
        assert await here.ask(here.wang, "/掷骰子") == []
        assert await here.ask(here.wang, "学舌") == []
        assert await there.ask(there.wang, "/掷骰子") == ["六点"]
        assert f"○ {name}" in "\n".join(await here.ask(here.wang, "/功能"))
    assert await here.ask(here.admin, f"/开启 {name}") == [f"已开启「{name}」，马上生效。"]
    assert await here.ask(here.wang, "学舌") == ["学舌"]


async def test_a_bot_that_answers_every_word_of_ours_makes_no_endless_loop(town: Town) -> None:
    group = Group(town)
    await group.ask(group.admin, "/开启 试探")
    world = town.world

    def answer(happening: Any) -> None:
        ours = happening.kind == "message" and happening.user_id == world.account
        if ours and happening.group_id == group.id and len(group.said) < 400:
            group.say(group.li, "/试价 8")

    world.watchers.append(answer)
    try:
        said = await group.ask(group.wang, "/试价 8")
    finally:
        world.watchers.remove(answer)
    assert 2 <= len(said) <= 22
    assert await group.ask(group.li, "/试价 8") == []
    assert await group.ask(group.wang, "/试价 8") == ["800 分"]
    assert town.host.text().count("repeats itself") == 1


async def test_the_log_names_nobody_and_shows_no_secret(town: Town) -> None:
    """No message text, card or nickname at INFO and above; no token and no password even at DEBUG."""
    group = Group(town)
    secret_words = ("桃花潭水深千尺", "汪伦专用昵称", "名片机密甲乙")
    town.world.people[group.wang].nickname = secret_words[1]
    town.world.group(group.id).members[group.wang].card = secret_words[2]
    await group.ask(group.admin, "/开启 试探")
    start = len(town.host.text())
    await group.ask(group.wang, secret_words[0])
    await group.ask(group.wang, f"/试价 {secret_words[0]}")
    await group.ask(group.wang, f"/试投 {secret_words[0]}")
    await group.ask(group.wang, "/试坏")
    await group.ask(group.admin, "/试禁 ", (group.wang,), f"1分 {secret_words[0]}")
    town.world.whisper(group.li, f"/试价 {secret_words[0]}")
    await town.settled()
    log = town.host.text()
    loud = [line for line in log[start:].splitlines() if "[DEBUG]" not in line and "[TRACE]" not in line]
    assert any("case" in line for line in loud)
    for word in secret_words:
        assert not [line for line in loud if word in line]
    assert town.host.environment["ONEBOT_ACCESS_TOKEN"] not in log
