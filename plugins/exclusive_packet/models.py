"""What 专属红包 remembers beside the ledger's orders. Times are aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model


class Card(Model):
    """How far a reward has come: `number` is its order's. Both sides speak: `handed_at` the payer, `got_at` the receiver.

    `message_id` is the packet that was seen; `wrong_id` who took it by mistake; `nags` how often the payer was reminded.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    user_id = fields.BigIntField()
    payer_id = fields.BigIntField()
    announced_at = fields.DatetimeField()
    message_id = fields.BigIntField(null=True)
    handed_at = fields.DatetimeField(null=True)
    got_at = fields.DatetimeField(null=True)
    wrong_id = fields.BigIntField(default=0)
    nags = fields.IntField(default=0)

    class Meta(Model.Meta):
        table = "exclusive_packet_card"
        unique_together: ClassVar = (("group_id", "number"), ("group_id", "message_id"))
        indexes: ClassVar = (("group_id", "payer_id"),)
