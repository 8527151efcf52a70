"""What 问答 keeps about people: who taught what, who found it useful. Answers belong to the group."""

from tortoise.expressions import Q, Subquery

from lizheng import Keep
from plugins.member_qa.models import Change, Entry, Vote


def _of_the_group(group_id: int) -> Q:
    return Q(entry_id__in=Subquery(Entry.filter(group_id=group_id).values("id")))


KEEPS = (
    Keep(
        Entry,
        "教过的问答",
        person=("author_id",),
        until="被忘记为止",
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
        where=lambda group_id, user_id: Q(user_id=user_id) & _of_the_group(group_id),
    ),
)
