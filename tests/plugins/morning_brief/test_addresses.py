"""Which addresses may be asked: nothing inside, in whatever spelling."""

import ipaddress

import pytest

from lizheng.media import addresses
from lizheng.media.addresses import follow, is_public
from plugins.morning_brief.feeds.addresses import NotAllowed, check_name, read_address

INSIDE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/rss",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0:80/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/feed",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://localhost/",
    "http://LOCALHOST.:8080/",
    "http://a.localhost/",
    "http://router.lan/",
    "http://db.internal/",
    "http://nas/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_addresses_inside_are_refused(url: str) -> None:
    with pytest.raises(NotAllowed, match="内网"):
        check_name(read_address(url), ())


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "http"),
        ("ftp://example.com/", "http"),
        ("javascript:alert(1)", "http"),
        ("gopher://example.com/", "http"),
        ("//example.com/", "http"),
        ("", "http"),
        ("http://", "完整"),
        ("http:///rss", "完整"),
        ("http://exam ple.com/", "完整"),
        ("http://example.com/\r\nX: y", "完整"),
        ("http://example.com\\@127.0.0.1/", "完整"),
        ("http://127.0.0.1%2f@example.com/", "用户名"),
        ("http://%31%32%37.0.0.1/", "完整"),
        ("http://user:pass@example.com/", "用户名"),
        ("http://example.com:99999/", "完整"),
        ("http://example.com:0/", "完整"),
        ("http://[::1", "完整"),
        ("http://-a.com/", "完整"),
        ("http://example.com/" + "a" * 3000, "1000"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, why: str) -> None:
    with pytest.raises(NotAllowed, match=why):
        read_address(url)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://Example.com", "https://example.com/"),
        ("https://example.com:443/a?b=c#d", "https://example.com/a?b=c"),
        (
            "http://example.com:8000/新闻?词=早",
            "http://example.com:8000/%E6%96%B0%E9%97%BB?%E8%AF%8D=%E6%97%A9",
        ),
        ("https://例子.cn/rss", "https://xn--fsqu00a.cn/rss"),
        ("http://8.8.8.8/rss", "http://8.8.8.8/rss"),
        ("http://[2606:4700::1111]/rss", "http://[2606:4700::1111]/rss"),
    ],
)
def test_a_public_address_is_kept_in_one_spelling(url: str, same: str) -> None:
    address = read_address(url)
    check_name(address, ())
    assert str(address) == same
    assert read_address(str(address)) == address


def test_the_host_may_allow_one_place_inside_and_no_other() -> None:
    exempt = {"127.0.0.1:1200"}
    check_name(read_address("http://127.0.0.1:1200/rss"), exempt)
    for other in (
        "http://127.0.0.1:1201/",
        "http://127.1:1200/",
        "http://127.0.0.2:1200/",
        "http://localhost:1200/",
    ):
        with pytest.raises(NotAllowed):
            check_name(read_address(other), exempt)


def test_a_redirect_is_read_like_any_address() -> None:
    here = read_address("https://example.com/a/b")
    assert str(follow(here, "../c")) == "https://example.com/c"
    assert str(follow(here, "//other.example/")) == "https://other.example/"
    with pytest.raises(addresses.NotAllowed):
        follow(here, "file:///etc/passwd")


@pytest.mark.parametrize("ip", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(ip: str) -> None:
    assert is_public(ipaddress.ip_address(ip))
