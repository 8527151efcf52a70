"""The questions that features may answer for each other, without knowing each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from lizheng.plugin.hook import Hook


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has just joined."""

    user_id: int
    nickname: str


card_format: Hook[Newcomer, str] = Hook("card_format")
"""How cards look here, with an example made for this newcomer: one or two lines of Chinese. Asked by whoever greets."""

greets_with_card_format: Hook[Newcomer, bool] = Hook("greets_with_card_format")
"""Whether a greeting that shows the card format goes out to newcomers. Asked by whoever would tell it otherwise."""


@dataclass(frozen=True)
class Violation:
    """Somebody broke a rule. `rule` names it in Chinese; `evidence` says what was seen, safe to show.

    `asked` is what the group has chosen for this rule, with `span` for a mute; "" leaves it to whoever takes it over,
    with `entry` the step to begin at, 0 for any. `reason` is what the member reads, by default the rule's name.
    `messages` are to be recalled by whoever takes it over.
    """

    user_id: int
    rule: str
    evidence: str
    asked: Literal["", "warn", "mute", "kick"] = ""
    span: timedelta = timedelta()
    entry: int = 0
    reason: str = ""
    messages: tuple[int, ...] = ()


violation: Hook[Violation, bool] = Hook("violation")
"""Reports a violation. Whoever answers True has taken it over and decides what follows; then the reporter does nothing.

Its answer has an effect, which few may. The same report may come twice after a crash.
"""


@dataclass(frozen=True)
class Steps:
    """What follows violations one after the other, as an admin writes it, and how many steps that are."""

    written: str
    count: int


steps: Hook[None, Steps] = Hook("steps")
"""What violations bring here, for whoever reports them: it may show that, and let a rule begin at a later step."""


@dataclass(frozen=True)
class Defence:
    """A member whose `command`, of that `feature`, repeats what a rule forbids."""

    user_id: int
    feature: str
    command: str


may_repeat: Hook[Defence, bool] = Hook("may_repeat")
"""Whether a command may say what is forbidden, as an appeal must. False: it is recalled, and no violation."""


@dataclass(frozen=True)
class Listed:
    """Somebody is on the blacklist; `reason` was written by a person, "" when nobody gave any."""

    reason: str
    since: datetime


blacklisted: Hook[int, Listed] = Hook("blacklisted")
"""Whether somebody, by QQ number, may not be in this group. Nothing is done about it by the answer."""


@dataclass(frozen=True)
class ToBlacklist:
    """Somebody is not to come in any more: to any group of this owner, or with `owner_id` 0 to this group alone.

    `ref` is the asker's own number for it, by which it is taken back; `by` is the person who wanted it.
    """

    user_id: int
    reason: str
    by: int
    ref: int
    owner_id: int = 0


put_on_blacklist: Hook[ToBlacklist, bool] = Hook("put_on_blacklist")
"""Puts somebody on the blacklist: its answer has that effect, within the asker's atomic, and is True once it is done."""
take_off_blacklist: Hook[int, bool] = Hook("take_off_blacklist")
"""Takes off whoever was put there under this `ref`: its answer has that effect, like `put_on_blacklist`."""


@dataclass(frozen=True)
class AdSeen:
    """A message that was recognised as an advertisement. `at` is its event time in epoch seconds.

    `text` is what was sent, a command's prefix and name included: whose command it is may matter.
    """

    user_id: int
    message_id: int
    text: str
    at: int
    certain: bool
    why: tuple[str, ...] = ()


Claim = Callable[[], Awaitable["str | None"]]
"""Takes the opinion at its word, by conditional update: a sentence to tell ("" for none), or None when it came too late."""


@dataclass(frozen=True)
class Allow:
    """The ad may stay: for nothing, or `paid` by a credit that `claim` spends."""

    reason: str
    paid: bool = False
    claim: Claim | None = None
    way_out: str = ""


@dataclass(frozen=True)
class Charge:
    """The ad may come back for `price` fen, 0 when that is paid already; `claim` opens what has to be paid."""

    price: int
    reason: str
    claim: Claim | None = None
    way_out: str = ""


@dataclass(frozen=True)
class Forbid:
    """The ad may not stay; `way_out` says what the member can do instead, `until` when it may be posted after all."""

    reason: str
    way_out: str = ""
    until: datetime | None = None


AdOpinion = Allow | Charge | Forbid

ad_opinion: Hook[AdSeen, AdOpinion] = Hook("ad_opinion")
"""What a feature thinks of an ad: free Allow beats paid Allow beats Charge beats Forbid; only the winner's `claim` runs."""


@dataclass(frozen=True)
class AdWindow:
    """A time in which advertisements are welcome."""

    opens: datetime
    closes: datetime


window_opens: Hook[AdWindow, str] = Hook("window_opens")
"""What members may like to read when advertising begins: a few lines of Chinese, put under the announcement."""


@dataclass(frozen=True)
class BriefDay:
    """The day a morning brief is for, in the host's zone."""

    date: date


@dataclass(frozen=True)
class Section:
    """A paragraph of the brief: a heading without punctuation, and a few lines of text, no line break inside one."""

    title: str
    lines: tuple[str, ...]


brief_section: Hook[BriefDay, Section] = Hook("brief_section")
"""What a feature adds to the morning brief; None when it has nothing to say that day. It may be asked several times."""


@dataclass(frozen=True)
class Known:
    """Something of a member's background: where it is known from, a word or two, and what it is, in one line."""

    source: str
    line: str


known: Hook[int, Known] = Hook("known")
"""What is known of a member, by QQ number, because people said it or it was done here; None when nothing is."""


@dataclass(frozen=True)
class Mark:
    """Something that speaks against somebody, by no means a proof: `weight` from 0 to 1, `why` may be shown to admins."""

    label: str
    weight: float
    why: str
    since: datetime


suspicion: Hook[int, tuple[Mark, ...]] = Hook("suspicion")
"""The marks that a member, by QQ number, has in this group. Whoever asks decides nothing by them alone."""


@dataclass(frozen=True)
class ReportWeek:
    """A week from Monday, in the group's zone."""

    monday: date


@dataclass(frozen=True)
class Figure:
    """A number of the week: `name` in Chinese, `value` as it is shown, with its unit. It names nobody."""

    name: str
    value: str


weekly_report: Hook[ReportWeek, tuple[Figure, ...]] = Hook("weekly_report")
"""What a feature adds to the report of a week; None when nothing happened. It may be asked several times."""


@dataclass(frozen=True)
class Asked:
    """Somebody asks to be let into the group."""

    user_id: int
    comment: str


@dataclass(frozen=True)
class Admission:
    """Somebody may come in without being asked anything; `reason` says why in Chinese."""

    reason: str


admission: Hook[Asked, Admission] = Hook("admission")
"""Whether somebody who asks for it is let in at once."""
