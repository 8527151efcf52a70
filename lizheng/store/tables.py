"""The kit's own tables, but for the ledger's. Times are aware UTC; group and user ids are QQ numbers."""

from typing import ClassVar

from tortoise import fields
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


class Completion(Model):
    """Somebody who is to be told how a call or an act ended, once. Written with the call's row or the act's record.

    `state`: waiting (for the end), ended (a slot tells of it), told. `outcome` and `why` are the end, `message_id` what a
    message got.
    """

    id = fields.BigIntField(primary_key=True)
    outgoing_id = fields.BigIntField(null=True, unique=True)
    record_id = fields.BigIntField(null=True, unique=True)
    group_id = fields.BigIntField(default=0)
    feature = fields.CharField(max_length=64)
    name = fields.CharField(max_length=64)
    payload = fields.JSONField(default=dict)
    state = fields.CharField(max_length=16, default="waiting", db_index=True)
    outcome = fields.CharField(max_length=16, default="")
    why = fields.TextField(default="")
    message_id = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_completion"


class About(Model):
    """What a message of ours is about, for whoever quotes it. `ref` is a number or a text of the feature's own."""

    id = fields.BigIntField(primary_key=True)
    outgoing_id = fields.BigIntField(null=True, unique=True)
    group_id = fields.BigIntField(default=0)
    message_id = fields.BigIntField(null=True)
    feature = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=32)
    ref = fields.JSONField()
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "lizheng_about"
        indexes: ClassVar = (("group_id", "message_id"),)


class Slot(Model):
    """One due job of the schedule. `late_limit` is in seconds; `retry_at` holds a failed one back.

    `planned_from` is what caused it to be planned; `claimed_by` the host that runs it, where several share the database.
    A `parked` one came due while its feature was off. `next_…` is what was planned while it ran.
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
    planned_from = fields.CharField(max_length=255, null=True)
    next_due_at = fields.DatetimeField(null=True)
    next_payload = fields.JSONField(null=True)
    next_from = fields.CharField(max_length=255, null=True)

    class Meta(Model.Meta):
        table = "lizheng_slot"
        unique_together: ClassVar = (("feature", "name", "group_id", "key"),)
        indexes: ClassVar = (("state", "due_at"),)


class Gathered(Model):
    """One thing that waits to be handled together with others of its name; see `GroupContext.gather`.

    `batch` is the first row of those it is handled with, once that has begun; `done_at` when they had been handled.
    """

    id = fields.BigIntField(primary_key=True)
    feature = fields.CharField(max_length=64)
    name = fields.CharField(max_length=64)
    group_id = fields.BigIntField()
    item = fields.JSONField(default=dict)
    at = fields.DatetimeField()
    source = fields.CharField(max_length=255, null=True, unique=True)
    batch = fields.BigIntField(null=True)
    done_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_gathered"
        indexes: ClassVar = (("group_id", "feature", "name"),)


class Pending(Model):
    """Something that waits for a person's decision, under a short number of its group.

    `needed_role` is the role it took to ask for it, which its author must still hold when it is carried out. `source`
    is what caused it, `decided_from` the message that decided it. `people` are those who may decide, where they are
    named; `seconded_by` is the first of two admins who agreed.
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
    people = fields.JSONField(null=True)
    seconded_by = fields.BigIntField(null=True)

    class Meta(Model.Meta):
        table = "lizheng_pending"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("source",), ("group_id", "notice_id"))


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


class Presence(Model):
    """Up to when what an endpoint has told of an account of ours was handled, moved ahead while it is connected."""

    account = fields.BigIntField(primary_key=True, generated=False)
    seen_until = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "lizheng_presence"


class Gap(Model):
    """A time in which an account of ours was told nothing.

    With `group_id` 0 it is the account's, `open` until its groups were read back. One with a group says from when on
    (`read_from`) that group was read back; where there is none, it was not.
    """

    id = fields.BigIntField(primary_key=True)
    account = fields.BigIntField()
    group_id = fields.BigIntField(default=0)
    since = fields.DatetimeField()
    until = fields.DatetimeField()
    read_from = fields.DatetimeField(null=True)
    open = fields.BooleanField(default=False)

    class Meta(Model.Meta):
        table = "lizheng_gap"
        unique_together: ClassVar = (("account", "group_id", "since"),)
