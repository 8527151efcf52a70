"""What a keyword hits and what is a link: innocent words are let be, and disguise is seen through."""

from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.sandbox.stage import HostStage
from plugins.word_rules.keywords import Keywords
from plugins.word_rules.links import hosts_in

needs_ladder = pytest.mark.skipif(find_spec("plugins.violations") is None, reason="no ladder")


def hit(word: str, text: str) -> bool:
    return Keywords([(1, word)]).hits(text) == {1}


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("sb", "你个sb"),
        ("sb", "SB"),
        ("sb", "sb250"),
        ("sb", "他是sb吧"),
        ("sb", "sb!"),
        ("sb", "s b"),
        ("sb", "你真是 s  b 啊"),
        ("sb", "s.b"),
        ("sb", "s*b"),
        ("sb", "s，b"),
        ("sb", "s\nb"),
        ("sb", "ｓｂ"),
        ("sb", "ⓢⓑ"),
        ("sb", "s\u200bb"),
        ("sb", "ѕb"),
        ("sb", "you are s b"),
        ("sb", "sb_haha"),
        ("sb", "USB坏了，sb"),
        ("fuck", "f u c k"),
        ("fuck", "fu ck"),
        ("fuck", "f.u.c.k"),
        ("cnm", "c n m"),
        ("cnm", "cn.m"),
        ("vx", "加vx12345"),
        ("vx", "vx：abc123"),
        ("加v", "加v123456"),
        ("加v", "加 v 信"),
        ("telegram", "tele gram"),
        ("taobao", "https://www.taobao.com/item?id=1"),
        ("t.me", "看 https://t.me/abc"),
        ("joinchat", "t.me/joinchat/AbCd"),
        ("18888", "QQ 18888"),
        ("c++", "教c++的"),
        ("代充", "低价代 充"),
        ("代充", "abc代充def"),
        ("3d打印", "3D 打印"),
    ],
)
def test_a_keyword_hits(word: str, text: str) -> None:
    assert hit(word, text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("sb", "我的 USB 接口坏了"),
        ("sb", "this book is good"),
        ("sb", "https://b23.tv/x"),
        ("sb", "看 https://blog.example.com/a"),
        ("sb", "https://example.com/a-sb-c"),
        ("sb", "http://example.com/s/b"),
        ("sb", "www.example.com?k=sb"),
        ("sb", "it's b站的"),
        ("sb", "it’s b站的"),
        ("sb", "U.S.B"),
        ("sb", "usb3.0"),
        ("sb", "u\u200bsb"),
        ("sb", "ＵＳＢ"),
        ("sb", "husband"),
        ("isa", "this is a pen"),
        ("ama", "I am a teacher"),
        ("ass", "class"),
        ("ass", "as soon"),
        ("加v", "加vip会员"),
        ("vx", "avx512"),
        ("123", "41234"),
        ("18888", "118888"),
        ("free", "freelance"),
    ],
)
def test_a_keyword_lets_be(word: str, text: str) -> None:
    assert not hit(word, text)


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=6),
    st.text(max_size=20),
)
def test_a_chinese_keyword_hits_wherever_it_stands(word: str, around: str) -> None:
    assert hit(word, around + word + around)


@given(st.from_regex(r"[a-z]{2,8}", fullmatch=True), st.from_regex(r"[a-z]{1,3}", fullmatch=True))
def test_a_latin_keyword_is_in_no_longer_word(word: str, more: str) -> None:
    assert hit(word, f"看{word}。")
    assert not hit(word, f"看{word}{more}。")
    assert not hit(word, f"看{more}{word}。")


@given(st.text(max_size=60))
def test_any_text_can_be_looked_through(text: str) -> None:
    Keywords([(1, "sb"), (2, "t.me"), (3, "a1"), (4, "加v")]).hits(text)
    list(hosts_in(text))


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("evil.com", ["evil.com"]),
        ("去evil.cn看", ["evil.cn"]),
        ("shop.evil.net", ["shop.evil.net"]),
        ("evil.net", ["evil.net"]),
        ("EVIL.COM", ["evil.com"]),
        ("abc.top", ["abc.top"]),
        ("vip888.xyz", ["vip888.xyz"]),
        ("12306.cn", ["12306.cn"]),
        ("163.com", ["163.com"]),
        ("http://asp.net", ["asp.net"]),
        ("www.asp.net", ["www.asp.net"]),
        ("asp.net/learn", ["asp.net"]),
        ("socket.io:8080", ["socket.io"]),
        ("我的主页 xiaowang.me", ["xiaowang.me"]),
        ("user.github.io", ["user.github.io"]),
    ],
)
def test_a_link(text: str, hosts: list[str]) -> None:
    assert list(hosts_in(text)) == hosts


@pytest.mark.parametrize(
    "text",
    [
        "ASP.NET 怎么入门",
        "asp.net core",
        "ASP.NET。",
        "用 VB.NET 写的",
        "ADO.NET 和 ML.NET",
        "Json.NET",
        "Node.js",
        "Vue.js 和 Next.js",
        "README.md",
        "socket.io 好用吗",
        "System.IO",
        "java.io",
        "看一下 log.info",
        "this.store 是空的",
        "this.props.store",
        "System.Net.Live",
        "self.app",
        "com.tencent.app",
        "1.2万.com",
        "版本 1.2.top",
        "3.5.1",
        "main.py",
        "小王@evil.com",
        "read.me",
        "等等...",
        "Mr.Wang",
    ],
)
def test_a_name_is_no_link(text: str) -> None:
    assert list(hosts_in(text)) == []


@needs_ladder
async def test_innocent_words_stay(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 sb → 撤回 警告
里正：…
管理员：/违规规则 添加 链接 除 qq.com → 撤回 警告
里正：…
小王：我的 USB 接口坏了
小王：this book is good
小王：ASP.NET 怎么入门
小王：你个 s.b
【里正 撤回 小王】
里正：@小王 警告一次（W1）：触发规则 1（关键词）。
  再犯：禁言 10 分钟。不服发 /申诉 理由。
""")
