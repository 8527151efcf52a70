"""What is made of a feed's bytes: which items there are, from when they are, and nothing that harms the host."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.morning_brief.feeds import reading
from plugins.morning_brief.feeds.dates import read_date
from plugins.morning_brief.feeds.fetching import FetchFailed
from plugins.morning_brief.feeds.identity import Entry, tell_apart, unlike
from plugins.morning_brief.feeds.reading import Overran, Read, Reader

SHANGHAI = ZoneInfo("Asia/Shanghai")
URL = "https://news.example/feeds/rss.xml"
HEAD = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>小报</title><link>https://news.example/</link>'


def feed(*items: str) -> bytes:
    return (HEAD + "".join(f"<item>{item}</item>" for item in items) + "</channel></rss>").encode()


async def read(content: bytes) -> Read:
    return await Reader(SHANGHAI).read(content, "", URL)


# — harm ———————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("author", ["a" * 300_000, "a.b" * 333_333], ids=["300 KB", "1 MB"])
async def test_a_hostile_feed_stalls_nothing_and_ends(author: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading.SECONDS == 10
    monkeypatch.setattr(reading, "SECONDS", 4.0)
    worst = 0.0

    async def beat() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.002)
            worst = max(worst, time.perf_counter() - before - 0.002)

    beating = asyncio.create_task(beat())
    began = time.perf_counter()
    with pytest.raises(Overran):
        await read(feed(f"<title>头条</title><author>{author}</author>"))
    beating.cancel()
    assert time.perf_counter() - began < 6
    assert worst < 0.1


BROKEN = [
    feed("<title>一</title><link>http://[x/1</link>"),
    feed("<title>一&#x110000;</title>"),
    feed("<title>一&#xD800;</title><link>https://a.example/&#xD800;</link>"),
    HEAD.encode()
    + b"<where xmlns='http://www.georss.org/georss'><gml:pos xmlns:gml='http://www.opengis.net/gml'>1 2"
    b"</gml:pos></where></channel></rss>",
    HEAD.replace("utf-8", "undefined").encode(),
    feed("<title>一</title>").replace(b"utf-8", b"undefined"),
]


@pytest.mark.parametrize("content", BROKEN)
async def test_a_slightly_broken_feed_is_read_or_refused(content: bytes) -> None:
    try:
        found = await read(content)
    except FetchFailed:
        return
    for item in found.items:
        assert f"{item.title}{item.link}".encode()


_PIECES = st.sampled_from(
    [
        *(body[:n] for body in BROKEN for n in (60, 200, len(body))),
        b"<item>", b"</item>", b"<title>", b"&#xD800;", b"&#x110000;", b"<link>http://[x/1</link>", b"]]>", b"<!DOCTYPE x [",
        b"<georss:where>", b"<gml:Point>", b"<author>a@b</author>", b"<pubDate>0000</pubDate>", b"\x00", b"\xff\xfe",
    ]
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_PIECES | st.binary(max_size=40), max_size=12).map(b"".join), st.text(max_size=30))
async def test_whatever_the_bytes_only_one_exception_comes(content: bytes, content_type: str) -> None:
    try:
        found = await Reader(SHANGHAI).read(content, content_type, URL)
    except FetchFailed:
        return
    assert len({item.keys[0] for item in found.items}) == len(found.items)


# — which items ————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    "items",
    [
        [f"<title>通知</title><link>https://a.example/page#n{n}</link>" for n in range(3)],
        [f"<title>通知</title><link>https://a.example/#/article/{n}</link>" for n in range(3)],
        [f"<title>通知</title><link>https://a.example/view?{n}</link>" for n in range(3)],
        [
            f"<title>各有各的标题 {n}</title><link>https://a.example/</link><guid isPermaLink='false'>{n}</guid>"
            for n in range(3)
        ],
        [f"<title>各有各的标题 {n}</title><link>https://news.example/</link>" for n in range(3)],
        [f"<title>日报</title><link>/n/{n}</link><guid isPermaLink='false'>n{n}</guid>" for n in range(3)],
        [f"<title>日报</title><link>../n/{n}.html</link>" for n in range(3)],
        [f"<title>题{n}</title><link>https://a.example/</link><guid>same</guid>" for n in range(3)],
    ],
    ids=[
        "fragments",
        "routes",
        "bare query",
        "one link",
        "front page",
        "relative",
        "relative, no guid",
        "one guid",
    ],
)
async def test_each_item_is_one(items: list[str]) -> None:
    found = (await read(feed(*items))).items
    assert len(found) == 3
    assert all(not set(one.keys) & set(other.keys) for one in found for other in found if one is not other)


async def test_relative_links_are_made_whole() -> None:
    found = await read(
        feed("<title>一</title><link>/n/1</link>", "<title>二</title><link>//b.example/2</link>")
    )
    assert [item.link for item in found.items] == ["https://news.example/n/1", "https://b.example/2"]


async def test_links_that_lead_nowhere_are_left_out() -> None:
    links = ("javascript:alert(1)", "http://[x/1", "https://a.example/" + "x" * 500, "mailto:a@b.example")
    found = await read(
        feed(*(f"<title>第 {n} 条消息</title><link>{link}</link>" for n, link in enumerate(links)))
    )
    assert [item.link for item in found.items] == [""] * 4


def test_one_story_in_two_feeds_has_a_key_in_common() -> None:
    (one,) = tell_apart([Entry("今天大风降温", "https://www.a.example/1/?utm_source=x", "urn:1")], url=URL)
    (other,) = tell_apart(
        [Entry("今日大风", "https://a.example/1#comments", "77")], url="https://b.example/rss"
    )
    assert set(one) & set(other)


def test_equal_numbers_of_two_feeds_are_different_guids() -> None:
    (one,) = tell_apart([Entry("早报", "", "1")], url=URL)
    (other,) = tell_apart([Entry("日报", "", "1")], url="https://b.example/rss")
    assert not set(one) & set(other)


def test_what_an_earlier_story_had_is_no_key_of_a_later_one() -> None:
    (before,) = tell_apart([Entry("第一天的大新闻", "https://a.example/status", "1")], url=URL)
    (after,) = tell_apart([Entry("第二天的大新闻", "https://a.example/status", "2")], url=URL)
    assert not set(unlike(after, [before])) & set(before)
    (again,) = tell_apart([Entry("第一天的大新闻", "https://a.example/status", "3")], url=URL)
    assert set(unlike(again, [before])) & set(before)


entries = st.builds(
    Entry,
    st.text(min_size=1, max_size=9),
    st.sampled_from(["", "https://a.example/", "https://a.example/1", "https://a.example/1#2", "http://["])
    | st.text(max_size=20),
    st.sampled_from(["", "1", "2", "tag:a,1"]),
)


@given(st.lists(entries, max_size=8))
def test_no_two_stories_of_a_feed_have_a_key_in_common(found: list[Entry]) -> None:
    keys = tell_apart(found, "https://a.example/", URL)
    for one, own in zip(found, keys, strict=True):
        assert own
        for other, others in zip(found, keys, strict=True):
            if one.title != other.title and set(own) & set(others):
                assert own[0] == others[0] or one.link == other.link


# — when ———————————————————————————————————————————————————————————————————————————————————

AT = datetime(2026, 11, 28, 4, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026/11/28 12:20:05",
        "2026.11.28 12:20:05",
        "2026-11-28 12:20:05",
        "2026-11-28T12:20:05+08:00",
        "2026-11-28T04:20:05Z",
        "2026-11-28T04:20:05.123Z",
        "2026-11-28 12:20:05 +0800",
        "2026年11月28日 12:20:05",
        "2026年11月28日12时20分5秒",
        "2026年11月28日 星期六 下午12:20:05",
        "2026年11月28日（周六）12:20:05",
        "２０２６／１１／２８　１２：２０：０５",
        "Sat, 28 Nov 2026 04:20:05 GMT",
        "Sat, 28 Nov 2026 12:20:05 +0800",
        "28 Nov 26 04:20:05 UT",
        "Fri, 27 Nov 2026 23:20:05 EST",
        "Sat, 28 Nov 2026 12:20:05 CST",
        "Sat, 28 Nov 2026 12:20:05 +0800 (CST)",
        "Saturday, 28-Nov-26 04:20:05 GMT",
        "Sat Nov 28 04:20:05 GMT 2026",
        "Nov 28, 2026 12:20:05 PM",
        "20261128T042005Z",
        "20261128122005",
        "1795839605",
        "1795839605000",
    ],
)
def test_a_date_in_a_known_form_is_believed(text: str) -> None:
    assert read_date(text, SHANGHAI) == AT


@pytest.mark.parametrize("text", ["2026-11-28", "2026/11/28", "2026年11月28日", "28 Nov 2026", "2026.11.28"])
def test_a_day_begins_where_the_groups_are(text: str) -> None:
    assert read_date(text, SHANGHAI) == datetime(2026, 11, 27, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "刚刚", "3小时前", "2026", "2026-11", "11/28/2026", "28/11/2026", "2026-13-01", "2026-02-30 10:00",
     "0001-01-01T00:00:00Z", "Mon, 00 Jan 0000 00:00:00 GMT", "2026-11-28 25:00", "2026-11-28 12:61", "12:20:05",
     "9999-12-31", "99999999999999", "2026-11-28 12:20:05 +99:99", "²⁰²⁶-11-28x"],
)  # fmt: skip
def test_any_other_is_not_known(text: str) -> None:
    assert read_date(text, SHANGHAI) is None


@given(st.text(max_size=120) | st.from_regex(r"[0-9a-z年月日:/+. -]{0,40}"))
def test_no_text_is_more_than_no_date(text: str) -> None:
    found = read_date(text, SHANGHAI)
    assert found is None or 1989 <= found.year <= 2100


async def test_an_item_has_the_date_it_is_written_with() -> None:
    found = await read(
        feed(
            "<title>一</title><pubDate>2026/11/28 12:20:05</pubDate>",
            "<title>二</title><pubDate>昨天</pubDate>",
            "<title>三</title><dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2026-11-28T12:20:05+08:00</dc:date>",
        )
    )
    assert [item.published_at for item in found.items] == [AT, None, AT]
