"""Choosing people: `@小王 @小李`, `H3到场`, `标签:摄影 且 活跃7天`, `全体 除 @小王`. One grammar for every command.

It says how that is written, not what is meant: which kinds there are, and who is of them, features say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lizheng.grammar.misread import Misread, misread, plain, tight
from lizheng.grammar.words import Words
from lizheng.text import clip, visible

PERSON, EVERYBODY = "@", "全体"
"""The kinds that are always there: one member, and all of them."""
MOST_TERMS = 30
Sign = Literal["", ":", ">=", "<=", "="]
_ALL = frozenset({"全体", "所有人", "全部", "大家", "全员", "all"})
_AND, _OR = (
    frozenset({"且", "并且", "而且", "and", "&", "+"}),
    frozenset({"或", "或者", "和", "or", "|", ",", "、"}),
)
_BUT = re.compile(r"(?:除|除了|除去|不含|except)")
_LABELLED = re.compile(r"(?P<kind>[a-z])(?P<number>[1-9][0-9]{0,8})(?P<rest>.*)")
_NAMED = re.compile(r"(?P<kind>[^\s:<>=≥≤0-9]{1,8}):(?P<rest>.+)")
_COMPARED = re.compile(
    r"(?P<kind>[^\s:<>=≥≤0-9]{1,8})(?P<sign>>=|<=|≥|≤|=)(?P<number>[0-9]{1,9})(?P<rest>[^0-9]{0,4})"
)
_COUNTED = re.compile(r"(?P<kind>[^\s:<>=≥≤0-9]{1,8}?)(?P<rest>[0-9]{1,9}[^\s0-9]{0,4})")


@dataclass(frozen=True)
class Term:
    """One way to say who: its `kind` (`@`, `全体`, `H`, `标签`, `等级` …) and what follows that.

    `number` is the QQ number, the label's or the compared one, 0 where there is none; `rest` what is written after, as
    `到场` of `H3到场` and `7天` of `活跃7天`; `sign` stands between. `written` is the whole as somebody wrote it.
    """

    kind: str
    number: int = 0
    rest: str = ""
    sign: Sign = ""
    written: str = ""


@dataclass(frozen=True)
class Who:
    """People as chosen: whoever fits every term of one of the `choices`, and none of `without`."""

    choices: tuple[tuple[Term, ...], ...]
    without: tuple[Term, ...] = ()

    def __str__(self) -> str:
        said = "、".join(" 且 ".join(term.written for term in choice) for choice in self.choices)
        return said + (f" 除 {'、'.join(term.written for term in self.without)}" if self.without else "")

    def terms(self) -> Iterator[Term]:
        """Give all of them, those excepted last."""
        for choice in self.choices:
            yield from choice
        yield from self.without


def parse_who(words: Words | str) -> Who:
    """Read all that is left as a choice of people.

    Words apart, or with 、 or 或 between them, are any of these; with 且 between, all at once; after 除 none of these.
    Raises `Misread` for what is no such thing.
    """
    words = Words(words) if isinstance(words, str) else words
    choices: list[list[Term]] = []
    without: list[Term] = []
    excepting = joined = False
    for token in _tokens(words):
        if isinstance(token, str):
            if token in _AND:
                if not choices or excepting:
                    raise Misread("「且」要写在两个条件中间，例如 标签:摄影 且 活跃7天。")
                joined = True
            elif _BUT.fullmatch(token):
                excepting = True
            continue
        if excepting:
            without.append(token)
        elif joined:
            choices[-1].append(token)
        else:
            choices.append([token])
        joined = False
        if len(without) + sum(map(len, choices)) > MOST_TERMS:
            raise Misread(f"一次最多写 {MOST_TERMS} 个人或条件。")
    if joined or (excepting and not without):
        raise Misread("话没说完，例如 标签:摄影 且 活跃7天，或者 全体 除 @小王。")
    if not choices and not without:
        raise Misread("没说是谁，例如 @小王、H3、全体。")
    if not choices:
        choices.append([Term(EVERYBODY, written=EVERYBODY)])
    return Who(tuple(map(tuple, choices)), tuple(without))


def _tokens(words: Words) -> Iterator[Term | str]:
    """The terms and the words between them, as small letters of half width."""
    while not words.empty():
        if (user_id := words.at()) is not None:
            yield Term(PERSON, user_id, written=f"@{user_id}")
            continue
        before = words.mark()
        word = words.word()
        if word is None:
            raise Misread("这里写的是谁，不能带图。")
        for part in _parts(word):
            if part in _AND or part in _OR or _BUT.fullmatch(part):
                yield part
                continue
            if (rest := _but(part)) is not None:
                yield "除"
                part = rest
            if person := re.fullmatch(r"@?([1-9][0-9]{4,10})", part):
                yield Term(PERSON, int(person[1]), written=f"@{person[1]}")
            else:
                yield parse_term(part)
        if words.mark() == before:
            raise Misread("这里写的是谁，不能带图。")


def _parts(word: str) -> list[str]:
    written = re.sub(r"[,、;|&]", r" \g<0> ", plain(word))
    return [part for part in written.split() if part not in (",", "、", ";")]


def _but(part: str) -> str | None:
    """What follows 除 in one word, as in 除@小王; None when it does not begin so."""
    match = re.match(r"(?:除了|除去|除|不含)(?=.)", part)
    return part[match.end() :] if match else None


def parse_term(text: str) -> Term:
    """Read one term. Raises `Misread`."""
    written = tight(text)
    shown = clip(visible(written), 20)
    if written in _ALL:
        return Term(EVERYBODY, written=EVERYBODY)
    if match := _LABELLED.fullmatch(written):
        number, rest = int(match["number"]), match["rest"].lstrip(":")
        return Term(match["kind"].upper(), number, rest, written=f"{match['kind'].upper()}{number}{rest}")
    if match := _NAMED.fullmatch(written):
        return Term(match["kind"], rest=match["rest"], sign=":", written=shown)
    if match := _COMPARED.fullmatch(written):
        sign: Sign = {">=": ">=", "≥": ">=", "<=": "<=", "≤": "<=", "=": "="}[match["sign"]]  # type: ignore[assignment]
        return Term(match["kind"], int(match["number"]), match["rest"], sign, written=shown)
    if match := _COUNTED.fullmatch(written):
        return Term(match["kind"], rest=match["rest"], written=shown)
    if re.fullmatch(r"[^\s:<>=≥≤@]{1,12}", written):
        return Term(written, written=shown)
    raise misread(text, "看不懂是谁，请写 @小王、H3、全体")
