"""What 早报 remembers. Times are aware UTC; days are dates in the host's zone."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Source(Model):
    """A feed, shared by all groups that take it. `why` is what went wrong at the last try, "" when nothing did.

    `overruns` counts the times since it last worked that reading it took too much; it is not tried before `aside_until`.
    """

    id = fields.BigIntField(primary_key=True)
    url = fields.CharField(max_length=1000, unique=True)
    title = fields.CharField(max_length=64, default="")
    etag = fields.CharField(max_length=255, default="")
    modified = fields.CharField(max_length=255, default="")
    tried_at = fields.DatetimeField(null=True)
    fetched_at = fields.DatetimeField(null=True)
    why = fields.CharField(max_length=255, default="")
    overruns = fields.IntField(default=0, db_default=0)
    aside_until = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "morning_brief_source"


class Item(Model):
    """An entry of a source, kept while it may be shown; `key` is the first of its `keys`."""

    id = fields.BigIntField(primary_key=True)
    source_id = fields.BigIntField()
    key = fields.CharField(max_length=64)
    keys = fields.JSONField(default=list)
    title = fields.CharField(max_length=255)
    link = fields.CharField(max_length=500, default="")
    published_at = fields.DatetimeField(null=True)
    seen_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "morning_brief_item"
        unique_together: ClassVar = (("source_id", "key"),)


class Subscription(Model):
    """A group takes a source, under a number of its own. `told_at` is when its admins were last told that it fails."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.IntField()
    source_id = fields.BigIntField()
    added_by = fields.BigIntField(default=0)
    told_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "morning_brief_subscription"
        unique_together: ClassVar = (("group_id", "number"), ("group_id", "source_id"))


class Shown(Model):
    """A key of an item this group has had in a brief."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    key = fields.CharField(max_length=64)
    day = fields.DateField()

    class Meta(Model.Meta):
        table = "morning_brief_shown"
        unique_together: ClassVar = (("group_id", "key"),)


class Submission(Model):
    """A member's line that was approved; `day` is that of the brief it went into."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    author_id = fields.BigIntField()
    who = fields.CharField(max_length=64)
    text = fields.TextField()
    day = fields.DateField(null=True)

    class Meta(Model.Meta):
        table = "morning_brief_submission"
        unique_together: ClassVar = (("group_id", "number"),)


class Tally(Model):
    """What happened in a group on a day, as 早报 counted it by itself before `lizheng.activity` did."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    day = fields.DateField()
    messages = fields.BigIntField(default=0)
    joined = fields.BigIntField(default=0)
    left = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "morning_brief_tally"
        unique_together: ClassVar = (("group_id", "day"),)


class Brief(Model):
    """The one brief of a group and day: what stood in it, and what became of sending it.

    `state`: sending, out, or missed. `attempt` counts the sendings; `lied` those that were answered ok and not found;
    `looks` the tries to look that showed nothing. `recalled` when one of the bot's messages was taken back meanwhile.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    day = fields.DateField()
    text = fields.TextField()
    state = fields.CharField(max_length=16, default="sending")
    attempt = fields.IntField(default=1)
    lied = fields.IntField(default=0)
    looks = fields.IntField(default=0)
    recalled = fields.BooleanField(default=False)
    until = fields.DatetimeField()
    why = fields.CharField(max_length=255, default="")

    class Meta(Model.Meta):
        table = "morning_brief_brief"
        unique_together: ClassVar = (("group_id", "day"),)
