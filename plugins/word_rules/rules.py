"""Rules an admin makes: how one is written, and which of a group's rules a message breaks. Pure."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import re2

from lizheng.grammar import Misread, parse_duration, parse_int, say_duration, tight
from lizheng.parts.measures import MOST_RUNGS, Measure, parse_measure
from lizheng.parts.patterns import compile_pattern, pattern_options
from lizheng.text import clip, fold, visible
from plugins.word_rules.keywords import Keywords
from plugins.word_rules.links import hosts_in

KINDS = ("关键词", "正则", "刷屏", "链接")
EXAMPLE = "关键词 代充、刷单 → 撤回 第2级"
SHORTEST_WORD, LONGEST_WORD, MOST_WORDS = 2, 30, 100
LONGEST_PATTERN = 200
MOST_LOAD, SLOW = 8_000, 300_000
"""Of all patterns of a group: steps of RE2's program, of which each costs about 3 ns a character at the very worst.
Beyond so many steps times characters a message is matched beside the loop."""
LEAST_FLOOD, MOST_FLOOD, LONGEST_FLOOD = 3, 50, timedelta(minutes=10)
MOST_HOSTS = 30
_THEN = re.compile(r"\s*(?:→|⇒|=>)\s*")
_LISTED = re.compile(r"[、，,；;|｜\s]+")
_RUNG = re.compile(r"第([0-9]{1,3}|[一二三四五六七八九十]{1,3})级起?")
_MEASURE = re.compile(r"不?撤回|只撤回|上?阶梯|第[0-9一二三四五六七八九十]+级|警告|禁言|踢|移出")
_FLOOD = re.compile(r"([0-9]{1,6}|[一二两三四五六七八九十]{1,4})条")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
PLAIN_TALK = ("今天天气不错", "好的", "收到", "哈哈哈", "ok", "1")
"""What a pattern must not match altogether: it would punish everybody."""


@dataclass(frozen=True)
class Then:
    """What follows: a `measure` of its own, or the ladder from rung `entry` on; or, not `punish`, only the recall."""

    recall: bool = True
    punish: bool = True
    measure: Measure | None = None
    entry: int = 0

    def __str__(self) -> str:
        if not self.punish:
            return "只撤回"
        said = self.measure.written if self.measure else f"第{self.entry}级" if self.entry else "阶梯"
        return f"{'撤回' if self.recall else '不撤回'} {said}"


@dataclass(frozen=True)
class RuleSpec:
    """One rule. `words` are keywords or allowed hosts, `pattern` is RE2, `count` messages within `span` flood."""

    kind: str
    then: Then
    words: tuple[str, ...] = ()
    pattern: str = ""
    count: int = 0
    span: timedelta = timedelta()

    @property
    def body(self) -> str:
        if self.kind == "关键词":
            return "、".join(self.words)
        if self.kind == "刷屏":
            return f"{say_duration(self.span).replace(' ', '')}{self.count}条"
        if self.kind == "链接":
            return f"除 {'、'.join(self.words)}" if self.words else ""
        return self.pattern

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.body, "→", str(self.then)) if part)


def parse_rule(text: str) -> RuleSpec:
    """Read `关键词 代充、刷单 → 撤回 第2级`. Raises `Misread` with what is wrong with it."""
    kind, _, rest = visible(text).partition(" ")
    known = next((k for k in KINDS if kind.startswith(k)), None)
    if known is None:
        raise Misread(f"规则要以 {'、'.join(KINDS)} 开头。")
    body, then = _split(kind.removeprefix(known) + " " + rest)
    if not then and known in ("刷屏", "链接"):
        body, then = _split_plainly(body)
    return _READERS[known](body.strip(), _parse_then(then))


def _split(text: str) -> tuple[str, str]:
    found = list(_THEN.finditer(text))
    return (text[: found[-1].start()], text[found[-1].end() :]) if found else (text, "")


def _split_plainly(body: str) -> tuple[str, str]:
    """The parts of a rule written without an arrow, where no measure can be part of what it looks for."""
    found = _MEASURE.search(body)
    return (body[: found.start()], body[found.start() :]) if found else (body, "")


def _words_of_then(text: str) -> list[str]:
    """Its words; how long a mute lasts may stand apart: `禁言 1 小时`."""
    words: list[str] = []
    for word in [tight(w) for w in _LISTED.split(text) if w]:
        if words and words[-1].startswith("禁言") and not _MEASURE.match(word):
            words[-1] += word
        else:
            words.append(word)
    return words


def _parse_then(text: str) -> Then:
    recall: bool | None = None
    chosen: list[Measure | int | str] = []
    for word in _words_of_then(text):
        if word in ("撤回", "不撤回"):
            recall = word == "撤回"
        elif word in ("阶梯", "上阶梯", "只撤回"):
            chosen.append(word)
        elif found := _RUNG.fullmatch(word):
            chosen.append(parse_int(found[1], 1, MOST_RUNGS))
        elif measure := parse_measure(word):
            chosen.append(measure)
        else:
            raise Misread(f"「{clip(word, 12)}」看不懂：→ 后面写 撤回、第2级、警告、禁言10分、踢 或 只撤回。")
    if len(chosen) > 1:
        raise Misread("→ 后面只能选一种处理：阶梯、第几级起、警告、禁言、踢，或者只撤回。")
    one = chosen[0] if chosen else "阶梯"
    if one == "只撤回":
        if recall is False:
            raise Misread("「只撤回」和「不撤回」不能一起写。")
        return Then(punish=False)
    return Then(
        recall=recall is not False,
        measure=one if isinstance(one, Measure) else None,
        entry=one if isinstance(one, int) else 0,
    )


def _keywords(body: str, then: Then) -> RuleSpec:
    listed = _LISTED.split(body.lstrip(":："))
    words = {fold(word): word for word in reversed(listed) if word}
    if not words:
        raise Misread("没有写关键词，比如 关键词 代充、刷单。")
    if len(words) > MOST_WORDS:
        raise Misread(f"一条规则最多 {MOST_WORDS} 个关键词，请分成几条。")
    for folded, word in words.items():
        if len(folded) < SHORTEST_WORD:
            raise Misread(f"「{clip(word, 12)}」太短：至少 {SHORTEST_WORD} 个字，不然到处都会撞上。")
        if len(word) > LONGEST_WORD:
            raise Misread(f"「{clip(word, 12)}」太长：关键词最长 {LONGEST_WORD} 个字。")
    return RuleSpec("关键词", then, words=tuple(reversed(words.values())))


def _pattern(body: str, then: Then) -> RuleSpec:
    if not body:
        raise Misread("没有写正则，比如 正则 加.{0,3}微信。")
    if len(body) > LONGEST_PATTERN:
        raise Misread(f"正则最长 {LONGEST_PATTERN} 个字，请拆成几条。")
    compiled = compile_pattern(body)
    if compiled.search("") or all(compiled.search(talk) for talk in PLAIN_TALK):
        raise Misread("这个正则几乎什么话都能匹配上，会误伤所有人。")
    return RuleSpec("正则", then, pattern=body)


def _flood(body: str, then: Then) -> RuleSpec:
    written = tight(body).rstrip(",;、").replace("/", "").replace("内", "").replace("里", "")
    count = _FLOOD.search(written)
    length = written.replace(count[0], "", 1) if count else ""
    if not count or not length:
        raise Misread("刷屏要写多久里几条，比如 刷屏 10秒5条。")
    span = parse_duration(length)
    if span > LONGEST_FLOOD:
        raise Misread(f"刷屏的时间最长 {say_duration(LONGEST_FLOOD)}。")
    return RuleSpec("刷屏", then, count=parse_int(count[1], LEAST_FLOOD, MOST_FLOOD), span=span)


def _links(body: str, then: Then) -> RuleSpec:
    if body and not body.startswith("除"):
        raise Misread("链接后面只能写放行的网站，比如 链接 除 qq.com、bilibili.com。")
    hosts = tuple(dict.fromkeys(w for w in _LISTED.split(body.removeprefix("除").casefold()) if w))
    if len(hosts) > MOST_HOSTS:
        raise Misread(f"最多放行 {MOST_HOSTS} 个网站。")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise Misread(f"「{clip(host, 20)}」不是网站，请写成 qq.com 这样。")
    return RuleSpec("链接", then, words=hosts)


_READERS = {"关键词": _keywords, "正则": _pattern, "刷屏": _flood, "链接": _links}


# — judging ————————————————————————————————————————————————————————————————————————————————


def load_of(pattern: str) -> int:
    """How much of `MOST_LOAD` a pattern takes. Raises `Misread` for one that does not compile."""
    return int(compile_pattern(pattern).programsize)


def refuse_overload(known: Mapping[int, RuleSpec], new: str) -> None:
    """Raises `Misread` when a new pattern would make the patterns of a group too much together."""
    taken = [load_of(rule.pattern) for rule in known.values() if rule.kind == "正则"]
    wanted, left = load_of(new), MOST_LOAD - sum(taken)
    if wanted <= left:
        return
    if wanted > MOST_LOAD:
        raise Misread(f"这条正则太重（{wanted}，最多 {MOST_LOAD}），请把 {{0,100}} 这样的重复改小。")
    have = f"本群 {len(taken)} 条正则占了 {sum(taken)}，这条要 {wanted}"
    raise Misread(f"{have}，合起来最多 {MOST_LOAD}，请把重复改小或先删几条。")


class Ruleset:
    """All rules of one group, made ready: a message costs two look-ups, however many rules there are.

    Of patterns that do not compile together the heaviest are left out, and are `asleep`.
    """

    def __init__(self, rules: Mapping[int, RuleSpec]):
        """`rules` by their numbers."""
        self.rules = dict(sorted(rules.items()))
        self.floods = {n: rule for n, rule in self.rules.items() if rule.kind == "刷屏"}
        self._words = Keywords((n, w) for n, r in self.rules.items() if r.kind == "关键词" for w in r.words)
        self._links = [n for n, rule in self.rules.items() if rule.kind == "链接"]
        self._numbers = [n for n, rule in self.rules.items() if rule.kind == "正则"]
        self._patterns = self._compiled(self._numbers)
        self.asleep: list[int] = []
        if self._patterns is None and self._numbers:
            self._choose()
        self.load = sum(load_of(self.rules[number].pattern) for number in self._numbers)

    def _compiled(self, numbers: Sequence[int]) -> Any:
        """The patterns of these rules as one, None when there are none or they do not compile together."""
        if not numbers:
            return None
        found = re2.Set.SearchSet(pattern_options())
        try:
            for number in numbers:
                found.Add(self.rules[number].pattern)
            found.Compile()
        except re2.error:
            return None
        return found

    def _choose(self) -> None:
        """Keep as many patterns as compile together, the lighter ones first; the others are asleep."""
        by_weight = sorted(self._numbers, key=lambda number: (_weight(self.rules[number].pattern), number))
        fits, over = 0, len(by_weight) + 1
        while over - fits > 1:
            middle = (fits + over) // 2
            fits, over = (middle, over) if self._compiled(by_weight[:middle]) else (fits, middle)
        self._numbers, self.asleep = by_weight[:fits], sorted(by_weight[fits:])
        self._patterns = self._compiled(self._numbers)

    def is_slow(self, text: str) -> bool:
        """Whether matching may take more than a millisecond, and so should not hold up the loop."""
        return self.load * len(text) > SLOW

    def broken(self, text: str) -> int:
        """The lowest number of a rule this text breaks, 0 for none."""
        found = self.all_broken(text)
        return found[0] if found else 0

    def all_broken(self, text: str) -> list[int]:
        """The numbers of all rules this text breaks by itself (flooding takes several)."""
        try:
            return self._all_broken(text)
        except UnicodeEncodeError:
            # Half a surrogate pair, which an endpoint may pass on.
            return self._all_broken(text.encode("utf-8", "replace").decode())

    def _all_broken(self, text: str) -> list[int]:
        found = self._words.hits(text)
        if self._patterns is not None and (matched := self._patterns.Match(text)):
            found.update(map(self._numbers.__getitem__, matched))
        if self._links and ("." in text or "://" in text):
            hosts = list(hosts_in(text))
            found.update(n for n in self._links if any(not _allowed(h, self.rules[n].words) for h in hosts))
        return sorted(found) if found else []


def _weight(pattern: str) -> int:
    """Like `load_of`; what does not compile is heaviest."""
    try:
        return load_of(pattern)
    except Misread:
        return sys.maxsize


def _allowed(host: str, allowed: Iterable[str]) -> bool:
    return any(host == one or host.endswith("." + one) for one in allowed)
