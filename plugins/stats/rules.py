"""What the numbers mean: pure, each defined once. Days are dates in the group's zone, weeks begin on Monday."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median

WEEK = timedelta(days=7)
LEAST_PEOPLE = 5
"""Below this no number is split up: it would name somebody."""
LEAST_AUDIENCE, LEAST_CALLS, LAST_CALLS = 10, 3, 8
LEAST_COVERAGE = 0.9
LEAST_DAYS_SEEN = 4
"""Of seven: with fewer days seen there is no share to speak of."""
QUIET_AFTER = timedelta(days=60)
CHECK_UP_DAY, CHECK_UP_UNTIL = 36, 43
KNOWN_TARGET = 2 / 3
RAID = timedelta(days=1)
LONGEST = 400

DEFINITIONS = (
    ("在群", "成员列表里的人，不算里正和登记过的机器人"),
    ("活跃", "7 天里说过一句 8 个字以上的话，或者做过一件为大家的事"),
    ("活跃率", "活跃的人 ÷ 在群的人，及格线在 /设置 群报告 活跃线"),
    ("首言", "一周里新来的人有多少在 7 天内说了第一句长话，多半在几小时里"),
    ("留存", "同一周来的人里，还在并且第 1、2、4 周还活跃的"),
    ("沉默", "来了 30 天以上，没说过一句长话，也没做过一件事"),
    ("潜水", "这么多天没说过长话、没做过事"),
    ("粘性", "一次号召（报名、投票、抽奖…）来了多少 ÷ 之前 30 天活跃的人，取最近 8 次的中位数"),
    ("认识率", "背景有人知道的 ÷ 在群的人，目标三分之二"),
    ("独角戏", "做事最多的一个人、三个人占了多少"),
    ("推送比", "里正自己开口的消息 ÷ 所有消息"),
    ("没人接", "里正自己开口，一小时里没人说话"),
    (
        "阶段",
        "起步（不到 5 周）、成长、稳定、衰退（4 周里 3 周在降，且比 12 周的中位数少三成）、沉寂（4 周每周活跃不到 3 人）",
    ),
    ("空当", "里正不在或者没开的时候，图上空着，不当成没人说话；比例跳过那些天"),
)
"""Each number by its name, shown by /群报告 说明."""


def monday(day: date) -> date:
    """The Monday of the week a day is in."""
    return day - timedelta(days=day.weekday())


def last_time(day: date, today: date) -> date:
    """The last time a month and day have been: of a day that is still to come, that of the year before."""
    if day <= today:
        return day
    back = day.year - 1 if (day.month, day.day) > (today.month, today.day) else today.year
    return date(back, day.month, min(day.day, 28) if day.month == 2 else day.day)


def share(part: float, whole: float) -> float | None:
    """A share from 0 to 1, None of nothing."""
    return part / whole if whole else None


def percent(value: float) -> str:
    """A share as it is said: `24 %`."""
    return f"{round(value * 100)} %"


# — who ————————————————————————————————————————————————————————————————————————————————————


def active(long: Mapping[int, int], did: Collection[int], present: Collection[int]) -> set[int]:
    """Who is there and said something of length, or did something for the others."""
    return {user for user, count in long.items() if count and user in present} | (set(did) & set(present))


def silent(present: Mapping[int, date | None], last: Mapping[int, date], today: date) -> dict[int, list[int]]:
    """Who has not been heard, by span: 0 are those never heard in more than 30 days here; 30, 60, 90 by days since.

    `present` tells the day somebody came, None where nobody knows; `last` the last day with a long message or a deed.
    Everybody is in one span only.
    """
    found: dict[int, list[int]] = {0: [], 30: [], 60: [], 90: []}
    for user, came in sorted(present.items()):
        if user in last:
            quiet = (today - last[user]).days
            for span in (90, 60, 30):
                if quiet >= span:
                    found[span].append(user)
                    break
        elif came is not None and (today - came).days > 30:
            found[0].append(user)
    return found


@dataclass(frozen=True)
class Newcomer:
    """Somebody who came on a day; `first_words` is the day they first said something of length, `took_part` all days
    on which they were active. `gone` is the day they went."""

    user_id: int
    came: date
    gone: date | None = None
    removed: bool = False
    first_words: date | None = None
    took_part: frozenset[date] = frozenset()


@dataclass(frozen=True)
class CohortNumbers:
    """What became of those who came in a week: `weeks` are for week 0, 1, 2 and 4, None while not over or not seen."""

    week: date
    size: int
    spoke: int
    weeks: tuple[int | None, int | None, int | None, int | None]


LATER = (0, 1, 2, 4)


def cohort(
    week: date, people: Iterable[Newcomer], today: date, unseen: Collection[date] = ()
) -> CohortNumbers:
    """Count a cohort. Who was removed within a day was a raid and never a newcomer."""
    here = [
        one
        for one in people
        if week <= one.came < week + WEEK
        and not (one.removed and one.gone is not None and one.gone - one.came <= RAID)
    ]
    weeks: list[int | None] = []
    for later in LATER:
        begins = week + WEEK * later
        days = [begins + timedelta(days=n) for n in range(7)]
        if begins + WEEK > today or len(set(days) & set(unseen)) > 7 - LEAST_DAYS_SEEN:
            weeks.append(None)
            continue
        stays = [one for one in here if one.gone is None or one.gone >= begins + WEEK]
        weeks.append(sum(any(day in one.took_part for day in days) for one in stays))
    spoke = sum(one.first_words is not None and one.first_words - one.came < WEEK for one in here)
    return CohortNumbers(week, len(here), spoke, (weeks[0], weeks[1], weeks[2], weeks[3]))


# — what it comes to ———————————————————————————————————————————————————————————————————————


def stickiness(calls: Iterable[tuple[int, int, int]]) -> tuple[float | None, int]:
    """How many come when called, and by how many calls that is known; None of fewer than three.

    Each call is its audience, its takers, and who was active in the 30 days before, the oldest first.
    """
    shares = [
        min(1.0, takers / before)
        for audience, takers, before in calls
        if audience >= LEAST_AUDIENCE and before
    ]
    shares = shares[-LAST_CALLS:]
    return (median(shares) if len(shares) >= LEAST_CALLS else None), len(shares)


def one_person_show(deeds: Mapping[int, int]) -> tuple[float, float] | None:
    """The share of the busiest giver and of the three busiest; None for no deeds, or fewer than five givers."""
    if len(deeds) < LEAST_PEOPLE:
        return None
    whole, top = sum(deeds.values()), sorted(deeds.values(), reverse=True)
    return top[0] / whole, sum(top[:3]) / whole


def changed(before: int, now: int) -> str:
    """An arrow where a count differs by more than its own noise, else nothing."""
    if abs(now - before) <= 2 * sqrt(max(now + before, 1)):
        return ""
    return "↑" if now > before else "↓"


STARTING, GROWING, STEADY, FALLING, SILENT = "起步", "成长", "稳定", "衰退", "沉寂"


def stage(weeks: Sequence[int], before: str = "") -> str:
    """The stage of a group by its active members a week, the oldest first; `before` is what it was.

    A stage is left more slowly than it is entered, so that a group does not go to and fro.
    """
    if len(weeks) < 5:
        return STARTING
    last4, middle = weeks[-4:], median(weeks[-12:])
    if all(count <= 2 for count in last4):
        return SILENT
    if before == SILENT and sum(count > 2 for count in last4) < 2:
        return SILENT
    steps = [now - earlier for earlier, now in zip(weeks[-5:], weeks[-4:], strict=False)]
    falls, rises = sum(step < 0 for step in steps), sum(step > 0 for step in steps)
    if falls >= 3 and weeks[-1] <= 0.7 * middle:
        return FALLING
    if before == FALLING and weeks[-1] < 0.85 * middle:
        return FALLING
    if rises >= 3 and weeks[-1] >= 1.15 * middle:
        return GROWING
    if before == GROWING and weeks[-1] > middle:
        return GROWING
    return STEADY


DIMENSIONS = ("福利", "信息", "资源", "案例", "活动", "链接")
NEXT = {
    "福利": "/抽奖 发起、/报名 发起",
    "信息": "/早报 投稿、/定时",
    "资源": "/求助、/资源",
    "案例": "/作业、/点评",
    "活动": "/报名 发起、/投票",
    "链接": "/合作、/求职",
}
"""Two ways to do something about a dimension that fell."""


def fell_most(now: Mapping[str, int], before: Mapping[str, int]) -> str:
    """Name the dimension that fell most; without any the first that there is nothing of."""
    falls = {name: before.get(name, 0) - now.get(name, 0) for name in DIMENSIONS}
    most = max(falls, key=lambda name: falls[name])
    if falls[most] > 0:
        return most
    return next((name for name in DIMENSIONS if not now.get(name)), DIMENSIONS[4])


def givers(amounts: Mapping[int, int], roles: Mapping[int, str]) -> list[tuple[str, float]]:
    """Whose deeds they are, by 群主, 管理员, 成员 and 里正, the most first; who is gone counts as a member."""
    sums: Counter[str] = Counter()
    for user, amount in amounts.items():
        sums[roles.get(user, "成员")] += amount
    whole = sum(sums.values())
    return [(name, count / whole) for name, count in sums.most_common()] if whole else []


def is_check_up_day(since: date, today: date, told: bool) -> bool:
    """Tell whether the one check-up is due: the average group dies on its 36th day."""
    return not told and CHECK_UP_DAY <= (today - since).days <= CHECK_UP_UNTIL
