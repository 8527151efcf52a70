"""The fault knobs: what the bot is told, and what really happened."""

import asyncio

import pytest

from lizheng.sandbox.world import World


class Town:
    def __init__(self):
        self.naps = []
        self.world = world = World(lambda: 1_795_000_000.0, sleep=self.nap)
        self.owner, self.li = world.add_person("老周"), world.add_person("小李")
        self.gid = world.add_group("测试群", self.owner, [self.li]).group_id
        self.events = []
        world.outlets.append(self.events.append)

    async def nap(self, seconds):
        self.naps.append(seconds)

    async def send(self, words="你好"):
        return await self.world.act("send_group_msg", {"group_id": self.gid, "message": words})

    def said(self):
        return [one.segments[0]["data"]["text"] for one in self.world.groups[self.gid].messages]


@pytest.fixture
def town():
    return Town()


async def test_failed_but_done(town):
    town.world.faults.add("failed_but_done", "send_group_msg")
    answer = await town.send()
    assert answer["retcode"] == 1200
    assert answer["wording"].startswith("Timeout")
    assert town.said() == ["你好"]
    assert (await town.send())["retcode"] == 0


async def test_ok_but_not_done(town):
    town.world.faults.add("ok_but_not_done", "send_group_msg", 2)
    answers = [await town.send() for _ in range(3)]
    assert [answer["retcode"] for answer in answers] == [0, 0, 0]
    assert len({answer["data"]["message_id"] for answer in answers}) == 3
    assert len(town.said()) == 1


async def test_refused(town):
    town.world.faults.add("refused", "send_group_msg", message="发送失败")
    assert (await town.send())["wording"] == "发送失败"
    assert town.said() == []


@pytest.mark.parametrize("done", [True, False])
async def test_never_answers(town, done):
    town.world.faults.add("never_answers", done=done)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(town.send(), 0.05)
    assert town.said() == (["你好"] if done else [])
    assert town.world.api_log[-1].answer is None
    assert (await town.send())["retcode"] == 0


async def test_delay(town):
    town.world.faults.add("delay", "send_group_msg", seconds=2.5)
    assert (await town.send())["retcode"] == 0
    assert town.naps == [2.5]


async def test_knobs_are_per_action_and_counted(town):
    fault = town.world.faults.add("refused", "delete_msg", count=-1)
    assert (await town.send())["retcode"] == 0
    for _ in range(3):
        assert (await town.world.act("delete_msg", {"message_id": 1}))["wording"] == fault.message
    town.world.faults.clear()
    assert len(town.world.faults) == 0
    with pytest.raises(ValueError, match="gremlins"):
        town.world.faults.add("gremlins")


async def test_duplicate_and_reorder(town):
    town.world.faults.add("duplicate", "message", times=3)
    town.world.say(town.gid, town.li, "三遍")
    assert [event["raw_message"] for event in town.events] == ["三遍"] * 3
    assert len({event["message_id"] for event in town.events}) == 1
    town.events.clear()
    town.world.faults.add("reorder", "message.group")
    for words in ("先", "后"):
        town.world.say(town.gid, town.li, words)
    assert [event["raw_message"] for event in town.events] == ["后", "先"]
    town.world.faults.add("reorder")
    town.world.say(town.gid, town.li, "留下")
    town.world.flush()
    assert town.events[-1]["raw_message"] == "留下"


async def test_stale_role(town):
    town.world.set_role(town.gid, town.li, "admin")
    town.world.faults.add("stale_role", count=2)
    town.world.say(town.gid, town.owner, "群主的身份没变，不算一次")
    town.world.say(town.gid, town.li, "我是管理员了")
    asked = {"group_id": town.gid, "user_id": town.li.user_id}
    fresh = await town.world.act("get_group_member_info", {**asked, "no_cache": True})
    cached = await town.world.act("get_group_member_info", asked)
    again = await town.world.act("get_group_member_info", asked)
    assert town.events[-1]["sender"]["role"] == "member"
    assert [one["data"]["role"] for one in (fresh, cached, again)] == ["admin", "member", "admin"]
