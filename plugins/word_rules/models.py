"""What 违规规则 remembers. Times are aware UTC; group ids are QQ numbers."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Rule(Model):
    """A rule an admin made, as it is written (`rules.parse_rule` reads it); `removed` ones may be brought back."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    text = fields.TextField()
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()
    removed = fields.BooleanField(default=False)

    class Meta(Model.Meta):
        table = "word_rules_rule"
        unique_together: ClassVar = (("group_id", "number"),)
