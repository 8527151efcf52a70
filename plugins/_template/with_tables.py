"""模板：记下一句话，从这里改起。"""

from typing import Annotated

from lizheng import Context, Feature, Keep, Line
from plugins._template.models import Note

feature = Feature(__name__, "模板", "记下一句话，从这里改起")


@feature.command("模板", "记下一句话，从这里改起", example="/模板 你好")
async def answer(ctx: Context, words: Annotated[str, Line(most=40)]) -> None:
    await Note.create(group_id=ctx.group.id, user_id=ctx.author_id, text=words)
    count = await Note.filter(group_id=ctx.group.id).count()
    await ctx.say("模板：记下了，一共 {count} 句。", count=count)


feature.keep(Keep(Note, "写下的话", until="一直留着"))

__plugin_meta__ = feature.metadata
