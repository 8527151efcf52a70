"""Own sentences (CC0) for training the recogniser: what members write that only looks like an ad, and what ads in groups say.

Frames with slots, filled at random. They stand for kinds of messages, none is taken from a data set.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from pathlib import Path

_SLOT = re.compile(r"\{(\w+)\}")


def _sections() -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            out[line.strip("[]")] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return out


_TEXTS = _sections()
_POOL = {slot: words.split() for slot, _, words in (line.partition(": ") for line in _TEXTS["words"])}


def _digits(rng: random.Random, low: int, high: int) -> str:
    return str(rng.randint(1, 9)) + "".join(rng.choices(string.digits, k=rng.randint(low, high) - 1))


def _name(rng: random.Random, low: int = 4, high: int = 10) -> str:
    return "".join(rng.choices(string.ascii_lowercase + string.digits + "_", k=rng.randint(low, high)))


def _host(rng: random.Random) -> str:
    lead = rng.choice(["https://", "http://", "", "www."])
    middle = _name(rng, 3, 8).replace("_", "")
    end = rng.choice(["com", "cn", "top", "vip", "xyz", "shop", "cc", "net"])
    return f"{lead}{middle}.{end}/{_name(rng, 0, 6)}"


_SITES = (
    "https://github.com/",
    "https://www.bilibili.com/video/",
    "https://b23.tv/",
    "https://www.zhihu.com/question/",
    "https://gitee.com/",
    "https://docs.qq.com/doc/",
    "https://blog.csdn.net/",
    "https://www.wjx.cn/vm/",
    "https://stackoverflow.com/questions/",
    "https://mp.weixin.qq.com/s/",
    "https://pan.baidu.com/s/",
    "https://www.mcmod.cn/item/",
    "https://wiki.biligame.com/",
    "https://",
)
_QQ = ("QQ", "qq", "Q", "扣扣", "扣", "企鹅", "q", "QQ：", "🐧")
_GROUPS = ("群", "群号", "进群", "裙", "交流群", "群聊", "二群", "粉丝群", "外部群", "+裙")
_WECHAT = ("微信", "VX", "vx", "wx", "V", "薇", "+V", "卫星", "威信", "WeChat", "微信号：")
_CODES: dict[str, Callable[[random.Random], str]] = {
    "qq": lambda r: r.choice(_QQ) + r.choice(["", " ", ":"]) + _digits(r, 6, 10),
    "wx": lambda r: r.choice(_WECHAT) + r.choice(["", " ", ":", "："]) + _name(r, 5, 10),
    "phone": lambda r: r.choice("1345789") + _digits(r, 10, 10),
    "group": lambda r: r.choice(_GROUPS) + r.choice(["", " ", ":", "："]) + _digits(r, 6, 10),
    "num": lambda r: _digits(r, 4, 10),
    "small": lambda r: str(r.randint(1, 60)),
    "url": _host,
    "site": lambda r: r.choice(_SITES) + _name(r, 5, 12),
    "mail": lambda r: (
        f"{_name(r, 6, 9)}@{r.choice(['qq.com', '163.com', 'gmail.com', 'stu.edu.cn', '126.com'])}"
    ),
    "hex": lambda r: "".join(r.choices("0123456789ABCDEF", k=r.choice([8, 16, 16, 32]))),
    "tg": lambda r: "@" + _name(r, 6, 11),
}
_CONTACTS = ("qq", "wx", "wx", "qq", "phone", "group", "url", "tg", "call", "call", "call")


def _fill(frame: str, rng: random.Random) -> str:
    def value(found: re.Match[str]) -> str:
        slot = found[1]
        if slot == "c":
            slot = rng.choice(_CONTACTS)
            lead = (
                rng.choice(["", "", "联系", "加", "私聊", "详情", "需要加", "请加", "咨询"])
                if slot != "call"
                else ""
            )
            return lead + value_of(slot)
        return value_of(slot)

    def value_of(slot: str) -> str:
        return _CODES[slot](rng) if slot in _CODES else rng.choice(_POOL[slot])

    text = _SLOT.sub(value, frame)
    style = rng.random()
    if style < 0.3:
        text = text.replace("，", " ")
    elif style < 0.4:
        text = text.replace("，", "")
    elif style < 0.5:
        text = text.replace("，", rng.choice(["。", "！", "\n", "～", ",", "  "]))
    if rng.random() < 0.08:
        text += rng.choice("！!。~😂🔥❤👍🌹✅")
    return text


def sentences(count: int, seed: int) -> list[tuple[int, str]]:
    """`count` harmless and `count` advertising sentences, labelled 0 and 1; the same seed gives the same ones."""
    rng = random.Random(seed)
    harmless, adverts = _TEXTS["harmless"], _TEXTS["adverts"]
    out = [(0, _fill(rng.choice(harmless), rng)) for _ in range(count)]
    return out + [(1, _fill(rng.choice(adverts), rng)) for _ in range(count)]
