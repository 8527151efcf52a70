"""The tables of the ledger, in which nothing is ever overwritten but states. Amounts in fen, times aware UTC."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model


class Balance(Model):
    """What an account of the ledger holds, in fen: the sum of what it took minus what it gave.

    `kind` is `outside` (money handed over in QQ, as seen from there: never positive), `member` (paid by a member, not
    used yet: never negative), `income` (the group's), `shared` (what members gave to everybody: never negative),
    `advance` (paid for the group by somebody, not given back yet: never negative) or `short` (the same, by nobody knows
    whom). `user_id` is 0 but for members and advances.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    user_id = fields.BigIntField(default=0)
    amount = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "lizheng_balance"
        unique_together: ClassVar = (("group_id", "kind", "user_id"),)
        constraints: ClassVar = (
            CheckConstraint("kind <> 'member' OR amount >= 0", "lizheng_balance_member"),
            CheckConstraint("kind <> 'outside' OR amount <= 0", "lizheng_balance_outside"),
        )


class Entry(Model):
    """One movement of the ledger, from one account to another, so that both sides are one row and always agree.

    Never changed and never deleted; what was wrong is `reverses`d by another. `key` says what caused it, once.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    at = fields.DatetimeField()
    kind = fields.CharField(max_length=16)
    giver = fields.CharField(max_length=16)
    giver_id = fields.BigIntField(default=0)
    taker = fields.CharField(max_length=16)
    taker_id = fields.BigIntField(default=0)
    amount = fields.BigIntField()
    order_id = fields.BigIntField(db_index=True)
    actor_id = fields.BigIntField(default=0)
    key = fields.CharField(max_length=255, unique=True)
    reverses = fields.BigIntField(null=True, unique=True)

    class Meta(Model.Meta):
        table = "lizheng_entry"
        constraints: ClassVar = (
            CheckConstraint("amount > 0", "lizheng_entry_amount"),
            CheckConstraint("giver <> taker", "lizheng_entry_sides"),
        )


class Order(Model):
    """Something a member is to pay, or to get, as A`number` of its group. Amounts in fen.

    `kind`: charge, fine (spent by itself once it is paid), deposit; and to get: reward, spending (0 for nobody in
    particular). `account` is where it goes when it is used: income or shared. `payer_id` hands a reward over.
    `state`: open, settled (paid and not used: a credit), used, expired, refused, refunded, waived. `text` is what its
    feature keeps with it; `purpose` says in Chinese what it is for. `source` is what caused it, once.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    feature = fields.CharField(max_length=64)
    user_id = fields.BigIntField()
    purpose = fields.CharField(max_length=64)
    text = fields.TextField(default="")
    price = fields.BigIntField()
    paid = fields.BigIntField(default=0)
    state = fields.CharField(max_length=16, default="open")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)
    settled_by = fields.BigIntField(default=0)
    reason = fields.TextField(default="")
    source = fields.CharField(max_length=255, null=True, unique=True)
    used_by = fields.CharField(max_length=255, null=True, unique=True)
    kind = fields.CharField(max_length=16, default="charge", db_default="charge")
    account = fields.CharField(max_length=16, default="income", db_default="income")
    payer_id = fields.BigIntField(default=0, db_default=0)

    class Meta(Model.Meta):
        table = "lizheng_order"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "user_id", "state"),)
        constraints: ClassVar = (
            CheckConstraint("price > 0", "lizheng_order_price"),
            CheckConstraint("paid >= 0", "lizheng_order_paid"),
        )


class Evidence(Model):
    """What was seen of a payment: never proof, as no endpoint tells amounts. `grade` 1 is the strongest, see `ledger.evidence`.

    `amount` is what the member says, `order_id` null while it is bound to none; `notice_id` is our message about it.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    message_id = fields.BigIntField()
    at = fields.DatetimeField()
    grade = fields.SmallIntField()
    wish = fields.CharField(max_length=255, default="")
    amount = fields.BigIntField(null=True)
    order_id = fields.BigIntField(null=True)
    notice_id = fields.BigIntField(null=True, db_index=True)

    class Meta(Model.Meta):
        table = "lizheng_evidence"
        unique_together: ClassVar = (("group_id", "message_id"),)
