"""What is read out of segments, and what opinions come to. Pure."""

import asyncio
import base64
import io
import json
import threading

import pytest

from lizheng.hooks import Allow, Charge, Forbid
from lizheng.messages.content import nodes
from lizheng.text import shown_name
from plugins.ad_guard import codes, rules
from plugins.ad_guard.reading import GROUP_CARD, PERSON_CARD, read, without_command


def card(content, kind: str = "json") -> dict:
    raw = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return {"type": kind, "data": {"data": raw}}


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ({"type": "text", "data": {"text": "你好"}}, "你好"),
        ({"type": "at", "data": {"qq": "123"}}, ""),
        ({"type": "reply", "data": {"id": "9"}}, ""),
        (
            card({"prompt": "分享", "meta": {"a": {"title": "题", "desc": "述", "icon": "x.png"}}}),
            "分享 题 述",
        ),
        (card({"meta": {"a": {"jumpUrl": "https://a.example/p?q=1"}}}), "https://a.example/"),
        (card("{broken"), ""),
        (card("[" * 5000), ""),
        (card({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"title": "太深"}}}}}}}}), ""),
        (card({"title": "题"}, "ark"), "题"),
        (card('<msg brief="简"><item><title>题</title></item></msg>', "xml"), "简 题"),
        (
            {"type": "share", "data": {"title": "题", "content": "述", "url": "a.example/x"}},
            "题 述 https://a.example/",
        ),
        ({"type": "file", "data": {"name": "招兼职.docx"}}, "招兼职.docx"),
        ({"type": "markdown", "data": {"content": "# 题"}}, "# 题"),
        ({"type": "location", "data": {}}, ""),
        ({"type": "json", "data": {}}, ""),
        ({"type": "dice", "data": {"result": 3}}, ""),
    ],
)
def test_what_a_member_reads(segment: dict, text: str) -> None:
    assert read([segment]).text.strip() == text


def test_cards_that_recommend_are_evidence() -> None:
    assert read([{"type": "contact", "data": {"type": "group", "id": "1"}}]).evidence == (GROUP_CARD,)
    assert read([{"type": "contact", "data": {"type": "qq", "id": "1"}}]).evidence == (PERSON_CARD,)
    assert read([card({"prompt": "推荐群聊：摸鱼"})]).evidence == (GROUP_CARD,)
    assert read([card({"prompt": "[QQ小程序]哔哩哔哩"})]).evidence == ()


def test_much_is_cut() -> None:
    assert len(read([{"type": "text", "data": {"text": "长" * 90_000}}] * 3).text) <= 5000


def test_forwards_are_opened_flat_and_so_many_at_most() -> None:
    def node(content):
        return {"type": "node", "data": {"content": content}}

    text = {"type": "text", "data": {"text": "甲"}}
    assert list(nodes({"messages": [{"message": [text]}, {"content": "乙"}]})) == [
        [text],
        [{"type": "text", "data": {"text": "乙"}}],
    ]
    assert list(nodes({"message": [node([node([text])])]})) == [[text]]
    assert len(list(nodes({"messages": [{"content": [text]}] * 500}))) == 30
    deep = [text]
    for _ in range(50):
        deep = [node(deep)]
    assert list(nodes({"messages": deep})) == []
    for broken in (None, [], {}, {"messages": None}, {"messages": ["x", 3, {"content": 5}]}):
        assert list(nodes(broken)) == []


@pytest.mark.parametrize(
    ("said", "left"), [("/名片 上海-小王", "上海-小王"), ("／名片", ""), (" /a  b c", "b c"), ("", "")]
)
def test_the_arguments_alone(said: str, left: str) -> None:
    assert without_command(said) == left


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("加微信 kefu88213 领", "加微信 ＊ 领"),
        ("群号７３８２９１０５６", "群号＊"),
        ("① ② ③号", "① ② ③号"),
        ("一三八零零零零", "＊"),
        ("", "（没有文字）"),
        ("a\u200bb", "ab"),
    ],
)
def test_suspects_are_shown_without_what_reaches_anyone(text: str, shown: str) -> None:
    assert rules.shown(text) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("Leo", "Leo"), ("小王", "小王"), ("vx_kefu88213", "v＊"), ("一三八零零零零", "一＊")]
)
def test_names_are_shown_unless_they_reach_someone(name: str, shown: str) -> None:
    assert shown_name(name, strict=True) == shown


def test_long_suspects_are_cut() -> None:
    assert len(rules.shown("很" * 99)) == rules.SHOWN_CHARACTERS


def test_the_order_of_opinions() -> None:
    mixed = [Forbid("禁"), Charge(1, "价"), Allow("付", paid=True), Allow("免")]
    assert [one.reason for one in sorted(mixed, key=rules.rank)] == ["免", "付", "价", "禁"]
    assert rules.ways_out([Forbid("", "等。"), Charge(1, "", None, "等"), Forbid("")]) == ("等",)


def test_the_price_is_named_once() -> None:
    assert rules.reason_of(Charge(800, "要 8 元")) == "要 8 元。"
    assert rules.reason_of(Charge(800, "要交税"), "订单 A1") == "要交税。价格 8 元。订单 A1。"


@pytest.mark.parametrize(
    ("count", "limit", "certain", "counts", "expected"),
    [
        (2, 3, True, False, ""),
        (3, 3, False, False, "24 小时内第 3 条广告"),
        (9, 0, True, False, ""),
        (1, 3, True, True, "很有把握的广告"),
        (1, 3, False, True, ""),
    ],
)
def test_when_it_is_a_violation(count: int, limit: int, certain: bool, counts: bool, expected: str) -> None:
    assert rules.violated(count, limit, certain, counts) == expected


def test_strictness() -> None:
    assert rules.acts_on(True, False, "标准")
    assert not rules.acts_on(True, False, "宽松")


@pytest.mark.parametrize(
    ("code", "weight"),
    [
        ("https://qm.qq.com/cgi-bin/qm/qr?k=x", 3.0),
        ("http://weixin.qq.com/g/AbC", 3.0),
        ("wxp://f2f0abc", 2.0),
        ("https://menu.example/table/3", 1.0),
        ("上课签到 3 班", 1.0),
    ],
)
def test_what_a_code_says(code: str, weight: float) -> None:
    assert codes.evidence_of(code).weight == weight


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://gchat.qpic.cn/a",
        "http://127.0.0.1/x",
        "https://evil.example/?.qpic.cn",
        "https://qpic.cn.evil.example/",
        "https://gchat.qpic.cn:8443/a",
        "file:///etc/passwd",
        "https://user@evil.example#.qpic.cn",
    ],
)
async def test_no_foreign_address_is_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args, **kwargs):
        raise AssertionError("a name was looked up or a connection opened")

    for way in ("getaddrinfo", "create_connection", "socket.connect"):
        monkeypatch.setattr(f"socket.{way}", never)
    assert await codes._content({"file": "A.jpg", "url": address}) == b""
    assert await codes._content({"file": address, "url": ""}) == b""


async def test_pictures_are_skipped_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = codes.Codes()
    for image in ({}, {"file": "base64://%%%"}, {"file": "base64://AAAA"}, {"url": "http://[", "file": ""}):
        assert await reader.look(image) == []


async def test_a_code_in_a_picture_is_read() -> None:
    zxing = pytest.importorskip("zxingcpp")
    pictures = pytest.importorskip("PIL.Image")
    code = zxing.create_barcode("https://qm.qq.com/q/abcdef", zxing.BarcodeFormat.QRCode)
    kept = io.BytesIO()
    pictures.fromarray(zxing.write_barcode_to_image(code, scale=6)).save(kept, "PNG")
    content = base64.b64encode(kept.getvalue()).decode()
    (found,) = await codes.Codes().look({"file": f"base64://{content}"})
    assert found.weight == 3.0


@pytest.mark.parametrize(
    ("kind", "seen"), [("PNG", 1), ("JPEG", 1), ("GIF", 1), ("WEBP", 1), ("BMP", 0), ("EPS", 0), ("TIFF", 0)]
)
async def test_only_what_qq_shows_is_decoded(kind: str, seen: int) -> None:
    zxing = pytest.importorskip("zxingcpp")
    pictures = pytest.importorskip("PIL.Image")
    code = zxing.create_barcode("https://qm.qq.com/q/abcdef", zxing.BarcodeFormat.QRCode)
    kept = io.BytesIO()
    pictures.fromarray(zxing.write_barcode_to_image(code, scale=6)).convert("RGB").save(kept, kind)
    content = base64.b64encode(kept.getvalue()).decode()
    assert len(await codes.Codes().look({"file": f"base64://{content}"})) == seen


async def test_threads_that_are_late_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(codes, "SECONDS", 0.05)

    def late(content: bytes) -> list[str]:
        go_on.wait(10)
        return []

    monkeypatch.setattr(codes, "_codes_in", late)
    reader = codes.Codes()
    reader.can_read = True
    try:
        for _ in range(5):
            assert await reader.look({"file": "base64://AAAA"}) == []
        assert reader._busy == codes.AT_ONCE
    finally:
        go_on.set()
    async with asyncio.timeout(5):
        while reader._busy:
            await asyncio.sleep(0.01)


def test_the_last_messages_of_a_long_forward_are_read_too() -> None:
    answer = {"messages": [{"content": [{"type": "text", "data": {"text": str(n)}}]} for n in range(60)]}
    read_of = [segments[0]["data"]["text"] for segments in nodes(answer)]
    assert read_of == [*map(str, range(20)), *map(str, range(50, 60))]


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("image", {"file": "a.png", "summary": "低价代充，加我微信"}, "低价代充，加我微信"),
        ("image", {"file": "a.png", "summary": "[动画表情]"}, ""),
        ("mface", {"summary": "[笑哭]"}, ""),
        (
            "keyboard",
            {"content": {"rows": [{"buttons": [{"render_data": {"label": "点我代充"}}]}]}},
            "点我代充",
        ),
    ],
)
def test_what_pictures_and_buttons_say_is_read(kind: str, data: dict, text: str) -> None:
    assert read([{"type": kind, "data": data}]).text == text
