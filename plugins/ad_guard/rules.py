"""Whose opinion counts, when an ad is a violation, and how findings are shown. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lizheng.grammar import say_money
from lizheng.hooks import AdOpinion, Allow, Charge, Forbid
from lizheng.text import clip, visible
from plugins.ad_guard import texts
from plugins.ad_guard.recognise import Judgement

SHOWN_CHARACTERS = 24
_REACHABLE = re.compile(r"[0-9a-zA-Z０-９ａ-ｚＡ-Ｚ./:@_-]{3,}")
_NUMERIC = re.compile(r"[\d零〇一二三四五六七八九十①-⑨⓪]{5,}")


@dataclass(frozen=True)
class Ruling:
    """Why an ad had to go, and what the member can do instead."""

    reason: str
    ways: tuple[str, ...] = ()


def rank(opinion: AdOpinion) -> tuple[int, float]:
    """Free Allow, paid Allow, Charge, Forbid; of those that forbid, the one that ends soonest."""
    if isinstance(opinion, Allow):
        return (1 if opinion.paid else 0), 0
    if isinstance(opinion, Charge):
        return 2, 0
    return 3, opinion.until.timestamp() if opinion.until else math.inf


def ways_out(opinions: Iterable[AdOpinion]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_bare(opinion.way_out) for opinion in opinions if opinion.way_out.strip()))


def reason_of(opinion: Charge | Forbid, told: str = "") -> str:
    """The deciding reason as one sentence, the price named once; `told` is what claiming it said."""
    sentences = [_sentence(opinion.reason), _sentence(told)]
    if isinstance(opinion, Charge) and opinion.price:
        price = say_money(opinion.price)
        if price not in "".join((opinion.reason, told, opinion.way_out)):
            sentences.insert(1, texts.PRICE.format(price=price))
    return "".join(sentences)


def is_unlawful(reason: str) -> bool:
    """Whether this reason was that something unlawful is offered."""
    return reason.startswith(texts.UNLAWFUL.partition("（")[0])


def _bare(text: str) -> str:
    return text.strip().rstrip("。；;")


def _sentence(text: str) -> str:
    bare = text.strip()
    return bare if not bare or bare[-1] in "。！？" else f"{bare}。"


def acts_on(ad: bool, certain: bool, strictness: str) -> bool:
    """Whether the group wants something done, where the rest waits for an admin."""
    return certain if strictness == "宽松" else ad


def violated(count: int, limit: int, certain: bool, certain_counts: bool) -> str:
    """What is reported as a violation after the `count`-th ad of a day, "" when nothing is."""
    if limit and count >= limit:
        return texts.REPEATED.format(count=count)
    return texts.CERTAIN if certain and certain_counts else ""


def shown(text: str) -> str:
    """Enough of a suspect for an admin to judge it, but nothing by which anyone could be reached."""
    line = visible(text)
    return clip(_NUMERIC.sub("＊", _REACHABLE.sub("＊", line)), SHOWN_CHARACTERS) or "（没有文字）"


def points(score: float) -> int:
    return round(score * 100)


def reasons(why: Sequence[str]) -> str:
    return "、".join(why[:3]) or texts.NO_WHY


def verdict_of(judgement: Judgement) -> str:
    if judgement.certain:
        return texts.CERTAINLY
    if judgement.ad:
        return texts.AD
    return texts.SUSPECT if judgement.suspect else texts.HARMLESS
