"""What polls and surveys mean: how they are written, what a vote chooses, what came of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lizheng.grammar import Misread, parse_choice, parse_date, parse_duration, parse_int, parse_time_of_day
from lizheng.text import clip, fold, visible

LEAST_OPTIONS, MOST_OPTIONS = 2, 12
LONGEST_TITLE, LONGEST_OPTION = 60, 30
LONGEST = timedelta(days=30)
SHORTEST = timedelta(minutes=1)
FEWEST_SHOWN = 5
"""Of fewer secret votes no split is shown: it would tell who chose what."""
ALL = -1
"""As many options as there are."""
HALF = -1
"""The quorum of more than half of those who may vote."""
BAR = 8
SHOWN_OPTION = 12

_FLAG = re.compile(
    r"(?:^|\s)(?:(?P<word>匿名|隐藏|过半)|多选\s*(?P<most>\d*)|(?:人数|至少)\s*(?P<quorum>\d+)\s*人?"
    r"|截止\s*(?P<until>\S+(?:\s+\S*\d\S*)?)|谁能投\s*(?P<who>(?:(?!\s(?:匿名|隐藏|过半|多选|人数|至少|截止)).)+))\s*$"
)
_PUNISHES = re.compile(
    r"踢(?!球|毽|足球|馆|拳|踏|正步)|禁言|移出|拉黑|开除|赶出|封禁|除名|处罚|撤(?:掉)?管理|kick|ban\b"
)


@dataclass
class Opening:
    """A poll as it was asked for. `most` options may be chosen; `quorum` is a number of voters, `HALF`, or 0."""

    title: str
    options: list[str]
    most: int = 1
    secret: bool = False
    hidden: bool = False
    quorum: int = 0
    until: str = ""
    who: str = ""


def read_opening(text: str) -> Opening:
    """Read 题 选项… and what stands behind them: options by space, `|` or lines. Raises `Misread`."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        raise Misread("缺少题目。")
    opening = Opening("", [])
    lines[-1] = _take_flags(lines[-1], opening)
    if len(lines) > 1:
        lines[0] = _take_flags(lines[0], opening)
    lines = [line for line in lines if line]
    first, *others = lines or [""]
    if others:
        title, options = first, others
        if len(others) == 1 and "|" in others[0].replace("｜", "|"):
            options = others[0].replace("｜", "|").split("|")
    else:
        title, _, rest = first.partition(" ")
        rest = rest.replace("｜", "|")
        options = rest.split("|") if "|" in rest else rest.split()
    opening.title = checked_title(title)
    opening.options = checked_options(options)
    if opening.most == ALL:
        opening.most = len(opening.options)
    if not 1 <= opening.most <= len(opening.options):
        raise Misread(f"最多选几项要写 1–{len(opening.options)}。")
    return opening


def _take_flags(line: str, opening: Opening) -> str:
    while match := _FLAG.search(line):
        line = line[: match.start()].rstrip()
        if match["word"] == "匿名":
            opening.secret = True
        elif match["word"] == "隐藏":
            opening.hidden = True
        elif match["word"] == "过半":
            opening.quorum = HALF
        elif match["quorum"]:
            opening.quorum = parse_int(match["quorum"], 1, 5000)
        elif match["until"]:
            opening.until = match["until"]
        elif match["who"]:
            opening.who = match["who"]
        else:
            opening.most = int(match["most"]) if match["most"] else ALL
    return line


def checked_title(title: str) -> str:
    """Raises `Misread` for one that is empty or too long."""
    title = visible(title)
    if not title:
        raise Misread("缺少题目。")
    if len(title) > LONGEST_TITLE:
        raise Misread(f"题目最多 {LONGEST_TITLE} 个字，现在是 {len(title)} 个。")
    return title


def checked_options(options: Iterable[str], before: Sequence[str] = ()) -> list[str]:
    """All options with those before them. Raises `Misread` for too few, too many, too long ones and doubles."""
    found = [*before, *(shown for option in options if (shown := visible(option)))]
    if len(found) < LEAST_OPTIONS:
        raise Misread(f"至少要 {LEAST_OPTIONS} 个选项，用空格、| 或者换行隔开。")
    if len(found) > MOST_OPTIONS:
        raise Misread(f"最多 {MOST_OPTIONS} 个选项，现在是 {len(found)} 个。")
    if long := next((option for option in found if len(option) > LONGEST_OPTION), None):
        raise Misread(f"选项最多 {LONGEST_OPTION} 个字，「{clip(long, 12)}」有 {len(long)} 个。")
    seen: dict[str, str] = {}
    for option in found:
        if (other := seen.setdefault(fold(option), option)) is not option:
            raise Misread(f"「{clip(option, 12)}」和「{clip(other, 12)}」是一样的。")
    return found


def punishes(*texts: str) -> bool:
    """Tell whether a poll asks the group to punish somebody, which no vote decides."""
    return any(_PUNISHES.search(fold(text)) or _PUNISHES.search(text) for text in texts)


def read_deadline(text: str, now: datetime) -> datetime:
    """Read `20:00`, `明天20:00`, `11-20 8点`, `周五`, `2小时`, `3天`. Raises `Misread`, also for what is past or too far."""
    words = text.strip()
    end = _deadline(words, now)
    if end <= now:
        raise Misread(f"「{clip(visible(words), 16)}」已经过去了。")
    if end - now > LONGEST:
        raise Misread(f"最长 {LONGEST.days} 天。")
    if end - now < SHORTEST:
        raise Misread("至少要 1 分钟。")
    return end


def _deadline(words: str, now: datetime) -> datetime:
    try:
        return now + parse_duration(words)
    except Misread:
        pass
    try:
        clock = parse_time_of_day(words)
    except Misread:
        pass
    else:
        today = datetime.combine(now.date(), clock, tzinfo=now.tzinfo)
        return today if today > now else today + timedelta(days=1)
    for cut in [len(words), *range(len(words) - 1, 0, -1)]:
        day, rest = words[:cut].strip(), words[cut:].strip()
        try:
            date = parse_date(day, now)
            clock = parse_time_of_day(rest) if rest else None
        except Misread:
            continue
        if clock is None:
            midnight = datetime.combine(date, datetime.min.time(), tzinfo=now.tzinfo)
            return midnight + timedelta(days=1) - timedelta(seconds=1)
        return datetime.combine(date, clock, tzinfo=now.tzinfo)
    raise Misread(f"「{clip(visible(words), 16)}」不是时间，请写 明天20:00 或 2小时。")


# — choosing ————————————————————————————————————————————————————————————————————————————————


def read_choices(text: str, options: Sequence[str], most: int, *, secret: bool = False) -> list[int]:
    """Read which options (from 0) somebody means, by number or by text. Raises `Misread`.

    What stands in the answer to a `secret` vote tells nothing of what was written.
    """
    written = text.strip()
    if not written:
        raise Misread(f"选哪一项？发数字 1–{len(options)}。")
    whole = _one(written, options)
    if isinstance(whole, int):
        return [whole]
    parts = [part for part in re.split(r"[\s,，、;；|+]+", written) if part]
    found: list[int] = []
    for part in parts:
        one = _one(part, options) if len(parts) > 1 else whole
        if not isinstance(one, int):
            raise Misread(f"没看懂选的是哪一项，请发数字 1–{len(options)}。" if secret else one)
        if one not in found:
            found.append(one)
    if len(found) > most:
        raise Misread("只能选一项。" if most == 1 else f"最多选 {most} 项。")
    return sorted(found)


def reaction_choice(emoji: str) -> int | None:
    """Read the option (from 0) of 1️⃣…; None for all others: their numbers are also those of QQ's own faces."""
    match = re.fullmatch("([1-9])\ufe0f?\u20e3", emoji)
    return int(match[1]) - 1 if match else None


def looks_like_choice(text: str, options: Sequence[str]) -> bool:
    """Tell whether words under a quote are a vote: numbers, or the very text of an option."""
    written = text.strip()
    if any(fold(written) == fold(option) for option in options):
        return True
    return (
        re.fullmatch(
            r"[选投第]?\s*[\d①-⑫一二三四五六七八九十]{1,2}(?:[\s,，、]+\d{1,2}){0,11}\s*[.。号个]?", written
        )
        is not None
    )


def _one(text: str, options: Sequence[str]) -> int | str:
    """The option meant, else the sentence that says why none is."""
    number, wanted = parse_choice(text, len(options)), fold(text)
    same = [place for place, option in enumerate(options) if fold(option) == wanted]
    bare = re.fullmatch(r"\d+", text) is not None
    if number is not None and same and same[0] != number - 1 and bare:
        return f"「{text}」是第 {number} 项，也是第 {same[0] + 1} 项的字：请发「第{number}个」或「第{same[0] + 1}个」。"
    if same:
        return same[0]
    if number is not None:
        return number - 1
    if re.fullmatch(r"第?\d+[个项号]?", text):
        return f"没有第 {re.sub(r'[^0-9]', '', text)[:4]} 项，现在有 1–{len(options)}。"
    near = [place for place, option in enumerate(options) if wanted and wanted in fold(option)]
    if len(near) == 1:
        return near[0]
    if near:
        names = "、".join(f"{place + 1} {clip(options[place], SHOWN_OPTION)}" for place in near[:4])
        return f"「{clip(visible(text), SHOWN_OPTION)}」可能是 {names}，请发数字。"
    return f"没有「{clip(visible(text), SHOWN_OPTION)}」这一项，请发数字 1–{len(options)}。"


# — what came of it —————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Tally:
    """Votes by option, and how many people voted of how many who might."""

    options: Sequence[str]
    counts: Sequence[int]
    voted: int
    voters: int
    quorum: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def needed(self) -> int:
        """How many voters it takes; 0 for any number."""
        return self.voters // 2 + 1 if self.quorum == HALF else self.quorum

    @property
    def leaders(self) -> list[str]:
        """The options with most votes; none where nobody voted."""
        best = max(self.counts, default=0)
        pairs = zip(self.options, self.counts, strict=True)
        return [option for option, count in pairs if best and count == best]


def count(options: Sequence[str], ballots: Iterable[Sequence[int]]) -> list[int]:
    """Votes by option; what names an option that is not there counts for nothing."""
    counts = [0] * len(options)
    for ballot in ballots:
        for place in set(ballot):
            if 0 <= place < len(counts):
                counts[place] += 1
    return counts


def split_shown(secret: bool, voted: int) -> bool:
    """Tell whether the split may be shown once it is over: of few secret votes it would tell who chose what."""
    return not secret or voted >= FEWEST_SHOWN


def say_counts(tally: Tally) -> str:
    """`爬山 2 票，烧烤 0，桌游 0`."""
    pairs = list(zip(tally.options, tally.counts, strict=True))
    first, *others = [f"{clip(option, SHOWN_OPTION)} {number}" for option, number in pairs]
    return "，".join([f"{first} 票", *others])


def say_outcome(tally: Tally, *, secret: bool) -> str:
    """What came of it in one or two sentences, without the title."""
    turnout = f"投了 {tally.voted} 人"
    if tally.needed:
        met = "够了" if tally.voted >= tally.needed else "不够，不算数"
        turnout += f"，要 {tally.needed} 人，{met}"
    if not tally.voted:
        return f"没有人投票{'，人数不够，不算数' if tally.needed else ''}。"
    if not split_shown(secret, tally.voted):
        return f"只投了 {tally.voted} 人，匿名的不到 {FEWEST_SHOWN} 票不公布。"
    leaders = tally.leaders
    tie = f"{'、'.join(clip(one, SHOWN_OPTION) for one in leaders[:4])} 并列。" if len(leaders) > 1 else ""
    return f"{say_counts(tally)}。{tie}{turnout}。"


def bars(tally: Tally) -> str:
    """One line an option: number, bar, text, votes."""
    best = max([*tally.counts, 1])
    lines: list[str] = []
    for place, (option, number) in enumerate(zip(tally.options, tally.counts, strict=True), 1):
        full = round(BAR * number / best)
        lines.append(f"{place}. {'█' * full}{'░' * (BAR - full)} {number} {clip(option, SHOWN_OPTION)}")
    return "\n".join(lines)


def numbered(options: Sequence[str]) -> str:
    """`1. 爬山　2. 烧烤`."""
    return "\u3000".join(f"{place}. {option}" for place, option in enumerate(options, 1))


# — surveys —————————————————————————————————————————————————————————————————————————————————

SINGLE, SEVERAL, SCORE, NUMBER, WORDS = "单选", "多选", "打分", "数字", "文字"
KINDS = (SINGLE, SEVERAL, SCORE, NUMBER, WORDS)
MOST_QUESTIONS = 12
LONGEST_ANSWER = 500
SCORES = 5
_QUESTION = re.compile(
    rf"^\s*(?:\d{{1,2}}[.、．)]\s*)?(?P<kind>{'|'.join(KINDS)})(?P<free>[?？]|可不填)?\s*[:：]?\s*(?P<rest>.+)$"
)


@dataclass(frozen=True)
class Asked:
    """One question of a survey; an answer is the place of an option, several of them, a number or words."""

    kind: str
    title: str
    options: tuple[str, ...] = ()
    optional: bool = False

    def as_json(self) -> dict[str, Any]:
        """What is stored."""
        return {"kind": self.kind, "title": self.title, "options": [*self.options], "optional": self.optional}

    @staticmethod
    def of(stored: dict[str, Any]) -> Asked:
        """Read what was stored."""
        return Asked(stored["kind"], stored["title"], tuple(stored["options"]), bool(stored["optional"]))


def read_survey(text: str) -> tuple[str, list[Asked], str]:
    """Read a survey: its title, then one question a line, `单选 题 选项…`; and its deadline as written. Raises `Misread`."""
    opening = Opening("", [])
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) < 2:
        raise Misread("第一行写标题，下面一行一题：单选 题 选项 选项。")
    lines[0] = _take_flags(lines[0], opening)
    title = checked_title(lines[0])
    if len(lines) - 1 > MOST_QUESTIONS:
        raise Misread(f"最多 {MOST_QUESTIONS} 题，现在是 {len(lines) - 1} 题。")
    return title, [_question(line, number) for number, line in enumerate(lines[1:], 1)], opening.until


def _question(line: str, number: int) -> Asked:
    match = _QUESTION.match(line)
    if match is None:
        raise Misread(f"第 {number} 题要以 {'、'.join(KINDS)} 开头。")
    kind, rest = match["kind"], match["rest"].replace("｜", "|")
    try:
        if kind not in (SINGLE, SEVERAL):
            return Asked(kind, checked_title(rest), (), bool(match["free"]))
        title, _, options = rest.partition(
            "|" if "|" in rest and " " not in rest.split("|")[0].strip() else " "
        )
        parts = options.split("|") if "|" in options else options.split()
        return Asked(kind, checked_title(title), tuple(checked_options(parts)), bool(match["free"]))
    except Misread as misread:
        raise Misread(f"第 {number} 题：{misread}") from None


def hint(asked: Asked) -> str:
    """How a question is answered."""
    return {
        SINGLE: numbered(asked.options),
        SEVERAL: f"{numbered(asked.options)}（可以选几个，例如 1 2）",
        SCORE: f"发 1–{SCORES} 分",
        NUMBER: "发一个数",
        WORDS: f"发一句话，最多 {LONGEST_ANSWER} 个字",
    }[asked.kind]


def reader(asked: Asked) -> Callable[[str], Any]:
    """What reads an answer to a question; it raises `Misread`."""

    def read(text: str) -> Any:
        if asked.kind == SINGLE:
            return read_choices(text, asked.options, 1)[0]
        if asked.kind == SEVERAL:
            return read_choices(text, asked.options, len(asked.options))
        if asked.kind == SCORE:
            return parse_int(text.removesuffix("分"), 1, SCORES)
        if asked.kind == NUMBER:
            return parse_int(text, -(10**12), 10**12)
        if len(text) > LONGEST_ANSWER:
            raise Misread(f"太长了，最多 {LONGEST_ANSWER} 个字，现在是 {len(text)} 个。")
        return text

    return read


def say_answer(asked: Asked, value: Any) -> str:
    """An answer as people read it; "" for none."""
    if value is None:
        return ""
    if asked.kind == SINGLE:
        return asked.options[value]
    if asked.kind == SEVERAL:
        return "、".join(asked.options[place] for place in value)
    return str(value)
