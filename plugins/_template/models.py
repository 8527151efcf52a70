"""The table of 模板."""

from tortoise import fields
from tortoise.models import Model


class Note(Model):
    """Something that a member wrote down."""

    id = fields.BigIntField(primary_key=True)
    group_id = fields.BigIntField(db_index=True)
    user_id = fields.BigIntField()
    text = fields.TextField()

    class Meta(Model.Meta):
        table = "_template_note"
