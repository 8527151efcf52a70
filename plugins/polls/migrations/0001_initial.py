# ruff: noqa: RUF012
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Ballot",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("poll_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("choices", fields.JSONField(default=list)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(unique=True, max_length=255)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "polls_ballot",
                "app": "polls",
                "unique_together": (("poll_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Filled",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("survey_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("answers", fields.JSONField(default=list)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "polls_filled",
                "app": "polls",
                "unique_together": (("survey_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Poll",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.IntField()),
                ("author_id", fields.BigIntField(default=0)),
                ("title", fields.CharField(max_length=128)),
                ("options", fields.JSONField(default=list)),
                ("most", fields.IntField(default=1)),
                ("secret", fields.BooleanField(default=False)),
                ("hidden", fields.BooleanField(default=False)),
                ("quorum", fields.IntField(default=0)),
                ("who", fields.CharField(default="", max_length=200)),
                ("state", fields.CharField(default="open", max_length=16)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closes_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("seen_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("result", fields.JSONField(null=True)),
                ("reason", fields.CharField(default="", max_length=200)),
                ("changes", fields.IntField(default=0)),
                ("source", fields.CharField(unique=True, max_length=255)),
            ],
            options={
                "table": "polls_poll",
                "app": "polls",
                "unique_together": (("group_id", "number"),),
                "indexes": [Index(fields=["group_id", "state"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Second",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("poll_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "polls_second",
                "app": "polls",
                "unique_together": (("poll_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecretBallot",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("poll_id", fields.BigIntField(db_index=True)),
                ("veil", fields.CharField(max_length=64)),
                ("choices", fields.JSONField(default=list)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "polls_secret", "app": "polls", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Survey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("number", fields.IntField()),
                ("author_id", fields.BigIntField(default=0)),
                ("title", fields.CharField(max_length=128)),
                ("questions", fields.JSONField(default=list)),
                ("state", fields.CharField(default="open", max_length=16)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closes_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(unique=True, max_length=255)),
            ],
            options={
                "table": "polls_survey",
                "app": "polls",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SurveyDraft",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField(unique=True)),
                ("ref", fields.CharField(max_length=64)),
                ("step", fields.IntField(default=0)),
                ("answers", fields.JSONField(default=list)),
                ("touched_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "polls_draft", "app": "polls", "pk_attr": "id"},
            bases=["FormRow"],
        ),
        ops.CreateModel(
            name="Voter",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("poll_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("user_id", fields.BigIntField()),
                ("voted", fields.BooleanField(default=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "polls_voter",
                "app": "polls",
                "unique_together": (("poll_id", "user_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
