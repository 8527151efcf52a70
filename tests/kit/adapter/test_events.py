"""FACTS §2.7, §2.8, §2.9 and §2.10: once, in order, by whom it claims to be, and as plain words."""

import asyncio
from typing import Any

from nonebot.adapters.onebot.v11 import GROUP_ADMIN, Bot, GroupMessageEvent, MessageSegment

from tests.support.fake_endpoint import ME, until


async def test_7_the_same_event_is_handled_once(station) -> None:
    async with station.peer() as peer:
        message, notice = peer.message("一次"), peer.notice("group_recall", operator_id=1, message_id=5)
        for _ in range(4):
            await peer.send(message)
            await peer.send(notice)
        await peer.send({**notice, "message_id": 6})
        await station.quiet()
    assert station.texts() == ["一次"]
    assert len(station.handled) == 3


async def test_7_own_messages_and_other_connected_bots_are_ignored(station) -> None:
    async with station.peer() as peer, station.peer(10002):
        await peer.say("我说的", user_id=ME)
        await peer.say("我报回来的", user_id=ME, post_type="message_sent")
        await peer.say("另一个号", user_id=10002)
        await peer.say("人")
        await station.quiet()
    assert station.texts() == ["人"]


async def test_7_one_account_acts_per_group_and_the_other_takes_over(station) -> None:
    async with station.peer(10002) as second:
        async with station.peer() as first:
            await first.say("甲")
            await station.quiet()
            await second.say("甲", message_id=999)
            await station.quiet()
            assert station.texts() == ["甲"]
            assert station.adapter.account_for(700) == ME
            assert station.adapter.account_for(701) is None
            await second.send(
                second.notice("group_ban", user_id=10002, operator_id=1, duration=60, sub_type="ban")
            )
            await station.quiet()
            assert station.handled[-1].self_id == 10002
        assert await until(lambda: station.adapter.accounts() == [10002])
        await second.say("乙")
        await station.quiet()
    assert station.texts() == ["甲", "乙"]


async def test_8_an_anonymous_admin_is_nobody(station) -> None:
    async with station.peer() as peer:
        admin = {"user_id": 80000000, "nickname": "匿名", "role": "admin"}
        anonymous = {"id": 1, "name": "匿名", "flag": "f"}
        await peer.say("a", user_id=80000000, sender=admin, sub_type="anonymous", anonymous=anonymous)
        await peer.say("b", sender={"user_id": 20001, "role": "admin"})
        await station.quiet()
        bot = station.adapter.bots[str(ME)]
        assert [await GROUP_ADMIN(bot, event) for event in station.handled] == [False, True]


async def test_9_a_burst_keeps_its_order_and_loses_nothing(station) -> None:
    async with station.peer() as peer:
        for number in range(1_000):
            await peer.say(str(number), group_id=700 + number % 7)
        assert await until(lambda: len(station.handled) == 1_000, 60)
        assert await station.adapter.lanes.drained(5)
    for group in range(7):
        assert station.texts(700 + group) == [str(number) for number in range(group, 1_000, 7)]


async def test_9_a_slow_handler_holds_only_its_own_group_and_not_for_long(station) -> None:
    done: list[str] = []
    gate = asyncio.Event()

    async def act(_, event) -> None:
        if event.get_plaintext() == "慢":
            await gate.wait()
        done.append(event.get_plaintext())

    station.act = act
    station.adapter.lanes._patience = 0.3
    async with station.peer() as peer:
        await peer.say("慢")
        await peer.say("同群")
        await peer.say("别群", group_id=701)
        assert await until(lambda: done == ["别群"], 0.25)
        assert await until(lambda: done == ["别群", "同群"], 2)
        assert not station.adapter.lanes.idle()
        gate.set()
        assert await station.adapter.lanes.drained(2)
    assert done == ["别群", "同群", "慢"]


async def test_9_the_reader_pauses_at_the_byte_bound_and_goes_on(station) -> None:
    gate = asyncio.Event()

    async def act(*_) -> None:
        await gate.wait()

    station.act = act
    station.adapter.lanes._room_bytes = 200_000
    async with station.peer() as peer:
        sender = asyncio.create_task(_say_many(peer, 400, "x" * 4_000))
        await asyncio.sleep(0.5)
        assert station.adapter.lanes.pending_bytes < 400_000
        gate.set()
        await sender
        assert await until(lambda: len(station.handled) == 400, 20)


async def _say_many(peer, count: int, text: str) -> None:
    for _ in range(count):
        await peer.say(text)


async def test_drain_ends_within_its_deadline(station) -> None:
    gate = asyncio.Event()

    async def act(*_) -> None:
        await gate.wait()

    station.act = act
    async with station.peer() as peer:
        await peer.say("a")
        await peer.say("b")
        assert await until(lambda: station.handled)
        assert await station.adapter.drain(0.1) is False
        gate.set()
        assert await station.adapter.drain(2) is True
    assert station.texts() == ["a"]


async def test_10_an_outgoing_text_stays_text(station) -> None:
    evil = "[CQ:at,qq=all][CQ:image,file=file:///etc/passwd]"

    async def act(bot: Bot, event: GroupMessageEvent) -> None:
        await bot.send(event, MessageSegment.text(evil))
        await bot.send(event, evil)

    station.act = act
    async with station.peer() as peer:
        await peer.say(evil)
        assert await until(lambda: len(peer.calls) == 2)
        await station.quiet()
        event = station.handled[0]
        assert event.get_plaintext() == evil
    assert [[s["type"] for s in call["params"]["message"]] for call in peer.calls] == [["text"], ["text"]]


async def test_a_quote_is_found_in_memory_or_asked_for(station) -> None:
    async with station.peer() as peer:
        first = await peer.say("/禁言 他", user_id=20002)
        quote = {"type": "reply", "data": {"id": str(first)}}
        at = {"type": "at", "data": {"qq": "20002"}}
        await peer.say([quote, at, {"type": "text", "data": {"text": " 看看"}}])
        await station.quiet()
        assert peer.calls == []
        event = station.handled[-1]
        assert event.get_plaintext() == "看看"
        assert (event.reply.message_id, event.reply.sender.user_id, event.reply.resolved) == (
            first,
            20002,
            True,
        )
        assert event.reply.message.extract_plain_text() == "/禁言 他"
        found = {
            "time": 1,
            "message_type": "group",
            "message_id": 5,
            "sender": {"user_id": ME},
            "message": [],
        }
        peer.answers["get_msg"] = {"status": "ok", "retcode": 0, "data": found}
        await peer.say([{"type": "reply", "data": {"id": "5"}}, {"type": "text", "data": {"text": "x"}}])
        await station.quiet()
        assert station.handled[-1].to_me
        assert station.handled[-1].reply.real_id == 5


async def test_a_quote_nobody_answers_for_keeps_its_id_and_the_order(station) -> None:
    async with station.peer() as peer:
        peer.answers["get_msg"] = None
        await peer.say([{"type": "reply", "data": {"id": "77"}}, {"type": "text", "data": {"text": "/撤回"}}])
        await peer.say("后面")
        assert await until(lambda: len(station.handled) == 2, 5)
    assert station.texts() == ["/撤回", "后面"]
    reply = station.handled[0].reply
    assert (reply.message_id, reply.sender.user_id, reply.resolved) == (77, None, False)


async def test_notices_without_a_stock_model_have_a_user(station) -> None:
    async with station.peer() as peer:
        await peer.send(peer.notice("group_card", card_new="新", card_old="旧"))
        await peer.send(
            peer.notice("group_msg_emoji_like", message_id=3, likes=[{"emoji_id": "1", "count": 1}])
        )
        await peer.send(peer.notice("group_ban", user_id=0, duration=-1, sub_type="ban", operator_id=9))
        await peer.send(peer.notice("notify", sub_type="poke", target_id=ME))
        await peer.send(peer.notice("notify", sub_type="gray_tip", content="x"))
        await peer.send(peer.notice("never_heard_of"))
        await station.quiet()
    assert [event.get_user_id() for event in station.handled] == [
        "20001",
        "20001",
        "0",
        "20001",
        "20001",
        "20001",
    ]
    assert station.handled[0].card_new == "新"
    assert station.handled[2].whole
    assert station.handled[3].is_tome()


async def test_the_log_has_no_content(station) -> None:
    from nonebot.log import logger

    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level="INFO", format="{message}")
    try:
        async with station.peer() as peer:
            await peer.say("秘密的话")
            await peer.send(peer.notice("group_card", card_new="秘密的名片"))
            request = {"post_type": "request", "request_type": "group", "sub_type": "add", "flag": "f"}
            await peer.send({**peer.notice("x"), **request, "notice_type": None, "comment": "秘密的答案"})
            await peer.send('{"post_type": "秘密')
            await station.quiet()
    finally:
        logger.remove(sink)
    assert len(station.handled) == 3
    assert "秘密" not in "".join(lines)


ELSEWHERE = {
    "another group": {"message_type": "group", "group_id": 701},
    "another group, in digits": {"message_type": "group", "group_id": "701"},
    "a private chat": {"message_type": "private", "group_id": 700},
    "a private chat, as go-cqhttp says it": {"group": False},
}
HERE = {
    "this group": {"message_type": "group", "group_id": 700},
    "an endpoint that tells no group": {"message_type": "group"},
    "one that tells nothing": {},
}


async def test_a_quote_counts_only_when_it_is_of_this_group(station) -> None:
    resolved: dict[str, Any] = {}
    async with station.peer() as peer:
        for name, where in {**ELSEWHERE, **HERE}.items():
            found = {"time": 1, "message_id": 5, "sender": {"user_id": 20009}, "message": [], **where}
            peer.answers["get_msg"] = {"status": "ok", "retcode": 0, "data": found}
            await peer.say([{"type": "reply", "data": {"id": "5"}}, {"type": "text", "data": {"text": "x"}}])
            await station.quiet()
            reply = station.handled[-1].reply
            resolved[name] = (reply.resolved, reply.sender.user_id)
    assert resolved == {**dict.fromkeys(ELSEWHERE, (False, None)), **dict.fromkeys(HERE, (True, 20009))}


async def test_a_private_quote_counts_only_when_it_is_of_this_chat(station) -> None:
    said: list[tuple[dict[str, Any], bool]] = [
        ({"message_type": "private", "sender": {"user_id": 20001}}, True),
        ({"message_type": "private", "sender": {"user_id": ME}}, True),
        ({"message_type": "private", "sender": {"user_id": ME}, "target_id": 20001}, True),
        ({"message_type": "private", "sender": {"user_id": ME}, "target_id": 20002}, False),
        ({"message_type": "private", "sender": {"user_id": 20002}}, False),
        ({"message_type": "group", "group_id": 700, "sender": {"user_id": 20001}}, False),
        ({"group": True, "sender": {"user_id": 20001}}, False),
    ]
    resolved: list[bool] = []
    async with station.peer() as peer:
        for found, _ in said:
            data = {"time": 1, "message_id": 5, "message": [], **found}
            peer.answers["get_msg"] = {"status": "ok", "retcode": 0, "data": data}
            frame = peer.message(
                [{"type": "reply", "data": {"id": "5"}}, {"type": "text", "data": {"text": "x"}}]
            )
            del frame["group_id"]
            await peer.send({**frame, "message_type": "private", "sub_type": "friend"})
            await station.quiet()
            resolved.append(station.handled[-1].reply.resolved)
    assert resolved == [counts for _, counts in said]


async def test_the_at_a_client_puts_beside_a_quote_hides_no_command(station) -> None:
    quote = {"type": "reply", "data": {"id": "5"}}
    at = {"type": "at", "data": {"qq": "20009"}}
    other = {"type": "at", "data": {"qq": "20010"}}
    said = {"type": "text", "data": {"text": " /警告 刷屏"}}
    blank = {"type": "text", "data": {"text": " "}}
    shapes = [
        [quote, at, said],
        [quote, blank, at, said],
        [quote, at, blank, said],
        [at, quote, said],
        [at, blank, quote, said],
    ]
    gone = {"status": "failed", "retcode": 100}
    there = {
        "time": 1,
        "message_type": "group",
        "message_id": 5,
        "group_id": 700,
        "sender": {"user_id": 20009},
        "message": [{"type": "text", "data": {"text": "买买买"}}],
    }
    async with station.peer() as peer:
        for answer in (gone, {"status": "ok", "retcode": 0, "data": there}):
            peer.answers["get_msg"] = answer
            for shape in shapes:
                await peer.say(shape)
                await station.quiet()
                event = station.handled[-1]
                assert [(s.type, s.data.get("text")) for s in event.message] == [("text", "/警告 刷屏")], (
                    shape
                )
                assert event.reply.sender.user_id == 20009
        # Whom the member names beside it is no part of the quote.
        await peer.say([quote, other, said])
        await station.quiet()
        assert [s.type for s in station.handled[-1].message] == ["at", "text"]
