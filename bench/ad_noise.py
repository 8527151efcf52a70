"""Own disguises for training texts: what spammers do to ads, and the harmless noise of ordinary keyboards."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u2063"
_FILLERS = [".", "·", "-", "~", "*", "、", "|", "_", " ", "  ", "/", "☆", "。"]
_EMOJI = "😂🔥❤👍🌹✅🎉💰🌈🐶😄🙏💎🎁⭐☀🍀"
_COMBINING = "\u0332\u0335\u0336\u034f\u20dd\u0305\u0338"
_KEYWORDS = {
    "微信": ["薇信", "威信", "维 x", "V信", "卫星", "vx", "薇❤"],
    "加": ["➕", "+", "jia", "茄", "伽", "嘉", "珈", "架"],
    "群": ["裙", "峮", "羣", "㪊"],
    "电话": ["dian话", "☎", "電話"],
    "钱": ["💰", "米", "qian", "r"],
    "片": ["篇", "瓣", "p"],
    "看": ["瞰", "kan", "👀"],
    "免费": ["免 费", "mian费", "兔费"],
}
_DIGITS = [
    *(
        str.maketrans("0123456789", other)
        for other in (
            "０１２３４５６７８９",
            "⓪①②③④⑤⑥⑦⑧⑨",
            "零一二三四五六七八九",
            "零壹贰叁肆伍陆柒捌玖",
            "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿",
        )
    )
]
_FULL = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}
_STYLED = {c: 0x1D400 + c - 65 for c in range(65, 91)} | {c: 0x1D41A + c - 97 for c in range(97, 123)}


@dataclass
class Noise:
    """`joins` two halves -> character, `spoken` character -> toneless pinyin, `traditional` simplified -> traditional."""

    rng: random.Random
    joins: dict[str, str]
    spoken: dict[str, str]
    traditional: dict[str, str]
    halves: dict[str, str] = field(init=False)
    same_sound: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.halves = {char: pair for pair, char in self.joins.items()}
        self.same_sound = defaultdict(list)
        for char, sound in self.spoken.items():
            self.same_sound[sound].append(char)

    def _each(self, text: str, share: float, change) -> str:
        return "".join(change(c) if self.rng.random() < share else c for c in text)

    def _homophone(self, char: str) -> str:
        return self.rng.choice(self.same_sound[self.spoken[char]]) if char in self.spoken else char

    def disguise(self, text: str) -> str:
        rng = self.rng
        for _ in range(rng.choice([1, 2, 2, 3, 4])):
            kind, share = rng.randrange(12), rng.choice([0.1, 0.2, 0.35, 0.6])
            if kind == 0:
                text = self._each(text, share, lambda c: c + rng.choice(_INVISIBLE))
            elif kind == 1:
                filler = rng.choice(_FILLERS)
                start = rng.randrange(max(len(text) // 2, 1))
                stop = rng.randint(start, len(text))
                text = text[:start] + filler.join(text[start:stop]) + text[stop:]
            elif kind == 2:
                text = self._each(text, share / 2, self._homophone)
            elif kind == 3:
                text = self._each(text, share / 2, lambda c: self.halves.get(c, c))
            elif kind == 4:
                text = self._each(text, share / 2, lambda c: self.spoken.get(c, c))
            elif kind == 5:
                text = self._each(text, share / 3, lambda c: c + rng.choice(_EMOJI))
            elif kind == 6:
                text = "".join(self.traditional.get(c, c) for c in text)
            elif kind == 7:
                text = text.translate(_FULL)
            elif kind == 8:
                text = text.translate(rng.choice(_DIGITS))
            elif kind == 9:
                text = self._each(text, share, lambda c: c + rng.choice(_COMBINING))
            elif kind == 10:
                for word, others in _KEYWORDS.items():
                    text = text.replace(word, rng.choice(others))
            else:
                text = text.translate(_STYLED)
        return text

    def harmless(self, text: str) -> str:
        rng = self.rng
        for _ in range(rng.choice([1, 1, 2])):
            kind = rng.randrange(8)
            if kind == 0:
                text += rng.choice("\u200b\ufeff") if rng.random() < 0.7 else " "
            elif kind == 1:
                text += "".join(rng.choices(_EMOJI, k=rng.randint(1, 3)))
            elif kind == 2:
                text = "".join(self.traditional.get(c, c) for c in text)
            elif kind == 3:
                text = text.translate(_FULL)
            elif kind == 4:
                text = self._each(text, 0.08, lambda c: c + rng.choice("· ~、…\u200b"))
            elif kind == 5:
                text = self._each(text, 0.06, self._homophone)
            elif kind == 6:
                text += rng.choice(["~", "。。。", "！！", "(bushi", "qwq", "…", "hhh", "？？", "[图片]"])
            else:
                text = self._each(text, 0.04, lambda c: self.spoken.get(c, c))
        return text
