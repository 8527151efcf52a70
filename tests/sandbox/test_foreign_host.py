"""A bot host that nobody here wrote (aiocqhttp on Quart and hypercorn) lives in the sandbox world."""

import asyncio
import socket

import pytest

hypercorn_asyncio = pytest.importorskip("hypercorn.asyncio")
aiocqhttp = pytest.importorskip("aiocqhttp")

from hypercorn.config import Config  # noqa: E402

from lizheng.sandbox.wire import Wire  # noqa: E402
from lizheng.sandbox.world import World  # noqa: E402

START = 1_795_000_000.0
TOKEN = "a-token-of-sixteen"


def foreign_bot(found):
    """A moderator as its own documentation writes one: it answers, counts members and mutes."""
    bot = aiocqhttp.CQHttp(access_token=TOKEN, api_timeout_sec=5)

    @bot.on_message("group")
    async def _(event):
        found["sender"] = event.sender
        if event.raw_message == "几个人":
            members = await bot.get_group_member_list(self_id=event.self_id, group_id=event.group_id)
            words = aiocqhttp.MessageSegment.reply(event.message_id) + f"{len(members)} 个人"
            await bot.send(event, words)
        elif "加微信" in event.raw_message:
            await bot.delete_msg(self_id=event.self_id, message_id=event.message_id)
            ban = {"group_id": event.group_id, "user_id": event.user_id, "duration": 600}
            await bot.set_group_ban(self_id=event.self_id, **ban)
        elif event.raw_message == "禁言群主":
            try:
                ban = {"group_id": event.group_id, "user_id": event.user_id, "duration": 600}
                await bot.set_group_ban(self_id=event.self_id, **ban)
            except aiocqhttp.ActionFailed as error:
                await bot.send(event, f"没有成功：{error.result['wording']}", auto_escape=True)

    @bot.on_notice("group_increase")
    async def _(event):
        await bot.send(event, "欢迎", at_sender=True)

    @bot.on_request("group")
    async def _(event):
        found["comment"] = event.comment
        return {"approve": True}

    return bot


async def listening():
    """A loopback socket for the server; hypercorn takes it by its descriptor."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    server.setblocking(False)
    return server


@pytest.fixture
async def life():
    world = World(lambda: START)
    owner, li, wang = (world.add_person(nick) for nick in ("老周", "小李", "小王"))
    gid = world.add_group("测试群", owner, [li]).group_id
    seen, arrived = [], asyncio.Condition()

    async def announce():
        async with arrived:
            arrived.notify_all()

    tasks = set()

    def watch(happening):
        seen.append(happening)
        tasks.add(asyncio.ensure_future(announce()))

    world.watchers.append(watch)

    async def happens(kind, **fields):
        def matches():
            return next((h for h in seen if h.kind == kind and fields.items() <= h.data.items()), None)

        async with asyncio.timeout(5), arrived:
            await arrived.wait_for(matches)
        return matches()

    found = {}
    server, over = await listening(), asyncio.Event()
    config = Config()
    config.bind = [f"fd://{server.fileno()}"]
    config.accesslog = config.errorlog = None
    host = asyncio.create_task(
        hypercorn_asyncio.serve(foreign_bot(found).asgi, config, shutdown_trigger=over.wait)
    )
    wire = Wire(world, f"ws://127.0.0.1:{server.getsockname()[1]}/ws/", TOKEN, reconnect=0.1)
    await wire.start()
    await wire.ready()
    yield world, gid, (owner, li, wang), happens, found
    await wire.stop()
    over.set()
    await asyncio.wait_for(host, 5)


async def test_a_foreign_bot_talks_moderates_and_greets(life):
    world, gid, (owner, li, wang), happens, found = life
    asked = world.say(gid, li, "几个人")
    answer = await happens("message", text="3 个人")
    assert (answer.user_id, answer.data["reply_to"]) == (world.account, asked)
    assert found["sender"]["card"] == ""

    ad = world.say(gid, li, "加微信领福利")
    await happens("recall", message_id=ad)
    muted = await happens("mute", seconds=600)
    assert (muted.user_id, muted.operator_id) == (li.user_id, world.account)

    world.say(gid, owner, "禁言群主")
    await happens("message", text="没有成功：cannot ban owner")

    world.join(gid, wang)
    greeting = await happens("message", text=f"@{wang.user_id} 欢迎")
    assert greeting.data["segments"][0] == {"type": "at", "data": {"qq": str(wang.user_id)}}


async def test_a_foreign_bot_answers_a_request_by_quick_operation(life):
    world, gid, (_, _, wang), happens, found = life
    flag = world.request_join(gid, wang, "让我进")
    await happens("handled", flag=flag, approve=True)
    assert found["comment"] == "让我进"
    assert wang.user_id in world.groups[gid].members
