"""Who comes in: reading an application, and judging it by what is known. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lizheng.grammar import Misread
from lizheng.parts.nicknames import SUSPICIOUS, nick_suspicion
from lizheng.parts.patterns import compile_pattern
from lizheng.text import clip, fold, visible

# — reading ————————————————————————————————————————————————————————————————————————————————

_QUESTION = re.compile(r"\s*问题\s*[：:]")
_ANSWER = re.compile(r"(?:^|\n|\s)\s*答案\s*[：:]")
LONGEST_ANSWER = 500


@dataclass(frozen=True)
class Said:
    """What an applicant wrote; `marked` when the endpoint told question and answer apart."""

    question: str
    answer: str
    marked: bool = False


def split_comment(comment: str, questions: Collection[str] = ()) -> Said:
    """Tell the answer from the question, by the marks endpoints put before both.

    Without marks all of it is the answer, unless it is one of the `questions` asked here before (folded).
    """
    text = comment.strip()[: LONGEST_ANSWER * 2]
    opened = _QUESTION.match(text)
    if opened is None:
        return Said(text, "") if text and fold(text) in questions else Said("", text[:LONGEST_ANSWER])
    found = _ANSWER.search(text, opened.end())
    if found is None:
        return Said(text[opened.end() :].strip(), "", marked=True)
    question, answer = text[opened.end() : found.start()], text[found.end() :]
    return Said(question.strip(), answer.strip()[:LONGEST_ANSWER], marked=True)


def shape(answer: str) -> str:
    """What a wave of the same answers has in common: letters stay, every number is the same."""
    return re.sub(r"\d+", "0", fold(answer))


_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
ANSWER_SHOWN = 60


def shown_answer(answer: str, limit: int = ANSWER_SHOWN) -> str:
    """Make an answer safe to show: one line, phones masked, links named."""
    text = _LINK.sub("[链接]", visible(answer))
    return clip(_PHONE.sub(r"\1****\2", text), limit)


# — who brought them ———————————————————————————————————————————————————————————————————————

_PIECES = re.compile(r"[\s，,。．.、；;：:！!？?（）()「」“”\"'/|｜~～—\-]+")
_BEFORE = r"(?:我是|我的|是|由|通过|经|群友|群主|管理员?|朋友|老师|同学)+"
_BY = "介绍|推荐|邀请|拉|带|让"
_FILLING = re.compile(f"^{_BEFORE}|(?:{_BY})?我?(?:{_BY})?(?:来的|进来的|进的|我的|的)?$")
"""What people write around a name: 「我是 老李 介绍来的」."""
_NUMBER = re.compile(r"(?<!\d)[1-9]\d{4,11}(?!\d)")
SHORTEST_NAME = 2


@dataclass(frozen=True)
class Named:
    """Whom an answer names as the one who brought the applicant: one member, or several that it may mean."""

    people: tuple[int, ...] = ()

    @property
    def one(self) -> int:
        """The QQ number when there is no doubt, else 0."""
        return self.people[0] if len(self.people) == 1 else 0


def name_inviter(answer: str, members: Mapping[int, Iterable[str]], applicant: int = 0) -> Named:
    """Find the member an answer names: by QQ number, by a whole name, else by a part of one, of two characters at least.

    `members` are the names of each, card and nickname. The applicant's own number names nobody.
    """
    numbers = {int(found) for found in _NUMBER.findall(answer)} - {applicant}
    if known := [one for one in numbers if one in members]:
        return Named(tuple(sorted(known)))
    found = [fold(piece) for piece in _PIECES.split(answer.replace("@", " "))]
    bare = [fold(_FILLING.sub("", piece)) for piece in _PIECES.split(answer.replace("@", " "))]
    pieces = {piece for piece in (*found, *bare) if len(piece) >= SHORTEST_NAME}
    # A card such as 上海-老李 is several pieces.
    joined = {
        "".join(of[at : at + n]) for of in (found, bare) for n in (2, 3, 4) for at in range(len(of) - n + 1)
    }
    names = {one: {fold(name) for name in of if name} for one, of in members.items()}
    whole = [one for one, of in names.items() if of & (pieces | joined)]
    if whole:
        return Named(tuple(whole))
    part = [
        one
        for one, of in names.items()
        if any(
            piece in name or (len(name) >= SHORTEST_NAME and name in piece) for piece in pieces for name in of
        )
    ]
    return Named(tuple(part))


Grade = Literal["A", "B", "C", "D", "E", "F", ""]
GRADES = {
    "A": "QQ 说的",
    "B": "拉进来的",
    "C": "管理员拉的",
    "D": "已担保",
    "E": "还没确认",
    "F": "后来说的",
    "": "没有",
}
"""How an inviter is known, in words."""
STRENGTH = "ABDFCE"
"""The grades, the better known first."""


def better(one: str, other: str) -> bool:
    """Tell whether a grade is better known than another; any is better than none."""
    return bool(one) and (not other or STRENGTH.index(one) < STRENGTH.index(other))


# — rules of the group —————————————————————————————————————————————————————————————————————

Kind = Literal["通过", "拒绝", "拒昵称"]
SHORTEST_WORD, LONGEST_WORD, LONGEST_PATTERN, LONGEST_REASON = 2, 30, 200, 30
TALK = ("你好", "朋友介绍", "学习", "123456", "申请加入")


@dataclass(frozen=True)
class Rule:
    """A word, or a pattern between slashes; `reason` is what a refused applicant reads."""

    number: int
    kind: str
    text: str
    reason: str = ""

    @property
    def is_pattern(self) -> bool:
        return len(self.text) > 2 and self.text.startswith("/") and self.text.endswith("/")

    def hits(self, answer: str) -> bool:
        """Tell whether it applies to an answer (or, of its kind, a nickname)."""
        if self.is_pattern:
            return compile_pattern(self.text[1:-1]).search(visible(answer)) is not None
        return fold(self.text) in fold(answer)


def read_rule(kind: str, written: str) -> Rule:
    """Read what an admin wrote: a word, or `/正则/`, and for refusals the reason after it. Raises `Misread`."""
    text, reason = written.strip(), ""
    if text.startswith("/"):
        end = text.rfind("/")
        if end < 2:
            raise Misread("正则要写在两条斜线之间，前后各一条。")
        text, reason = text[: end + 1], text[end + 1 :].strip()
        if len(text) - 2 > LONGEST_PATTERN:
            raise Misread(f"正则最长 {LONGEST_PATTERN} 个字，现在是 {len(text) - 2} 个。")
        pattern = compile_pattern(text[1:-1])
        if pattern.search("") or all(pattern.search(talk) for talk in TALK):
            raise Misread("这个正则几乎什么回答都能匹配上。")
    else:
        text, _, reason = text.partition(" ")
        if len(fold(text)) < SHORTEST_WORD:
            raise Misread(f"「{clip(visible(text), 12)}」太短：至少 {SHORTEST_WORD} 个字，不然到处都会撞上。")
        if len(text) > LONGEST_WORD:
            raise Misread(f"词最长 {LONGEST_WORD} 个字，现在是 {len(text)} 个。")
    reason = visible(reason)
    if kind == "通过" and reason:
        raise Misread("通过的规则后面不写理由，一条只写一个词。")
    if len(reason) > LONGEST_REASON:
        raise Misread(f"理由最长 {LONGEST_REASON} 个字，现在是 {len(reason)} 个。")
    return Rule(0, kind, text, reason)


# — judging ————————————————————————————————————————————————————————————————————————————————

HEAVY = SUSPICIOUS
"""From this weight on a mark keeps accept rules from letting anybody in."""
SAME_ANSWERS, WAVE = 3, 5


@dataclass(frozen=True)
class Applied:
    """An application as it was read: `level` is None where it could not be."""

    nickname: str
    said: Said
    level: int | None = None


@dataclass(frozen=True)
class Facts:
    """What is known beside the application itself."""

    listed: str | None = None
    """Why they are on the blacklist, None when they are not."""
    ticket: str = ""
    """Why somebody's ticket lets them in, "" when none does."""
    protected: bool = False
    vouched: bool = False
    """A word that counts, where the group has it decide."""
    rules: Sequence[Rule] = ()
    questions: Collection[str] = ()
    least_level: int = 0
    least_answer: int = 2
    strangers: Literal["等人", "拒绝"] = "等人"
    same_answers: int = 0
    wave: int = 0
    refused_here: int = 0
    refused_elsewhere: int = 0
    weak_inviter: bool = False
    needs_vouch: bool = False
    """Nobody who had to vouch has, so that a right answer is not enough."""


@dataclass(frozen=True)
class Marked:
    """Something that speaks against an application, with its weight from 0 to 1."""

    label: str
    weight: float


@dataclass(frozen=True)
class Verdict:
    """What the rules would do, `why` in a few words for admins, and what else is worth a look.

    `words` are what a refused applicant reads.
    """

    does: Literal["通过", "拒绝", "等人"]
    why: str
    marks: tuple[Marked, ...] = ()
    words: str = ""


def marks_of(applied: Applied, facts: Facts) -> tuple[Marked, ...]:
    """What speaks against it, the weightiest first."""
    score, reasons = nick_suspicion(applied.nickname)
    found = [
        (score >= 0.5, f"昵称像加人号：{'、'.join(reasons[:2])}", score),
        (
            applied.level is not None and applied.level < facts.least_level,
            f"等级 {applied.level}，不到 {facts.least_level}",
            0.6,
        ),
        (facts.wave >= WAVE, f"1 分钟里有 {facts.wave} 个一样的申请", 0.8),
        (
            facts.same_answers >= SAME_ANSWERS,
            f"最近有 {facts.same_answers} 个人答得一模一样",
            0.6,
        ),
        (facts.refused_here > 0, f"30 天里被拒绝过 {facts.refused_here} 次", 0.6),
        (facts.refused_elsewhere > 0, "30 天里被同一个群主的别的群拒绝过", 0.6),
        (facts.weak_inviter, "介绍人带来的人多半被移出了", 0.4),
    ]
    marks = [Marked(label, weight) for there, label, weight in found if there]
    return tuple(sorted(marks, key=lambda mark: -mark.weight))


def judge(applied: Applied, facts: Facts) -> Verdict:
    """Decide what the rules say, in the order that is written down in the README."""
    marks = marks_of(applied, facts)
    answer = applied.said.answer
    if facts.listed is not None:
        return Verdict("拒绝", "在黑名单里", marks, "本群不接受你的申请")
    if facts.ticket:
        return Verdict("通过", facts.ticket, marks)
    if facts.protected:
        return Verdict("通过", "在白名单里", marks)
    for rule in facts.rules:
        tried = applied.nickname if rule.kind == "拒昵称" else answer
        if rule.kind != "通过" and rule.hits(tried):
            what = "昵称" if rule.kind == "拒昵称" else "回答"
            return Verdict("拒绝", f"{what}撞上规则 {rule.number}", marks, rule.reason or "请按要求重新填写")
    if answer and fold(answer) in {fold(applied.said.question), *facts.questions} - {""}:
        return Verdict("等人", "把问题当成了回答", (*marks, Marked("回答就是问题", 0.3)))
    if len(visible(answer)) < facts.least_answer:
        what = f"回答不到 {facts.least_answer} 个字" if answer else "没有写回答"
        return Verdict("等人", what, (*marks, Marked(what, 0.3)))
    if facts.vouched:
        return Verdict("通过", "介绍人担保了", marks)
    hit = next((rule for rule in facts.rules if rule.kind == "通过" and rule.hits(answer)), None)
    if hit is not None:
        if marks and marks[0].weight >= HEAVY:
            return Verdict("等人", f"答出了规则 {hit.number}，但是{marks[0].label}", marks)
        if facts.needs_vouch:
            return Verdict("等人", "答对了，还没有人担保", marks)
        return Verdict("通过", f"答出了「{hit.text}」", marks)
    has_accepts = any(rule.kind == "通过" for rule in facts.rules)
    if facts.strangers == "拒绝" and has_accepts:
        return Verdict("拒绝", "没有答出要的内容", marks, "请按要求重新填写")
    return Verdict("等人", "没有规则说到他", marks)


def weak(invited: int, removed: int) -> bool:
    """Tell whether who brought people brought mostly such as had to be removed."""
    return removed >= 2 and removed * 2 >= invited


@dataclass(frozen=True)
class Tally:
    """What came of the people somebody brought: how many, how many stayed thirty days, were removed, are here now."""

    invited: int = 0
    stayed: int = 0
    removed: int = 0
    here: int = 0
