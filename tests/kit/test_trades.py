"""Which words offer a trade that is against the law, and which only speak of one."""

import pytest

from lizheng.grammar.trades import unlawful


@pytest.mark.parametrize(
    ("text", "trade"),
    [
        ("代开发票，税点低，电话 13812345678", "虚开发票"),
        ("代 開 發 票", "虚开发票"),
        ("代开\u200b发.票", "虚开发票"),
        ("拼多多刷单免费带", "刷单"),
        ("代充诈骗项目，稳赚", "诈骗"),
        ("出售银行卡四件套", "买卖账户"),
        ("专业办证刻章", "假证假票"),
        ("花呗套现秒到", "套现"),
        ("招跑分日结", "洗钱"),
    ],
)
def test_what_offers_one(text: str, trade: str) -> None:
    assert unlawful(text) == trade


@pytest.mark.parametrize(
    "text",
    [
        "怎么开发票？",
        "发票已经寄出了",
        "出床上四件套，九成新",
        "这手机跑分一百万",
        "群里加微信刷单的是骗子，别信",
        "谨防刷单诈骗",
        "刷单元测试去了",
        "低价代充会员，加我微信",
        "",
    ],
)
def test_what_does_not(text: str) -> None:
    assert unlawful(text) == ""
