"""Money, in whole fen."""

from __future__ import annotations

import re

from lizheng.grammar.misread import misread, tight
from lizheng.grammar.numbers import CHINESE

MOST_FEN = 100_000_000
_YUAN = "元整|元钱|元|块钱|块|圆|rmb|人民币"
_WHOLE = "[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3})+"
_DECIMAL = re.compile(rf"¥?(?P<yuan>{_WHOLE})(?:\.(?P<part>[0-9]{{1,9}}))?(?:{_YUAN})?")
_SPOKEN = re.compile(
    r"(?:(?P<yuan>[0-9]{1,15})[元块])?(?:(?P<tail>[0-9]{1,2})|(?:(?P<jiao>[0-9])[角毛])?(?:(?P<fen>[0-9]{1,2})分)?)钱?"
)


def parse_money(text: str) -> int:
    """Fen, from `100`, `8.88元`, `¥8.88`, `1,000`, `8块8` (8.80) or `8元8角`; 0.01 to 1,000,000 yuan."""
    written = tight(text)
    if match := _DECIMAL.fullmatch(written):
        part = (match["part"] or "").rstrip("0")
        if len(part) > 2:
            raise misread(text, "最多写到分，例如 8.88")
        fen = int(match["yuan"].replace(",", "")) * 100 + int(part.ljust(2, "0"))
    elif (
        (match := _SPOKEN.fullmatch(written))
        and (match["yuan"] or not match["tail"])
        and written != "钱"
        and written
    ):
        spoken = (
            int((match["tail"] or "0").ljust(2, "0")) + int(match["jiao"] or 0) * 10 + int(match["fen"] or 0)
        )
        fen = int(match["yuan"] or 0) * 100 + spoken
    elif written.startswith(("-", "¥-")):
        raise misread(text, "不能是负数，请写 8.88")
    elif re.fullmatch(rf"[{CHINESE}半]+(?:{_YUAN}|[角毛分])?.*", written):
        raise misread(text, "请写数字，例如 8.88")
    else:
        raise misread(text, "不是金额，请写 100 或 8.88")
    if fen < 1:
        raise misread(text, "不行，金额要大于 0")
    if fen > MOST_FEN:
        raise misread(text, "太大，最多 1000000 元")
    return fen


def say_money(fen: int) -> str:
    """`8.88 元`; whole yuan without decimals (`100 元`)."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}{f'.{rest:02d}' if rest else ''} 元"
