"""名片：群名片的格式，教新人写，提醒没改的人。"""

from lizheng import Area, Feature, Recipe, Role
from lizheng.events import CardChanged, FeatureSwitched, MemberJoined, MemberLeft, SettingChanged
from lizheng.hooks import card_format
from plugins.name_tag import handlers, privacy, register, reminding, watching
from plugins.name_tag.settings import Settings

feature = Feature(
    __name__,
    "名片",
    "规定群名片的格式，教新人写，提醒没改的人",
    settings=Settings,
    area=Area.MEMBERS,
    recipes={Recipe.RESOURCES, Recipe.CAMP},
)

command = feature.command("名片格式", "查看或规定群名片的格式", aliases={"tagformat"}, example="/名片格式")
command.form(handlers.show_format, summary="群名片要怎么写")
command.form(
    handlers.set_format, role=Role.ADMIN, example="/名片格式 城市-行业-昵称", summary="规定群名片的格式"
)
command.form(
    handlers.end_format, word="关|关闭", role=Role.ADMIN, example="/名片格式 关", summary="不再管群名片的格式"
)
command = feature.command("名片", "查看或修改自己的群名片", aliases={"tag"}, example="/名片")
command.form(handlers.show_own, summary="自己的群名片对不对")
command.form(handlers.set_own, example="/名片 上海-电商-小王", summary="修改自己的群名片")
feature.command(
    "名片检查", "谁的名片不合格", aliases={"tagcheck"}, role=Role.ADMIN, example="/名片检查"
).form(handlers.check_now)
command = feature.command(
    "豁免", "名片格式不管的人", aliases={"exempt"}, role=Role.ADMIN, example="/豁免 @小王"
)
register.EXEMPTS.declare(feature, command, keep="名片豁免", toggles="名片格式不管谁，再发一次取消")

watcher = watching.Watcher()
feature.on_message(watcher.look, order=90)
feature.on(MemberJoined, watching.joined)
feature.on(MemberLeft, watching.left)
feature.on(CardChanged, watching.card_changed)
feature.on(FeatureSwitched, watching.switched)
feature.on(SettingChanged, watching.changed)
feature.on_start(watcher.begin)
feature.on_start(watching.resume(feature))
feature.job(watching.CHECK, watching.check)
feature.job(watching.TELL, reminding.tell)
feature.job(register.REMIND, reminding.remind)
feature.decision("remind", reminding.remind_confirmed)
feature.decision("kick", reminding.kick_confirmed)
feature.undo_settings("format", lambda undo: {"format": undo["old"]})
feature.answers(card_format, reminding.answer_format)

feature.first_step("群名片要写成什么样？", "名片格式", "城市-行业-昵称", order=10, settings=("format",))
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
