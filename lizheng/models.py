"""The kit's own tables. Times are aware UTC; group and user ids are QQ numbers."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model


class Record(Model):
    """One line of the audit: what was done, to whom, why, by which rule or person."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    at = fields.DatetimeField()
    feature = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=32)
    actor_id = fields.BigIntField(default=0)
    rule = fields.CharField(max_length=128, default="")
    target_id = fields.BigIntField(default=0)
    params = fields.JSONField(default=dict)
    reason = fields.TextField(default="")
    state = fields.CharField(max_length=16, default="intended")
    why = fields.TextField(default="")
    undo = fields.JSONField(null=True)
    source = fields.CharField(max_length=255, null=True, db_index=True)

    class Meta(Model.Meta):
        table = "lizheng_record"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "target_id"),)


class Outgoing(Model):
    """One API call that changes QQ, from the intent to what became of it. Written by the outbox alone.

    It has no index but those it cannot do without: each costs every message, and is of use only at start.
    """

    id = fields.BigIntField(primary_key=True)
    account = fields.BigIntField(default=0)
    group_id = fields.BigIntField(default=0)
    user_id = fields.BigIntField(default=0)
    api = fields.CharField(max_length=64)
    params = fields.JSONField(default=dict)
    priority = fields.SmallIntField(default=0)
    state = fields.CharField(max_length=16, default="queued")
    record_id = fields.BigIntField(null=True)
    feature = fields.CharField(max_length=64, default="")
    source = fields.CharField(max_length=255, null=True, unique=True)
    created_at = fields.DatetimeField()
    not_before = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    answer = fields.JSONField(null=True)
    why = fields.TextField(default="")

    class Meta(Model.Meta):
        table = "lizheng_outgoing"


class Slot(Model):
    """One due job of the schedule. `late_limit` is in seconds; `retry_at` holds a failed one back.

    `claimed_by` is the host that runs it, where several share the database.
    """

    id = fields.BigIntField(primary_key=True)
    feature = fields.CharField(max_length=64)
    name = fields.CharField(max_length=64)
    group_id = fields.BigIntField(default=0)
    key = fields.CharField(max_length=128, default="")
    due_at = fields.DatetimeField()
    payload = fields.JSONField(default=dict)
    state = fields.CharField(max_length=16, default="waiting")
    late_limit = fields.FloatField(null=True)
    attempts = fields.IntField(default=0)
    error = fields.TextField(default="")
    retry_at = fields.DatetimeField(null=True)
    claimed_at = fields.DatetimeField(null=True)
    claimed_by = fields.CharField(max_length=32, null=True)
    done_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_slot"
        unique_together: ClassVar = (("feature", "name", "group_id", "key"),)
        indexes: ClassVar = (("state", "due_at"),)


class Pending(Model):
    """Something that waits for a person's decision, under a short number of its group.

    `needed_role` is the role it took to ask for it, which its author must still hold when it is carried out. `source`
    is what caused it, `decided_from` the message that decided it.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.BigIntField()
    feature = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=32)
    author_id = fields.BigIntField(default=0)
    decider = fields.CharField(max_length=16)
    payload = fields.JSONField(default=dict)
    summary = fields.TextField(default="")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    state = fields.CharField(max_length=16, default="open", db_index=True)
    decided_by = fields.BigIntField(null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.TextField(default="")
    notice_id = fields.BigIntField(null=True)
    needed_role = fields.SmallIntField(null=True)
    source = fields.CharField(max_length=255, null=True)
    decided_from = fields.CharField(max_length=255, null=True)

    class Meta(Model.Meta):
        table = "lizheng_pending"
        unique_together: ClassVar = (("group_id", "number"),)


class Counter(Model):
    """The last number handed out under a name in a group; see `store.next_number`."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    name = fields.CharField(max_length=64)
    value = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "lizheng_counter"
        unique_together: ClassVar = (("group_id", "name"),)


class GroupRow(Model):
    """What the kit remembers about a group as a whole. `revision` grows over all groups with every choice made."""

    group_id = fields.BigIntField(primary_key=True, generated=False)
    name = fields.CharField(max_length=255, default="")
    introduced_at = fields.DatetimeField(null=True)
    dry_run = fields.BooleanField(default=False)
    revision = fields.BigIntField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_group"


class HostRow(Model):
    """One running host of several that share this database. A row past `alive_until` is removed by whoever sees it.

    `accounts` are the QQ accounts connected to it.
    """

    id = fields.CharField(max_length=32, primary_key=True)
    alive_until = fields.DatetimeField()
    accounts = fields.JSONField(default=list)

    class Meta(Model.Meta):
        table = "lizheng_host"


class Lease(Model):
    """Which host acts for a group, as long as that host's row exists.

    `id` is the group, or minus the account for what is said to it in private; `account` is who acts there.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    host = fields.CharField(max_length=32, db_index=True)
    account = fields.BigIntField()

    class Meta(Model.Meta):
        table = "lizheng_lease"


class Switch(Model):
    """Whether a feature is on in a group, where that differs from its default."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    feature = fields.CharField(max_length=64)
    on = fields.BooleanField()

    class Meta(Model.Meta):
        table = "lizheng_switch"
        unique_together: ClassVar = (("group_id", "feature"),)


class SettingValue(Model):
    """A setting as a group's admins set it."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    feature = fields.CharField(max_length=64)
    field = fields.CharField(max_length=64)
    value = fields.JSONField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_setting"
        unique_together: ClassVar = (("group_id", "feature", "field"),)


class Standing(Model):
    """A member who is a deputy or whitelisted in a group."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    by = fields.BigIntField(default=0)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "lizheng_standing"
        unique_together: ClassVar = (("group_id", "user_id", "kind"),)


class Balance(Model):
    """What an account of the ledger holds, in fen: the sum of what it took minus what it gave.

    `kind` is `outside` (money handed over in QQ, as seen from there: never positive), `member` (paid by a member, not
    used yet: never negative) or `income` (the group's). `user_id` is 0 but for members.
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
    """Something a member is to pay, as A`number` of its group. Amounts in fen.

    `state`: open, settled (paid and not used: a credit), used, expired, refused, refunded. `text` is what its feature
    keeps with it; `purpose` says in Chinese what it is for. `source` is what caused it, once.
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
