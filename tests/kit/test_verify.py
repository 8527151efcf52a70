"""Looking up what became of a call: what the endpoint shows, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lizheng.adapter.errors import ActionFailed
from lizheng.delivery.outbox.entry import Entry
from lizheng.delivery.outbox.verify import HISTORY, Case, Finding, look

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
SENT = int(NOW.timestamp()) - 10
US = 10001
HAPPENED, ABSENT, UNKNOWABLE = Finding
REFUSED = None
"""The endpoint does not tell."""


def said(at: int, text: str = "早", number: int = 7, who: int = US) -> dict[str, Any]:
    segments = [{"type": "text", "data": {"text": text}}]
    return {"message_id": number, "time": at, "sender": {"user_id": who}, "message": segments}


def history(*messages: Any) -> dict[str, Any]:
    return {"messages": list(messages)}


async def found(api: str, params: dict[str, Any], shown: Any, **about: Any) -> tuple[Finding, Any, bool]:
    entry = Entry(
        api,
        params,
        NOW,
        **{"group_id": 1, "sender": US, "sent_at": datetime.fromtimestamp(SENT, UTC), **about},
    )

    async def ask(api: str, **asked: Any) -> Any:
        if shown is REFUSED:
            raise ActionFailed(status="failed", retcode=1200)
        return shown

    verdict = await look(Case(entry, ask, NOW, taken=(99,)))
    return verdict.finding, verdict.data, verdict.spans


MESSAGES = [
    (history(said(SENT)), HAPPENED, False),
    (history(said(SENT + 1, " 早 ")), HAPPENED, False),
    (history(said(SENT - 60)), ABSENT, True),
    (history(said(SENT, number=99)), ABSENT, False),
    (history(said(SENT, who=5)), ABSENT, False),
    (history(said(SENT, "晚")), ABSENT, False),
    (history(said(SENT - 60, "晚"), said(SENT + 1, "晚")), ABSENT, True),
    (history("broken", None), ABSENT, False),
    (history(), ABSENT, False),
    (history(*[said(SENT + 5, "晚", n) for n in range(HISTORY)]), UNKNOWABLE, False),
    (REFUSED, UNKNOWABLE, False),
]


@pytest.mark.parametrize(("answer", "finding", "spans"), MESSAGES)
@pytest.mark.parametrize("user_id", [0, 5])
async def test_a_message(answer: Any, finding: Finding, spans: bool, user_id: int) -> None:
    params = {"message": [{"type": "text", "data": {"text": "早"}}]}
    api = "send_private_msg" if user_id else "send_group_msg"
    seen = await found(api, params, answer, user_id=user_id)
    assert (seen[0], seen[2]) == (finding, spans)
    if finding is HAPPENED:
        assert seen[1] == {"message_id": 7}


async def test_a_message_that_was_told_its_number_is_found_by_it() -> None:
    told = {"answer": {"message_id": 42}}
    assert (await found("send_group_msg", {"message": "早"}, history(said(0, "换了样子", 42)), **told))[
        0
    ] is HAPPENED
    assert (await found("send_group_msg", {"message": "早"}, history(), sent_at=None))[0] is UNKNOWABLE


ACTS = [
    ("set_group_kick", {"user_id": 5}, REFUSED, HAPPENED),
    ("set_group_kick", {"user_id": 5}, {}, HAPPENED),
    ("set_group_kick", {"user_id": 5}, {"user_id": 5}, ABSENT),
    ("set_group_ban", {"user_id": 5, "duration": 600}, {"shut_up_timestamp": SENT + 600}, HAPPENED),
    ("set_group_ban", {"user_id": 5, "duration": 600}, {"shut_up_timestamp": SENT + 630}, HAPPENED),
    ("set_group_ban", {"user_id": 5, "duration": 600}, {"shut_up_timestamp": 0}, ABSENT),
    ("set_group_ban", {"user_id": 5, "duration": 5}, {"shut_up_timestamp": SENT + 5}, UNKNOWABLE),
    ("set_group_ban", {"user_id": 5, "duration": 600}, {}, UNKNOWABLE),
    ("set_group_ban", {"user_id": 5, "duration": 600}, REFUSED, UNKNOWABLE),
    ("set_group_ban", {"user_id": 5, "duration": 0}, {"shut_up_timestamp": 0}, HAPPENED),
    ("set_group_ban", {"user_id": 5, "duration": 0}, {"shut_up_timestamp": SENT + 600}, ABSENT),
    ("set_group_card", {"user_id": 5, "card": "甲"}, {"card": "甲"}, HAPPENED),
    ("set_group_card", {"user_id": 5, "card": "甲"}, {"card": "乙"}, ABSENT),
    ("set_group_card", {"user_id": 5, "card": ""}, {}, HAPPENED),
    ("set_group_card", {"user_id": 5, "card": "甲"}, REFUSED, UNKNOWABLE),
    ("delete_msg", {"message_id": 7}, REFUSED, HAPPENED),
    ("delete_msg", {"message_id": 7}, {"message_id": 7}, ABSENT),
    ("set_group_add_request", {"flag": "f"}, {"join_requests": [{"flag": "f", "checked": True}]}, HAPPENED),
    ("set_group_add_request", {"flag": "f"}, {"join_requests": [{"request_id": "f"}]}, ABSENT),
    ("set_group_add_request", {"flag": "f"}, {"join_requests": [{"flag": "g", "checked": True}]}, UNKNOWABLE),
    ("set_group_add_request", {"flag": "f"}, REFUSED, UNKNOWABLE),
    ("set_essence_msg", {"message_id": 7}, {}, UNKNOWABLE),
]


@pytest.mark.parametrize(("api", "params", "answer", "finding"), ACTS)
async def test_an_act(api: str, params: dict[str, Any], answer: Any, finding: Finding) -> None:
    assert (await found(api, params, answer))[0] is finding


@pytest.mark.parametrize(
    ("sent", "shown", "same"),
    [
        ("早", [{"type": "text", "data": {"text": "早"}}], True),
        ({"type": "text", "data": {"text": "早"}}, "早", True),
        ([{"type": "reply", "data": {"id": "1"}}, {"type": "text", "data": {"text": "早"}}], "早", True),
        ([{"type": "at", "data": {"qq": "5"}}], [{"type": "at", "data": {"qq": 5}}], True),
        ([{"type": "at", "data": {"qq": "5"}}], [{"type": "at", "data": {"qq": "6"}}], False),
        ([{"type": "face", "data": {"id": "1"}}], [{"type": "face", "data": {"id": "1"}}], True),
        ([{"type": "image", "data": {"file": "a"}}], [{"type": "image", "data": {"file": "b"}}], True),
        ([{"type": "node", "data": {}}], [{"type": "forward", "data": {"id": "x"}}], True),
        ([{"type": "text", "data": {"text": t}} for t in "早安"], "早安", True),
    ],
)
async def test_two_renderings_of_one_message(sent: Any, shown: Any, same: bool) -> None:
    seen = {**said(SENT), "message": shown}
    assert ((await found("send_group_msg", {"message": sent}, history(seen)))[0] is HAPPENED) is same
