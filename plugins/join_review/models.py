"""What 入群审核 remembers. Times are aware UTC; group and user ids are QQ numbers."""

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.recipients import Recipient


class Application(Model):
    """Somebody asked to come in.

    `state`: open (a person is to decide), agreed and denied (decided, but it has to wait), letting and turning (the
    answer is on its way), joined, refused, unseen (agreed, and nobody came), elsewhere (decided in QQ itself), gone (QQ
    does not know it any more), expired. While it is one of the first five, `open_key` is set, so that each person has
    one.

    `flag` answers it, and is emptied at the end; `keys` are the hashes of all flags it came under. `number` is what it
    waits for a decision under, 0 where a rule decided. `grade` says how `inviter_id` is known, see `rules.GRADES`;
    `vouch` is asked, yes, no, or none (nobody answered in time).
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    number = fields.IntField(default=0)
    pending_id = fields.BigIntField(default=0)
    flag = fields.TextField(default="")
    keys = fields.TextField(default="")
    open_key = fields.CharField(max_length=48, null=True, unique=True)
    nickname = fields.TextField(default="")
    question = fields.TextField(default="")
    answer = fields.TextField(default="")
    answer_key = fields.CharField(max_length=32, default="")
    shape_key = fields.CharField(max_length=32, default="")
    level = fields.IntField(null=True)
    marks: Any = fields.JSONField(default=list)
    advice = fields.TextField(default="")
    state = fields.CharField(max_length=12, default="open")
    tries = fields.IntField(default=1)
    missed = fields.IntField(default=0)
    attempts = fields.IntField(default=0)
    reminded = fields.IntField(default=0)
    inviter_id = fields.BigIntField(default=0)
    grade = fields.CharField(max_length=1, default="")
    vouch = fields.CharField(max_length=8, default="")
    vouched_at = fields.DatetimeField(null=True)
    at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by = fields.BigIntField(default=0)
    rule = fields.TextField(default="")
    reason = fields.TextField(default="")

    class Meta(Model.Meta):
        table = "join_review_request"
        indexes: ClassVar = (("group_id", "user_id"), ("group_id", "state"), ("group_id", "at"))


class Edge(Model):
    """Who brought somebody who is, or was, in the group; `inviter_id` 0 where nobody is known. `how` they left: 退 or 移出."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    inviter_id = fields.BigIntField(default=0, db_index=True)
    grade = fields.CharField(max_length=1, default="")
    answer = fields.TextField(default="")
    at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)
    how = fields.CharField(max_length=4, default="")

    class Meta(Model.Meta):
        table = "join_review_edge"
        unique_together: ClassVar = (("group_id", "user_id"),)


class Asking(Model):
    """A rule on the answers (通过, 拒绝) or the nicknames (拒昵称) of those who ask to come in."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField(db_index=True)
    number = fields.IntField()
    kind = fields.CharField(max_length=4)
    text = fields.TextField()
    reason = fields.TextField(default="")
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "join_review_rule"
        unique_together: ClassVar = (("group_id", "number"),)


class Look(Model):
    """When the endpoint's list of requests was last read for a group."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField(unique=True)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "join_review_look"


class Reader(Recipient):
    """Somebody who reads the answers in private, where the group does not."""

    class Meta(Model.Meta):
        table = "join_review_reader"
        unique_together: ClassVar = (("group_id", "user_id"),)
