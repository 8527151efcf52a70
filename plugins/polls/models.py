"""What 投票 remembers. Times are aware UTC; group and user ids are QQ numbers."""

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from lizheng.parts.private_form import FormRow


class Poll(Model):
    """A poll. `state`: proposed, open, closed, void. `quorum` is a number of voters, -1 for more than half, 0 for any.

    `seen_from` is since when its time counts as seen: a gap before was made up for. `result` holds the sums once it is
    closed. `changes` grows with every vote, so that votes and the closing wait for each other.
    """

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.IntField()
    author_id = fields.BigIntField(default=0)
    title = fields.CharField(max_length=128)
    options = fields.JSONField(default=list)
    most = fields.IntField(default=1)
    secret = fields.BooleanField(default=False)
    hidden = fields.BooleanField(default=False)
    quorum = fields.IntField(default=0)
    who = fields.CharField(max_length=200, default="")
    state = fields.CharField(max_length=16, default="open")
    opened_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    seen_from = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    result = fields.JSONField(null=True)
    reason = fields.CharField(max_length=200, default="")
    changes = fields.IntField(default=0)
    source = fields.CharField(max_length=255, unique=True)

    class Meta(Model.Meta):
        table = "polls_poll"
        unique_together: ClassVar = (("group_id", "number"),)
        indexes: ClassVar = (("group_id", "state"),)


class Voter(Model):
    """Somebody who may vote in a poll, written down when it was opened, and whether they have. Not what, and not when."""

    id = fields.BigIntField(primary_key=True)
    poll_id = fields.BigIntField()
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    voted = fields.BooleanField(default=False)
    ends_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "polls_voter"
        unique_together: ClassVar = (("poll_id", "user_id"),)


class Ballot(Model):
    """What somebody chose in a poll that is not secret, as of the message sent last."""

    id = fields.BigIntField(primary_key=True)
    poll_id = fields.BigIntField()
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    choices = fields.JSONField(default=list)
    at = fields.DatetimeField()
    source = fields.CharField(max_length=255, unique=True)
    ends_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "polls_ballot"
        unique_together: ClassVar = (("poll_id", "user_id"),)


class SecretBallot(Model):
    """One vote of a secret poll. All of a poll are written anew with each vote, so that no order and no transaction tells
    whose it is; the key of `veil` is in no file.
    """

    id = fields.BigIntField(primary_key=True)
    poll_id = fields.BigIntField(db_index=True)
    veil = fields.CharField(max_length=64)
    choices = fields.JSONField(default=list)
    ends_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "polls_secret"


class Second(Model):
    """Somebody who is for putting a proposal to the vote."""

    id = fields.BigIntField(primary_key=True)
    poll_id = fields.BigIntField()
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "polls_second"
        unique_together: ClassVar = (("poll_id", "user_id"),)


class Survey(Model):
    """Some questions to everybody. `state`: open, closed, void."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField()
    number = fields.IntField()
    author_id = fields.BigIntField(default=0)
    title = fields.CharField(max_length=128)
    questions = fields.JSONField(default=list)
    state = fields.CharField(max_length=16, default="open")
    opened_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    source = fields.CharField(max_length=255, unique=True)

    class Meta(Model.Meta):
        table = "polls_survey"
        unique_together: ClassVar = (("group_id", "number"),)


class Filled(Model):
    """What one member answered: places of options, numbers, words, None for what was left out."""

    id = fields.BigIntField(primary_key=True)
    survey_id = fields.BigIntField()
    group_id = fields.BigIntField()
    user_id = fields.BigIntField()
    answers = fields.JSONField(default=list)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "polls_filled"
        unique_together: ClassVar = (("survey_id", "user_id"),)


class SurveyDraft(FormRow):
    """Where somebody is in a survey."""

    class Meta(Model.Meta):
        table = "polls_draft"
