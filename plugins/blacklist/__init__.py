"""黑名单：不许进群的人，同一个群主的群共用，一进群就移出。"""

from lizheng import Area, Feature, Recipe, Role
from lizheng.events import FeatureSwitched, MemberJoined
from lizheng.hooks import blacklisted, put_on_blacklist, take_off_blacklist
from plugins.blacklist import handlers, privacy

feature = Feature(
    __name__,
    "黑名单",
    "不许进群的人，同一个群主的群共用，一进群就移出",
    area=Area.ORDER,
    recipes={Recipe.RESOURCES, Recipe.LARGE},
)

command = feature.command(
    "黑名单", "不许进群的人，同一个群主的群共用", aliases={"blacklist"}, role=Role.ADMIN
)
command.form(handlers.show, word="查看|列表")
command.form(handlers.show)
command.form(
    handlers.add,
    word="添加|加",
    example="/黑名单 添加 123456 发广告",
    summary="不许谁进群，在群里的先问要不要移出",
)
command.form(handlers.remove, word="删除|移除", example="/黑名单 删除 123456", summary="又许谁进群")

feature.on(MemberJoined, handlers.came_in)
feature.on(FeatureSwitched, handlers.switched)
feature.on_start(handlers.resume(feature))
feature.job(handlers.SWEEP, handlers.sweep, acts=True)
feature.decision(handlers.DECISION, handlers.sweep_confirmed)
feature.undo("bar", handlers.undo_bar)
feature.undo("unbar", handlers.undo_unbar)
feature.answers(blacklisted, handlers.is_listed)
feature.answers(put_on_blacklist, handlers.put_on)
feature.answers(take_off_blacklist, handlers.take_off)
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
