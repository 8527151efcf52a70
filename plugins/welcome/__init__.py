"""入群欢迎：迎接新人，把群规说清楚。"""

from lizheng import Area, Feature, Recipe, Role
from lizheng.events import MemberJoined
from lizheng.hooks import greets_with_card_format
from plugins.welcome import greeting, handlers, privacy
from plugins.welcome.settings import Settings

feature = Feature(
    __name__,
    "入群欢迎",
    "迎接新人，把群规说清楚",
    settings=Settings,
    area=Area.MEMBERS,
    recipes=Recipe,
)

command = feature.command("欢迎语", "查看或修改欢迎语", aliases={"welcome"}, example="/欢迎语")
command.form(handlers.show_greeting, summary="新人进群时说什么")
command.form(
    handlers.set_greeting,
    role=Role.ADMIN,
    example="/欢迎语 {at} 欢迎，进群先看群规：{群规}",
    summary="修改欢迎语，可以带一张图",
)
command.form(
    handlers.drop_picture, word="关图|删图", role=Role.ADMIN, example="/欢迎语 关图", summary="欢迎语不再带图"
)
command = feature.command("群规", "查看或修改群规", aliases={"rules"}, example="/群规")
command.form(handlers.show_rules, summary="看群规")
command.form(handlers.set_rules, role=Role.ADMIN, example="/群规 一、友善 二、不发广告", summary="修改群规")
command.form(handlers.clear_rules, word="清空", role=Role.ADMIN, example="/群规 清空", summary="不再有群规")

feature.on(MemberJoined, greeting.joined)
feature.job(greeting.GREET, greeting.greet)
feature.undo("greeting", handlers.undo_picture)
feature.undo_settings("greeting", handlers.settings_before)
feature.answers(greets_with_card_format, greeting.shows_card_format)
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
