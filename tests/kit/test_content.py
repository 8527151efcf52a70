"""What a message holds, in the shapes of NapCat, LLBot, go-cqhttp and Lagrange; hostile ones cost little."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nonebot.adapters.onebot.v11 import ActionFailed, MessageSegment, NetworkError

from lizheng.messages import content
from lizheng.messages.content import nodes, opened, read, site_of
from lizheng.messages.templates import compose, mentions, plain

MINI_APP = {
    "app": "com.tencent.miniapp_01",
    "prompt": "[QQ小程序]哔哩哔哩",
    "meta": {"detail_1": {"title": "哔哩哔哩", "desc": "一个视频", "qqdocurl": "https://b23.tv/x?share=1"}},
}
RECORD = {
    "app": "com.tencent.multimsg",
    "prompt": "[聊天记录]",
    "meta": {
        "detail": {"news": [{"text": "小王: 在吗"}], "source": "群聊的聊天记录", "summary": "查看2条转发消息"}
    },
}
XML = '<?xml version="1.0"?><msg brief="[分享]" url="http://a.top/?b=1&amp;c"><item><title>题</title></item></msg>'


def one(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


@pytest.mark.parametrize(
    ("segment", "words", "sites"),
    [
        # NapCat, go-cqhttp, LLBot: the card as text
        (
            one("json", data=json.dumps(MINI_APP)),
            ("[QQ小程序]哔哩哔哩", "哔哩哔哩", "一个视频"),
            ("https://b23.tv/",),
        ),
        (one("json", data=json.dumps(RECORD)), ("[聊天记录]", "小王: 在吗", "查看2条转发消息"), ()),
        (one("ark", data=json.dumps({"title": "题"})), ("题",), ()),
        # others hand over what is in it
        (one("json", data={"prompt": "题", "meta": {"url": "//a.top/b"}}), ("题",), ("https://a.top/",)),
        (one("xml", data=XML), ("[分享]", "题"), ("https://a.top/",)),
        (
            one("xml", data="<msg><title>&#20195;充</title><summary><![CDATA[述]]></summary></msg>"),
            ("代充", "述"),
            (),
        ),
        (one("share", url="a.top/x", title="题", content="述"), ("题", "述"), ("https://a.top/",)),
        (one("markdown", content="# 题"), ("# 题",), ()),
        # Lagrange: what QQ itself calls it
        (one("markdown", content='{"content": "\\u9898"}'), ("题",), ()),
        (one("markdown", content={"content": "题"}), ("题",), ()),
        (one("markdown", content="{题}"), ("{题}",), ()),
        # LLBot's keyboard, and the official one
        (
            one("keyboard", rows=[{"buttons": [{"label": "点我", "visited_label": "点过"}]}]),
            ("点我", "点过"),
            (),
        ),
        (
            one("keyboard", content={"rows": [{"buttons": [{"render_data": {"label": "点我"}}]}]}),
            ("点我",),
            (),
        ),
        (one("image", file="a.png", summary="加我"), ("加我",), ()),
        (one("image", file="a.png", summary="[动画表情]"), (), ()),
        (one("mface", emoji_id="1", summary="[笑哭]"), (), ()),
        (one("music", type="custom", title="歌", content="人"), ("歌", "人"), ()),
        (one("location", lat="1", lon="2", title="地方"), ("地方",), ()),
        (one("file", file="a.docx", file_id="/1"), ("a.docx",), ()),
        (one("at", qq="1"), (), ()),
        (one("reply", id="1"), (), ()),
        (one("face", id="1"), (), ()),
        (one("json"), (), ()),
        (one("xml"), (), ()),
        (one("nobody knows", text="x"), (), ()),
    ],
)
def test_what_each_kind_of_segment_says(
    segment: dict, words: tuple[str, ...], sites: tuple[str, ...]
) -> None:
    for said in (segment, MessageSegment(segment["type"], segment["data"])):
        held = read([said])
        assert (held.words, held.sites, held.text) == (words, sites, "")


def test_everything_of_a_message_is_told_apart() -> None:
    held = read(
        [
            one("reply", id="1"),
            one("text", text="代"),
            one("at", qq="1"),
            one("text", text="充"),
            one("image", file="a.png", url="https://gchat.qpic.cn/a"),
            one("json", data='{"title": "题"}'),
            one("forward", id="r1"),
            one("forward", id=""),
            one("contact", type="group", id="9"),
            one("contact", type="qq", id="9"),
        ]
    )
    assert held.text == "代充"
    assert held.words == ("代充", "题")
    assert [image["file"] for image in held.images] == ["a.png"]
    assert [card.data for card in held.cards] == [{"data": '{"title": "题"}'}]
    assert held.forwards == ("r1",)
    assert held.contacts == ("group", "qq")
    assert read([]) == ([],)


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://A.top:8/x?y#z", "https://a.top/"),
        ("a.top/x", "https://a.top/"),
        ("//a.top/x", "https://a.top/"),
        ("a.top/?u=//b.top", "https://a.top/"),
        ("mqqapi://card/show", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_the_site_of_an_address(address: str, site: str) -> None:
    assert site_of(address) == site
    assert site_of("mqqapi://card/show", any_scheme=True) == "https://card/"


def _texts(answer: Any) -> list[str]:
    return [segments[0]["data"]["text"] for segments in nodes(answer)]


def test_forwards_of_every_endpoint_are_opened_flat() -> None:
    text = one("text", text="甲")
    assert _texts({"messages": [{"message": [text], "sender": {"user_id": 1}}]}) == ["甲"]  # NapCat, LLBot
    assert _texts({"messages": [{"content": "甲", "sender": {}, "time": 1}]}) == ["甲"]  # go-cqhttp
    assert _texts({"message": [{"type": "node", "data": {"user_id": "1", "content": [text]}}]}) == [
        "甲"
    ]  # Lagrange
    nested = one("forward", id="r", content=[{"message": [text]}])
    assert _texts({"messages": [{"message": [one("text", text="外"), nested]}]}) == ["外", "甲"]
    assert list(nodes({"messages": [{"message": [{"data": {}}, {"type": 3, "data": {}}]}]})) == [[]]


async def test_a_forward_that_cannot_be_had_holds_nothing() -> None:
    asked: list[dict[str, Any]] = []

    async def tells(api: str, **params: Any) -> Any:
        asked.append(params)
        return {"messages": [{"content": "甲"}]}

    assert await opened(tells, "r1") == [[one("text", text="甲")]]
    assert asked == [{"message_id": "r1", "id": "r1"}]
    for error in (NetworkError("silent"), ActionFailed(retcode=1200)):

        async def fails(api: str, error: Exception = error, **params: Any) -> Any:
            raise error

        assert await opened(fails, "r1") == []


@pytest.mark.parametrize(
    ("people", "most", "said"),
    [
        ([1, 2], 0, "@1  @2  "),
        ([1, 2], 2, "@1  @2 "),
        ([1, 2, 3], 2, "@1  @2  等 3 位"),
        ([], 2, ""),
    ],
)
def test_mentions_are_of_so_many(people: list[int], most: int, said: str) -> None:
    assert plain(compose("{who}", {"who": mentions(people, most, "等 {count} 位")})) == said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["title", "url", "content", "rows", "text", "message", "type", "data"]), inner
        )
    ),
    max_leaves=25,
)


@given(st.sampled_from([*content.CARDS, "markdown", "keyboard", "share", "image", "file", "text"]), JSON)
def test_no_segment_breaks_the_reader(kind: str, value: Any) -> None:
    shapes = [value if isinstance(value, dict) else {}, {"data": value}, {"content": value}]
    for data in (*shapes, {"data": json.dumps(value)}):
        held = read([{"type": kind, "data": data}])
        assert all(isinstance(word, str) for word in (*held.words, *held.sites, held.text))
    assert all(isinstance(read(segments), content.Content) for segments in nodes(value))


@pytest.mark.parametrize(
    ("kind", "hostile"),
    [
        ("json", "[" * 60_000),
        ("json", '{"a":' * 10_000),
        ("json", json.dumps([[{"title": "x"}] * 60] * 60)),
        ("xml", "<![CDATA[" * 7_000),
        ("xml", ">" * 65_000),
        ("xml", 'title="' * 9_000),
        ("xml", "title " + " " * 60_000),
        ("xml", "url" * 20_000),
    ],
)
def test_hostile_cards_cost_little(kind: str, hostile: str) -> None:
    began = time.process_time()
    read([one(kind, data=hostile)])
    assert time.process_time() - began < 0.25


def test_what_is_beyond_the_limits_is_not_read() -> None:
    assert read([one("json", data=json.dumps({"title": "长" * 90_000}, ensure_ascii=False))]).words == ()
    assert len(read([one("markdown", content="长" * 90_000)]).words[0]) == content.CARD_CHARACTERS
    deep: Any = {"title": "深"}
    for _ in range(content.DEEPEST - 1):
        deep = {"a": deep}
    assert read([one("json", data=deep)]).words == ("深",)
    assert read([one("json", data={"a": deep})]).words == ()
    many = [{"title": str(n)} for n in range(30)]
    assert len(read([one("json", data=many)]).words) == content.MOST_IN_LIST
