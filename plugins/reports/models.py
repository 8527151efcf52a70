"""What 举报 remembers. Times are aware UTC; nobody who reported stands here by number: see `lizheng.parts.veil`."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Case(Model):
    """What is said of one person: `kind` is `message` or `private` (adding and pestering group members).

    `state`: open, upheld, denied, lapsed (nobody decided), withdrawn. `owner_id` is the 群主 then, 0 unknown. `to_owner`:
    the person is protected, and only the owner may look. `open_key` keeps a second open one out, None once it has ended.
    `told_at` is when those who decide were told, `pending` the number under which they decide.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.IntField()
    user_id = fields.BigIntField(db_index=True)
    owner_id = fields.BigIntField(default=0)
    kind = fields.CharField(max_length=16)
    to_owner = fields.BooleanField(default=False)
    state = fields.CharField(max_length=16, default="open")
    open_key = fields.CharField(max_length=80, null=True, unique=True)
    opened_at = fields.DatetimeField()
    told_at = fields.DatetimeField(null=True)
    proposed = fields.BooleanField(default=False)
    pending = fields.IntField(default=0)
    measure = fields.CharField(max_length=32, default="")
    decided_by = fields.BigIntField(default=0)
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "reports_case"
        unique_together: ClassVar = (("group_id", "number"),)


class Voice(Model):
    """One person's word in a case, under their pseudonym of this group; one in each case.

    `circle` is the same for those who came into the group together: they count as one. `evidence` are texts of the
    person reported, one a line. `weight` is what the reporter's word weighed then. `source` is the veiled cause, for duplicates.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    case_id = fields.BigIntField()
    veil = fields.CharField(max_length=32)
    weight = fields.FloatField()
    circle = fields.IntField()
    words = fields.TextField(default="")
    evidence = fields.TextField(default="")
    source = fields.CharField(max_length=64, unique=True)
    at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "reports_voice"
        unique_together: ClassVar = (("case_id", "veil"),)
        indexes: ClassVar = (("group_id", "veil"),)


class Standing(Model):
    """What became of what one pseudonym reported: how many were upheld, denied, and meant to harm."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    veil = fields.CharField(max_length=32)
    upheld = fields.IntField(default=0)
    denied = fields.IntField(default=0)
    malicious = fields.IntField(default=0)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "reports_standing"
        unique_together: ClassVar = (("group_id", "veil"),)
