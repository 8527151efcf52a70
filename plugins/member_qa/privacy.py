"""What 问答 keeps about people: who taught and asked what, who found it useful. Answers belong to the group."""

from datetime import datetime

from tortoise.expressions import Q, Subquery

from lizheng import Keep
from plugins.member_qa.models import Change, Entry, Question, Vote

WAY_BACK_DAYS = 180
"""As long as the kit keeps records, and with them the way back to what was forgotten."""


def _of_the_group(group_id: int) -> Q:
    return Q(entry_id__in=Subquery(Entry.filter(group_id=group_id).values("id")))


def _forgotten(now: datetime) -> Q:
    return Q(forgotten=True)


def _orphaned(now: datetime) -> Q:
    return ~Q(entry_id__in=Subquery(Entry.all().values("id")))


KEEPS = (
    Keep(
        Entry,
        "教过的问答",
        person=("author_id",),
        until="被忘记半年为止",
        stays="问答是大家的，只去掉署名",
        free=lambda now: Q(),
        blank={"author_id": 0},
    ),
    Keep(
        Change,
        "改过的问答",
        person=("by",),
        until="和问答一起",
        stays="问答是大家的，只去掉署名",
        free=lambda now: Q(),
        blank={"by": 0},
        where=lambda group_id, user_id: Q(by=user_id) & _of_the_group(group_id),
    ),
    Keep(
        Vote,
        "有用没用",
        until="和问答一起",
        stays="一人一票，删了就能再投",
        where=lambda group_id, user_id: Q(user_id=user_id) & (_of_the_group(group_id) | _of_the_group(0)),
    ),
    Keep(
        Question,
        "问过没人答的问题",
        person=("author_id",),
        at="asked_at",
        days=WAY_BACK_DAYS,
        stays="问题等着大家来答，只去掉是谁问的",
        free=lambda now: Q(),
        blank={"author_id": 0},
    ),
    Keep(Entry, "忘掉的问答", person=(), at="changed_at", days=WAY_BACK_DAYS, free=_forgotten),
    Keep(Change, "没有了的问答的改动", person=(), at="at", days=WAY_BACK_DAYS, free=_orphaned),
    Keep(Vote, "没有了的问答的票", person=(), at="at", days=WAY_BACK_DAYS, free=_orphaned),
)
