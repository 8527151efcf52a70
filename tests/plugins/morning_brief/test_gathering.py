"""Feeds in the brief: fetched ahead, shown once, their failures told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from plugins.morning_brief.feeds import reading
from plugins.morning_brief.models import Item, Source
from tests.support.feed_server import Asked, FeedServer, rss


@pytest.fixture
async def news(stage: HostStage, server: FeedServer) -> AsyncIterator[HostStage]:
    """A stage whose host may fetch from the test's server."""
    config = stage.host.config
    stage.host.config = config.model_copy(update={"feed_hosts": frozenset({server.place})})
    await stage.restart()
    yield stage
    stage.host.config = config


async def subscribed(news: HostStage, server: FeedServer, *paths: str) -> Player:
    lines = "".join(
        f"管理员：/早报 订阅 {server.url(path)}\n里正：订阅记下了，{n} 号：127.0.0.1。…\n里正：{n} 号能打开：…\n"
        for n, path in enumerate(paths, 1)
    )
    return await news.play(f"开：早报\n{lines}")


async def test_news_is_shown_once_across_days_and_sources(news: HostStage, server: FeedServer) -> None:
    server.serve("/a", rss("甲社消息：今天大风降温", "甲社消息：地铁新线开通", name="甲报"))
    server.serve("/b", rss("乙社消息：图书馆延长开放", "甲社消息：今天大风降温！", name="乙报"))
    player = await subscribed(news, server, "/a", "/b")
    await player.play("""
小王：/早报 订阅列表
里正：订阅了 2 个：
  1 号：甲报
  2 号：乙报
【到 明天 08:00】
里正：早报 11 月 19 日 周四
  农历丙午年十月十一
  【新闻】
  1. 甲社消息：今天大风降温（甲报）
  2. 乙社消息：图书馆延长开放（乙报）
  3. 甲社消息：地铁新线开通（甲报）
  昨天 3 条消息，进群 0 人，退群 0 人。
""")
    server.serve("/b", rss("乙社消息：周末有雨带好伞", "甲社消息：地铁新线开通", name="乙报"))
    await player.play("""
管理员：/设置 早报 附链接 开
里正：…
管理员：/早报 预览
里正：…
【到 明天 08:00】
里正：早报 11 月 20 日 周五
  农历丙午年十月十二
  【新闻】
  1. 乙社消息：周末有雨带好伞（乙报）
  https://news.example/…
  昨天 2 条消息，进群 0 人，退群 0 人。
""")


async def test_feeds_are_fetched_ten_minutes_ahead_and_only_once(news: HostStage, server: FeedServer) -> None:
    server.serve("/a", rss("头条新闻一二三"))
    player = await subscribed(news, server, "/a")
    await subscribed(news, server, "/a")
    server.asked.clear()
    await player.play("【到 明天 07:49】")
    assert not server.asked
    await player.play("【过 1 分钟】")
    assert len(server.asked) == 1
    await player.play("【过 9 分钟】")
    assert len(server.asked) == 1
    await player.play("【过 1 分钟】\n里正：早报…头条新闻一二三…\n里正：早报…头条新闻一二三…")
    assert len(server.asked) == 1


async def test_after_downtime_they_are_fetched_when_the_brief_goes_out(
    news: HostStage, server: FeedServer
) -> None:
    server.serve("/a", rss("头条新闻一二三"))
    player = await subscribed(news, server, "/a")
    server.serve("/a", rss("第二天的新闻啊", "头条新闻一二三"))
    await player.play("【到 明天 09:30】\n里正：早报…第二天的新闻啊…头条新闻一二三…")


async def test_a_broken_feed_does_not_break_the_brief_and_is_told_once(
    news: HostStage, server: FeedServer
) -> None:
    server.serve("/good", rss("好的新闻一二三", name="好报"))
    server.serve("/bad", rss("坏的新闻一二三", name="坏报"))
    player = await subscribed(news, server, "/good", "/bad")
    server.serve("/bad", b"", status="503 Busy")
    await player.play("""
【到 明天 08:00】
里正：早报 11 月 19 日…好的新闻一二三…
里正：早报的 2 号订阅这期没取到：对方回了 503。以后还会试；不要了发 /早报 退订 编号。
小王：/早报 订阅列表
里正：订阅了 2 个：
  1 号：好报
  2 号：坏报（打不开：对方回了 503）
【到 明天 08:00】
里正：早报 11 月 20 日…
【到 明天 08:00】
里正：早报 11 月 21 日…
""")


async def test_one_that_cannot_be_opened_is_kept_and_tried_again(news: HostStage, server: FeedServer) -> None:
    server.serve("/later", b"<html></html>")
    player = await news.play(f"""
开：早报
管理员：/早报 订阅 {server.url("/later")}
里正：订阅记下了，1 号：127.0.0.1。正在打开看看。撤销发 /撤销 1。
里正：1 号现在打不开：打开了，里面不是 RSS。先留着，每期之前会再试；不要了发 /早报 退订 1。
管理员：/早报 订阅 {server.url("/later")}
里正：1 号已经是这个地址了。
""")
    server.serve("/later", rss("终于好了一二三"))
    await player.play("""
【到 明天 07:50】
【过 10 分钟】
里正：早报…终于好了一二三…
管理员：/早报 退订 1
里正：1 号退订了：小报。撤销发 /撤销 2。
管理员：/撤销 2
里正：已撤销 #2：早报退订 1 号。
小王：/早报 订阅列表
里正：订阅了 1 个：
  1 号：127.0.0.1（还没打开过）
管理员：/撤销 1
里正：已撤销 #1：早报订阅 1 号 127.0.0.1。
小王：/早报 订阅列表
里正：还没有订阅。…
""")
    assert await Source.all().count() == await Item.all().count() == 0


async def test_a_feed_that_fails_ahead_is_tried_once_more(news: HostStage, server: FeedServer) -> None:
    server.serve("/a", rss("旧的新闻一二三"))
    player = await subscribed(news, server, "/a")
    server.serve("/a", b"", status="502 Bad")
    await player.play("【到 明天 07:50】")
    server.serve("/a", rss("新的新闻一二三", "旧的新闻一二三"))
    await player.play("【过 4 分钟】")
    await player.play("【过 6 分钟】\n里正：早报…新的新闻一二三…")


async def test_a_slow_feed_holds_up_no_command(news: HostStage, server: FeedServer) -> None:
    asked = asyncio.Event()
    go_on = asyncio.Event()

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + rss("慢的新闻一二三"))

    server.answers["/slow"] = slow
    player = Player(news)
    await news.introduce(player.group.group_id)
    player.person("管理员")
    await news.switch_on(player.group.group_id, "早报")
    news.world.say(player.group.group_id, player.person("管理员"), f"/早报 订阅 {server.url('/slow')}")
    await asyncio.wait_for(asked.wait(), 5)
    news.world.say(player.group.group_id, player.person("管理员"), "/早报 时间")
    async with asyncio.timeout(2):
        while not any("下一期" in str(c.params) for c in news.world.api_log):
            await asyncio.sleep(0.01)
    go_on.set()
    await news.settle()
    assert any("能打开" in str(c.params) for c in news.world.api_log)


async def test_old_items_are_forgotten_once_they_leave_the_feed(news: HostStage, server: FeedServer) -> None:
    server.serve("/a", rss("旧的新闻一二三", "老的新闻一二三"))
    player = await subscribed(news, server, "/a")
    server.serve("/a", rss("新的新闻一二三", "旧的新闻一二三"))
    await player.play("【到 明天 08:00】\n里正：早报…新的新闻一二三…旧的新闻一二三…老的新闻一二三…")
    for _ in range(15):
        await news.move(timedelta(days=1))
        await news.settle()
    assert {row.title for row in await Item.all()} == {"新的新闻一二三", "旧的新闻一二三"}


BAD = "\n里正：早报的 2 号订阅这期没取到：打开了，内容是坏的。以后还会试；不要了发 /早报 退订 编号。"


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("<title>一&#x110000;</title>", BAD),
        ("<title>一&#xD800;</title>", BAD),
        ("<title>一</title><link>http://[x/1</link>", ""),
    ],
)
async def test_a_slightly_broken_feed_keeps_no_group_from_its_brief(
    news: HostStage, server: FeedServer, item: str, told: str
) -> None:
    server.serve("/good", rss("好的新闻一二三", name="好报"))
    server.serve("/odd", rss("怪的新闻一二三", name="怪报"))
    player = await subscribed(news, server, "/good", "/odd")
    whole = rss("怪的新闻一二三")
    server.serve("/odd", whole.replace(b"<item>", f"<item>{item}</item><item>".encode(), 1))
    server.serve("/good", rss("新的新闻一二三", name="好报"))
    await player.play(f"【到 明天 08:00】\n里正：早报 11 月 19 日…新的新闻一二三…{told}")


async def test_each_reason_is_told_with_its_numbers(news: HostStage, server: FeedServer) -> None:
    for path in ("/a", "/b", "/c"):
        server.serve(path, rss(f"新闻一二三{path}"))
    player = await subscribed(news, server, "/a", "/b", "/c")
    server.serve("/a", b"", status="503 Busy")
    server.serve("/b", b"<html></html>")
    server.serve("/c", b"", status="503 Busy")
    await player.play("""
【到 明天 08:00】
里正：早报 11 月 19 日…
里正：早报的 1、3 号订阅这期没取到：对方回了 503；2 号订阅这期没取到：打开了，里面不是 RSS。以后还会试；不要了发 /早报 退订 编号。
""")


async def test_what_nobody_foresaw_is_the_sources_own_trouble(
    news: HostStage, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raises(*_: object) -> None:
        raise ZeroDivisionError

    server.serve("/a", rss("好的新闻一二三"))
    player = await subscribed(news, server, "/a")
    monkeypatch.setattr(reading, "tell_apart", raises)
    server.serve("/a", rss("新的新闻一二三"))
    await player.play("""
【到 明天 08:00】
里正：早报 11 月 19 日…好的新闻一二三…
里正：早报的 1 号订阅这期没取到：打开了，内容是坏的。以后还会试；不要了发 /早报 退订 编号。
""")


HOSTILE = rss("坏的新闻一二三").replace(b"</item>", b"<author>" + b"a" * 300_000 + b"</author></item>")


async def test_one_that_takes_too_much_twice_is_put_aside_for_a_day(
    news: HostStage, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SECONDS", 2.0)
    await news.restart()
    server.serve("/good", rss("好的新闻一二三", name="好报"))
    server.serve("/bad", rss("坏的新闻一二三", name="坏报"))
    player = await subscribed(news, server, "/good", "/bad")
    server.serve("/bad", HOSTILE)
    await player.play("【到 明天 07:50】\n【过 4 分钟】")
    assert [row.overruns for row in await Source.all().order_by("id")] == [0, 2]
    server.asked.clear()
    await player.play("""
【过 6 分钟】
里正：早报 11 月 19 日…好的新闻一二三…
里正：早报的 2 号订阅这期没取到：两次读它都太费时间或内存，停一天再取。以后还会试；不要了发 /早报 退订 编号。
""")
    assert not server.asked
    server.serve("/bad", rss("改好的新闻一二", name="坏报"))
    await player.play("【到 明天 08:00】\n里正：早报 11 月 20 日…改好的新闻一二…")
    assert [row.overruns for row in await Source.all()] == [0, 0]


async def test_taken_anew_it_is_tried_at_once(
    news: HostStage, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SECONDS", 2.0)
    await news.restart()
    server.serve("/bad", rss("坏的新闻一二三", name="坏报"))
    player = await subscribed(news, server, "/bad")
    server.serve("/bad", HOSTILE)
    await player.play("【到 明天 07:50】\n【过 4 分钟】\n【过 6 分钟】\n里正：早报…\n里正：…停一天再取…")
    server.serve("/bad", rss("改好的新闻一二", name="坏报"))
    await player.play(f"""
管理员：/早报 退订 1
里正：1 号退订了：坏报。…
管理员：/早报 订阅 {server.url("/bad")}
里正：订阅记下了，1 号：127.0.0.1。…
里正：1 号能打开：「坏报」，里面有 1 条。
""")


async def test_a_host_ends_while_it_reads_one(news: HostStage, server: FeedServer) -> None:
    server.serve("/bad", HOSTILE)
    player = Player(news)
    await news.introduce(player.group.group_id)
    await news.switch_on(player.group.group_id, "早报")
    news.world.say(player.group.group_id, player.person("管理员"), f"/早报 订阅 {server.url('/bad')}")
    async with asyncio.timeout(5):
        while not server.asked:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    began = asyncio.get_running_loop().time()
    await news.restart()
    assert asyncio.get_running_loop().time() - began < 8


async def test_items_that_share_a_link_are_shown_day_by_day(news: HostStage, server: FeedServer) -> None:
    def status(n: int, title: str) -> bytes:
        item = f"<item><title>{title}</title><link>https://s.example/now</link><guid isPermaLink='false'>{n}</guid>"
        return rss().replace(b"</channel>", f"{item}</item></channel>".encode())

    server.serve("/s", status(1, "第一天的状态消息"))
    player = await subscribed(news, server, "/s")
    await player.play("【到 明天 08:00】\n里正：早报…第一天的状态消息…")
    server.serve("/s", status(2, "第二天的状态消息"))
    await player.play("【到 明天 08:00】\n里正：早报…第二天的状态消息…")


async def test_items_stored_before_guids_counted_are_not_news_again(
    news: HostStage, server: FeedServer
) -> None:
    body = rss("头条新闻一二三").replace(b"</item>", b"<guid isPermaLink='false'>77</guid></item>")
    server.serve("/a", body)
    player = await subscribed(news, server, "/a")
    (row,) = await Item.all()
    assert len(row.keys) == 3
    await Item.filter(id=row.id).update(key=row.keys[1], keys=row.keys[1:])
    await player.play("【到 明天 08:00】\n里正：早报…头条新闻一二三…")
    await player.play("【到 明天 08:00】\n里正：早报 11 月 20 日 周五\n  农历丙午年十月十二")
    (after,) = await Item.all()
    assert (after.id, after.keys) == (row.id, row.keys)
