"""Feeds over real HTTP from a server that is broken, huge, slow, or leads astray."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from lizheng.media.fetch import Policy
from plugins.morning_brief.feeds.addresses import NotAllowed, read_address
from plugins.morning_brief.feeds.fetching import POLICY, Fetched, Fetcher, FetchFailed
from plugins.morning_brief.feeds.reading import Read, Reader
from tests.support.feed_server import Asked, FeedServer, rss

MIB = 1024 * 1024


async def fetch(server: FeedServer, path: str, policy: Policy = POLICY, **known: str) -> Fetched:
    return await Fetcher({server.place}, policy).fetch(read_address(server.url(path)), **known)


async def read(server: FeedServer, path: str) -> Read:
    fetched = await fetch(server, path)
    assert fetched.content is not None
    reader = Reader(ZoneInfo("Asia/Shanghai"))
    return await reader.read(fetched.content, fetched.content_type, server.url(path))


async def test_a_feed_is_read(server: FeedServer) -> None:
    server.serve("/rss", rss("头条<![CDATA[<b>粗</b>]]>", "第二条", date="Wed, 18 Nov 2026 00:00:00 GMT"))
    found = await read(server, "/rss")
    assert found.title == "小报"
    assert [item.title for item in found.items] == ["头条粗", "第二条"]
    assert found.items[0].link.startswith("https://news.example/")
    assert found.items[0].published_at is not None
    assert server.asked[0].headers["host"] == server.place


async def test_atom_and_gzip(server: FeedServer) -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>原子</title><entry><title type="html">&lt;script&gt;x&lt;/script&gt;'
        '你好 &amp;amp; 再见</title><link href="https://a.example/1"/><updated>2026-11-18T00:00:00Z</updated></entry></feed>'
    )
    server.serve("/atom", gzip.compress(atom.encode()), "Content-Encoding: gzip")
    server.serve("/deflate", zlib.compress(atom.encode()), "Content-Encoding: deflate")
    for path in ("/atom", "/deflate"):
        found = await read(server, path)
        assert [item.title for item in found.items] == ["你好 & 再见"]


@pytest.mark.parametrize("declared", ["xml", "header"])
async def test_gbk(server: FeedServer, declared: str) -> None:
    body = rss("中文标题，编码是老的", encoding="gbk")
    if declared == "header":
        body = body.replace(b' encoding="gbk"', b"")
        server.serve("/gbk", body, "Content-Type: text/xml; charset=gbk")
    else:
        server.serve("/gbk", body)
    assert [item.title for item in (await read(server, "/gbk")).items] == ["中文标题，编码是老的"]


@pytest.mark.parametrize(
    "body",
    [
        rss("第一条", "第二条")[:-40],
        rss("第一条", "第二条").replace(b"</title><link>", b"</tilte>&nbsp;& <link>", 1),
        b"\xef\xbb\xbf\n\n" + rss("第一条", "第二条"),
        rss("第一条", "第二条").replace("第一".encode(), b"\xff\xfe" + "第一".encode()),
        rss("第一条", "第二条", encoding="gbk").replace(b"gbk", b"utf-8"),
    ],
    ids=["cut off", "not well formed", "blank lines first", "bad bytes", "GBK said to be UTF-8"],
)
async def test_a_broken_feed_gives_what_it_has(server: FeedServer, body: bytes) -> None:
    server.serve("/rss", body)
    titles = [item.title for item in (await read(server, "/rss")).items]
    assert any("第" in title for title in titles)


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>404</body></html>", b"\x00" * 5000, b"/etc/passwd", b"{}"]
)
async def test_what_is_no_feed_is_said_to_be_none(server: FeedServer, body: bytes) -> None:
    server.serve("/page", body)
    with pytest.raises(FetchFailed, match="不是 RSS"):
        await read(server, "/page")


async def test_an_entity_bomb_does_not_swell(server: FeedServer) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "哈哈哈哈">{entities}]>'
    bomb = head + '<rss version="2.0"><channel><item><title>&a11;</title></item></channel></rss>'
    server.serve("/bomb", bomb.encode())
    try:
        found = await asyncio.wait_for(read(server, "/bomb"), 5)
    except FetchFailed:
        return
    assert all(len(item.title) <= 80 for item in found.items)


async def test_size_is_limited_as_sent_and_unpacked(server: FeedServer) -> None:
    server.serve("/huge", b"x" * (5 * MIB + 1))
    server.serve("/bomb", gzip.compress(b"\0" * (200 * MIB), 9), "Content-Encoding: gzip")
    server.serve("/nested", gzip.compress(gzip.compress(b"\0" * MIB)), "Content-Encoding: gzip, gzip")
    server.serve("/just", rss("刚好").ljust(5 * MIB))

    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            await writer.drain()

    server.answers["/endless"] = endless
    for path in ("/huge", "/bomb", "/endless"):
        with pytest.raises(FetchFailed, match="超过 5 MB"):
            await fetch(server, path)
    with pytest.raises(FetchFailed, match="读不懂"):
        await fetch(server, "/nested")
    assert len((await fetch(server, "/just")).content or b"") == 5 * MIB


async def test_a_dripping_server_is_left_after_the_whole_time(server: FeedServer) -> None:
    async def drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def drip_head(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not writer.is_closing():
            writer.write(b"y")
            await writer.drain()
            await asyncio.sleep(0.05)

    server.answers |= {"/drip": drip, "/head": drip_head}
    began = asyncio.get_running_loop().time()
    for path in ("/drip", "/head"):
        with pytest.raises(FetchFailed, match="没有取完"):
            await fetch(server, path, replace(POLICY, seconds=0.6))
    assert asyncio.get_running_loop().time() - began < 3
    assert POLICY.seconds == 20


async def test_three_redirects_are_followed_and_no_more(server: FeedServer) -> None:
    server.serve("/rss", rss("到了"))
    for n, status in enumerate(("301 Moved", "302 Found", "307 Temporary", "308 Permanent")):
        server.redirect(f"/{n + 1}", f"/{n}" if n else "/rss", status)
    assert (await fetch(server, "/3")).content == rss("到了")
    with pytest.raises(FetchFailed, match="超过 3 次"):
        await fetch(server, "/4")
    server.redirect("/loop", "/loop")
    with pytest.raises(FetchFailed, match="超过 3 次"):
        await fetch(server, "/loop")


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "localhost", "169.254.1.1"]
)
async def test_a_redirect_to_the_inside_is_refused(server: FeedServer, host: str) -> None:
    server.redirect("/away", f"http://{host}:{server.port}/secret")
    server.serve("/secret", rss("秘密"))
    with pytest.raises(NotAllowed):
        await fetch(server, "/away")
    assert [asked.path for asked in server.asked] == ["/away"]


async def test_a_name_that_leads_inside_is_refused_and_never_asked(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is looked up once, and what was found is what is connected to."""
    server.serve("/rss", rss("内"))
    found = [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["64:ff9b::7f00:1"]]

    def lookup(host: str, port: int, **more: object) -> list[tuple]:
        return [(0, 0, 0, "", (ip, port)) for ip in found.pop(0)]

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    for _ in range(3):
        with pytest.raises(NotAllowed):
            await Fetcher().fetch(read_address(f"http://feeds.example.com:{server.port}/rss"))
    assert not server.asked


async def test_the_checked_address_is_asked_under_the_name(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.serve("/rss", rss("外"))

    def lookup(host: str, port: int, **more: object) -> list[tuple]:
        return [(0, 0, 0, "", (ip, port)) for ip in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    place = f"feeds.example.com:{server.port}"
    fetched = await Fetcher({place}).fetch(read_address(f"http://{place}/rss"))
    assert fetched.content == rss("外")
    assert server.asked[-1].headers["host"] == place


async def test_what_has_not_changed_is_not_sent_again(server: FeedServer) -> None:
    async def conditional(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.headers.get("if-none-match") == '"v1"' and asked.headers.get("if-modified-since") == "then":
            writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
            return
        body = rss("一")
        writer.write(
            f'HTTP/1.1 200 OK\r\nETag: "v1"\r\nLast-Modified: then\r\nContent-Length: {len(body)}\r\n\r\n'.encode()
            + body
        )

    server.answers["/rss"] = conditional
    first = await fetch(server, "/rss")
    assert (first.etag, first.modified) == ('"v1"', "then")
    assert (await fetch(server, "/rss", etag=first.etag, modified=first.modified)).content is None


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "206 Partial"])
async def test_other_answers_are_named(server: FeedServer, status: str) -> None:
    server.serve("/rss", b"", status=status)
    with pytest.raises(FetchFailed, match=status[:3]):
        await fetch(server, "/rss")


async def test_nobody_there_and_nonsense(server: FeedServer) -> None:
    async def nonsense(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\r\n\r\n")

    async def broken_gzip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")

    async def short(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello")

    server.answers |= {"/nonsense": nonsense, "/gzip": broken_gzip, "/short": short}
    for path in server.answers:
        with pytest.raises(FetchFailed, match="读不懂"):
            await fetch(server, path)
    with pytest.raises(FetchFailed, match="连不上"):
        await Fetcher({"127.0.0.1:1"}).fetch(read_address("http://127.0.0.1:1/"))
