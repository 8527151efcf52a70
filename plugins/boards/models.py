"""What 信息板 remembers. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.lifetime import Lived
from lizheng.parts.quota import UsedQuota


class Item(Lived):
    """One entry. `state`: waiting (for a decision), up, down, refused; one that is up ends at `until`.

    `version` grows with every change of its words. `left_at` is when its author left the group. `folded` is the text
    for comparing, without contacts. `answered_at` is when somebody first answered a call for help, `message_id` the
    message that posted the entry.
    """

    number = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    text = fields.TextField()
    folded = fields.TextField()
    parts = fields.JSONField()
    cities = fields.CharField(max_length=255, default="")
    state = fields.CharField(max_length=16)
    outcome = fields.CharField(max_length=32, default="")
    version = fields.IntField(default=1)
    seen = fields.IntField(default=0)
    posted_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)
    answered_at = fields.DatetimeField(null=True)
    message_id = fields.BigIntField(default=0)
    source = fields.CharField(max_length=255, null=True, unique=True)

    class Meta(Model.Meta):
        table = "boards_item"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "state", "kind"),)


class Match(Model):
    """Two entries, by number, that may suit each other; the lower number is `one`."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    one = fields.BigIntField()
    other = fields.BigIntField()
    one_author = fields.BigIntField()
    other_author = fields.BigIntField()
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "boards_match"
        unique_together: ClassVar = (("group_id", "one", "other"),)


class KindRow(Model):
    """What a group has chosen about a kind, or a kind of its own; null is the default. `days` 0 has no end."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    name = fields.CharField(max_length=16)
    own = fields.BooleanField(default=False)
    on = fields.BooleanField(null=True)
    days = fields.IntField(null=True)
    required = fields.JSONField(null=True)

    class Meta(Model.Meta):
        table = "boards_kind"
        unique_together: ClassVar = (("group_id", "name"),)


class Used(UsedQuota):
    """How often somebody has posted, and the board has spoken up."""

    class Meta(Model.Meta):
        table = "boards_used"
        unique_together: ClassVar = (("group_id", "user_id", "kind"),)
