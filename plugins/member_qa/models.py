"""What 问答 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Entry(Model):
    """A question in all its wordings, and its answer. `group_id` 0 with a name in `shelf` is a set shared by groups.

    `version` counts its changes; `told_at` is when it was last said without being asked by command. `useful`, `useless`
    and `verdict` are about the answer as it is now: what members say of it, and the deputies' word, -1 to hold it back,
    1 to stand by it, 0 while they have said nothing.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    shelf = fields.CharField(max_length=32, default="")
    number = fields.BigIntField()
    questions = fields.JSONField()
    answer = fields.TextField(default="")
    pictures = fields.JSONField(default=list)
    exact = fields.BooleanField(default=False)
    author_id = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    forgotten = fields.BooleanField(default=False)
    version = fields.IntField(default=1)
    useful = fields.IntField(default=0)
    useless = fields.IntField(default=0)
    verdict = fields.SmallIntField(default=0)
    told = fields.IntField(default=0)
    told_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "member_qa_entry"
        unique_together: ClassVar = (("group_id", "shelf", "number"),)


class Change(Model):
    """One step in an entry's history: what it was from then on, and who made it so."""

    id = fields.BigIntField(primary_key=True)
    entry_id = fields.BigIntField(db_index=True)
    at = fields.DatetimeField()
    by = fields.BigIntField(default=0)
    what = fields.CharField(max_length=32)
    content = fields.JSONField()

    class Meta(Model.Meta):
        table = "member_qa_change"


class Question(Model):
    """Something that was asked by command and that nobody has taught. `key` is what tells it from others.

    `author_id` asked it first since it waits. `ignored`: closed because nobody is to wait for an answer any more.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    key = fields.CharField(max_length=255)
    text = fields.TextField()
    author_id = fields.BigIntField(default=0)
    asked = fields.IntField(default=1)
    asked_at = fields.DatetimeField()
    closed = fields.BooleanField(default=False)
    ignored = fields.BooleanField(default=False)

    class Meta(Model.Meta):
        table = "member_qa_question"
        unique_together: ClassVar = (("group_id", "key"), ("group_id", "number"))


class Vote(Model):
    """One member's opinion of an entry: 1 useful, -1 not."""

    id = fields.BigIntField(primary_key=True)
    entry_id = fields.BigIntField()
    user_id = fields.BigIntField()
    value = fields.SmallIntField()
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "member_qa_vote"
        unique_together: ClassVar = (("entry_id", "user_id"),)


class Spending(Model):
    """How many answers a group has had written for it on a day of the host's zone."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    day = fields.DateField()
    used = fields.IntField(default=0)

    class Meta(Model.Meta):
        table = "member_qa_spending"
        unique_together: ClassVar = (("group_id", "day"),)
