"""What 报名 remembers. Times are aware UTC; group and user ids are QQ numbers; money in fen."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Event(Model):
    """Something people sign up for, as H`number` of its group.

    `state`: open, closed (nobody signs up any more), ended, cancelled. `seats` 0 is no limit, `waiting` None as many as
    like. `organiser_id` 0 is the admins. `ends_at` is when it is over for good. `told_lead` is the shortest lead, in
    seconds, at which the reminder was said; `turns` counts what is done under its row as under a lock.
    `word_…` is today's word at the door, hashed; `drawn` how often its tables were drawn.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.IntField()
    organiser_id = fields.BigIntField()
    title = fields.CharField(max_length=64)
    place = fields.CharField(max_length=64, default="")
    who = fields.TextField(default="")
    seats = fields.IntField(default=0)
    waiting = fields.IntField(null=True)
    guests = fields.IntField(default=0)
    price = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    starts_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    state = fields.CharField(max_length=16, default="open")
    reason = fields.TextField(default="")
    told_lead = fields.IntField(default=0)
    turns = fields.BigIntField(default=0)
    word_salt = fields.CharField(max_length=32, default="")
    word_hash = fields.CharField(max_length=64, default="")
    word_until = fields.DatetimeField(null=True)
    drawn = fields.IntField(default=0)
    source = fields.CharField(max_length=255, null=True, unique=True)

    class Meta(Model.Meta):
        table = "events_event"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "state"),)


class Seat(Model):
    """Somebody signed up, once per event, with nameless `guests`.

    `state`: taken, waiting, left, removed, lapsed (not paid or not confirmed in time). `live` while the event is to
    come. Places go by `asked_at`, then `rank`. One with `confirm_by` has to say by then that they come. `source` is
    the message that changed it last.
    """

    id = fields.BigIntField(primary_key=True)
    event_id = fields.BigIntField()
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    guests = fields.IntField(default=0)
    note = fields.CharField(max_length=64, default="")
    state = fields.CharField(max_length=16)
    live = fields.BooleanField(default=True)
    rank = fields.BigIntField(default=0)
    asked_at = fields.DatetimeField()
    confirm_by = fields.DatetimeField(null=True)
    order_id = fields.BigIntField(null=True)
    pay_by = fields.DatetimeField(null=True)
    arrived_at = fields.DatetimeField(null=True)
    missed = fields.BooleanField(default=False)
    tries = fields.IntField(default=0)
    source = fields.CharField(max_length=255, null=True)

    class Meta(Model.Meta):
        table = "events_seat"
        unique_together: ClassVar = (("event_id", "user_id"),)
        indexes: ClassVar = (("group_id", "user_id"),)


class Draw(Model):
    """A draw, as C`number` of its group. `state`: open, drawn, cancelled.

    `secret` stays on the host until it is drawn; its hash is said at the beginning. `digest` is that of the entrants.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.IntField()
    organiser_id = fields.BigIntField()
    prize = fields.CharField(max_length=64)
    winners = fields.IntField()
    who = fields.TextField(default="")
    organiser_too = fields.BooleanField(default=False)
    secret = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64, default="")
    created_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    state = fields.CharField(max_length=16, default="open")
    turns = fields.BigIntField(default=0)
    source = fields.CharField(max_length=255, null=True, unique=True)

    class Meta(Model.Meta):
        table = "events_draw"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "state"),)


class Ticket(Model):
    """Somebody takes part in a draw, once. `state`: in, left, won, passed (won, and it went to the next)."""

    id = fields.BigIntField(primary_key=True)
    draw_id = fields.BigIntField()
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    word = fields.CharField(max_length=64, default="")
    state = fields.CharField(max_length=16, default="in")
    live = fields.BooleanField(default=True)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "events_ticket"
        unique_together: ClassVar = (("draw_id", "user_id"),)
        indexes: ClassVar = (("group_id", "user_id"),)
