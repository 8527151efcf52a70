"""What 广播 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Broadcast(Model):
    """One word to many groups, under a number of the whole host. `group_id` is where it was asked for.

    `content` are parts, see `content`. `aside`: its author is told in private. `state`: open, stopped. `told`: the
    author knows how it ended; `pause_told`: that it pauses. `source` is the preview that was confirmed.
    """

    id = fields.BigIntField(primary_key=True)
    number = fields.BigIntField(unique=True)
    group_id = fields.BigIntField()
    author_id = fields.BigIntField()
    content = fields.JSONField(default=list)
    upkeep = fields.BooleanField(default=False)
    aside = fields.BooleanField(default=False)
    state = fields.CharField(max_length=16, default="open")
    told = fields.BooleanField(default=False)
    pause_told = fields.BooleanField(default=False)
    at = fields.DatetimeField()
    source = fields.CharField(max_length=64, unique=True)

    class Meta(Model.Meta):
        table = "broadcast_cast"


class Target(Model):
    """One group of a broadcast, with what became of it there.

    `state`: waiting, sending, done, not_done, unknown. `recall` is how taking it back went: asked, done, not_done,
    unknown, "" where nobody wanted that. `attempt` grows when it is sent once more.
    """

    id = fields.BigIntField(primary_key=True)
    broadcast_id = fields.BigIntField()
    group_id = fields.BigIntField()
    name = fields.CharField(max_length=255, default="")
    state = fields.CharField(max_length=16, default="waiting")
    why = fields.CharField(max_length=255, default="")
    attempt = fields.IntField(default=0)
    message_id = fields.BigIntField(null=True)
    recall = fields.CharField(max_length=16, default="")
    at = fields.DatetimeField()
    put_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "broadcast_target"
        unique_together: ClassVar = (("broadcast_id", "group_id"),)
        indexes: ClassVar = (("group_id", "put_at"),)


class Timed(Model):
    """Something that is said in a group at its hour. `when` is a `rules.When`.

    `next_at` is when it is due next, None once it has nothing left to say or is stopped. `missed` counts what was due
    and not said. `urgent`: it is made up for however late, and comes in quiet hours too.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    author_id = fields.BigIntField()
    when = fields.JSONField(default=dict)
    content = fields.JSONField(default=list)
    urgent = fields.BooleanField(default=False)
    next_at = fields.DatetimeField(null=True)
    missed = fields.IntField(default=0)
    deleted = fields.BooleanField(default=False)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "broadcast_timed"
        unique_together: ClassVar = (("group_id", "number"),)


class Label(Model):
    """A word by which a group is chosen along with others."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    word = fields.CharField(max_length=32)
    by = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "broadcast_label"
        unique_together: ClassVar = (("group_id", "word"),)
