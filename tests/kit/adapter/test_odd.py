"""Frames as go-cqhttp, Lagrange and LLBot really send them, and a little worse: what is not needed is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_endpoint import ME

TEXT = {"type": "text", "data": {"text": "在吗"}}
QUOTE = {"type": "reply", "data": {"id": "5"}}

ODD: dict[str, dict[str, Any]] = {
    "the font's name": {"font": "宋体"},
    "no font": {"font": None},
    "a font with a fraction": {"font": 0.5},
    "raw message missing": {"raw_message": None},
    "raw message a list": {"raw_message": [TEXT]},
    "no sub-type": {"sub_type": None},
    "sub-type a number": {"sub_type": 3},
    "sub-type a list": {"sub_type": ["normal"]},
    "no sender": {"sender": None},
    "sender a list": {"sender": []},
    "sender's age in words": {"sender": {"user_id": 20001, "age": "十八", "nickname": "小王"}},
    "sender's level a number, title null": {"sender": {"user_id": 20001, "level": 3, "title": None}},
    "sender's role null": {"sender": {"user_id": 20001, "role": None, "sex": None, "area": None}},
    "sender's number in digits": {"sender": {"user_id": "20001"}},
    "sender's number null": {"sender": {"user_id": None}},
    "numbers in digits": {"user_id": "20001", "group_id": "30001", "message_id": "77"},
    "message id null": {"message_id": None},
    "message id of letters": {"message_id": "a7b"},
    "anonymous null": {"anonymous": None},
    "anonymous empty": {"anonymous": {}},
    "anonymous a word": {"anonymous": "匿名"},
    "anonymous without a flag": {"anonymous": {"id": "7", "name": "大力鬼王"}},
    "time with a fraction": {"time": 1_763_000_000.25},
    "time in digits": {"time": "1763000000"},
    "null among the segments": {"message": [None, TEXT, None]},
    "a word among the segments": {"message": [7, [], TEXT, {"data": {}}, {"type": None}, {"type": 3}]},
    "one segment without a list": {"message": TEXT},
    "segments without data": {"message": [{"type": "text"}, {"type": "face", "data": None}, TEXT]},
    "data a list": {"message": [{"type": "image", "data": []}, TEXT]},
    "coded, with a broken code": {"message": "[CQ:at,qq=]在吗"},
    "only the raw message": {"message": None, "raw_message": "在吗"},
    "our own names": {
        "to_me": "x",
        "reply": {"a": 1},
        "truncated": "x",
        "came_at": "x",
        "original_message": 3,
    },
    "names nobody knows": {
        "message_seq": None,
        "real_seq": "x",
        "raw": {"elements": [None]},
        "target_id": "x",
    },
    "a quote and a null": {"message": [None, QUOTE, TEXT]},
    "a quote without a number": {"message": [{"type": "reply", "data": {"id": None}}, TEXT]},
    "a quote without data": {"message": [{"type": "reply"}, TEXT]},
}


@pytest.mark.parametrize("kind", ["group", "private"])
async def test_an_odd_message_is_read(station, kind: str) -> None:
    read: dict[str, Any] = {}
    async with station.peer() as peer:
        peer.answers["get_msg"] = {"status": "failed", "retcode": 100}
        for name, odd in ODD.items():
            frame = peer.message([TEXT], group_id=30001) | odd
            if kind == "private":
                frame |= {"message_type": "private"}
                del frame["group_id"]
            await peer.send(frame)
            await station.quiet()
            if station.handled:
                event = station.handled.pop()
                read[name] = (event.get_plaintext(), event.user_id, event.sender.user_id, event.message_type)
    assert read == dict.fromkeys(ODD, ("在吗", 20001, 20001, kind))


async def test_what_was_said_without_a_name_stays_so(station) -> None:
    async with station.peer() as peer:
        for anonymous in ("匿名", {"id": 7}, {"id": 7, "name": "大力鬼王", "flag": "x"}):
            frame = {**peer.message([TEXT]), "anonymous": anonymous}
            frame["sender"] = {"user_id": 20001, "role": "owner"}
            await peer.send(frame)
        await station.quiet()
    assert [(bool(e.anonymous), e.sender.role) for e in station.handled] == [(True, "member")] * 3


NOTICES: list[tuple[str, dict[str, Any]]] = [
    ("group_increase", {"sub_type": None, "operator_id": None}),
    ("group_increase", {"sub_type": "approve", "operator_id": "没有"}),
    ("group_increase", {"user_id": "20001", "operator_id": "9"}),
    ("group_decrease", {"sub_type": "kick", "operator_id": None, "comment": None}),
    ("group_ban", {"sub_type": "ban", "operator_id": 9, "duration": "600"}),
    ("group_admin", {"sub_type": "set", "operator_id": None}),
    ("group_card", {"card_new": None, "card_old": None}),
    ("group_recall", {"operator_id": 9, "message_id": "77"}),
    ("group_msg_emoji_like", {"message_id": "x", "likes": None}),
    ("notify", {"sub_type": "poke", "target_id": ME, "raw_info": [None]}),
]


async def test_an_odd_notice_is_read_as_what_it_is(station) -> None:
    async with station.peer() as peer:
        for kind, odd in NOTICES:
            await peer.send({**peer.notice(kind), **odd})
            await station.quiet()
    assert [(e.notice_type, e.get_user_id()) for e in station.handled] == [(k, "20001") for k, _ in NOTICES]
    assert "Notice" not in {type(event).__name__ for event in station.handled}
