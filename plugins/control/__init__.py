"""控制：帮助、开关、设置、自检、记录与撤销。"""

from lizheng import Feature, GroupMet, Role
from plugins.control import checkup, help, records, settings, standing, switches

feature = Feature(
    __name__, "控制", "帮助、开关、设置、自检、记录与撤销", settings=settings.Settings, always_on=True
)

feature.command("帮助", "看看现在能用什么", aliases={"help"}).form(help.overview, example="/帮助").form(
    help.topic, example="/帮助 群规"
)
feature.command("功能", "所有功能和开关", aliases={"features"}, example="/功能").form(help.features)

admin = {"role": Role.ADMIN}
feature.command("开启", "打开一个功能", aliases={"on"}, **admin, example="/开启 入群欢迎").form(
    switches.switch_on
)
feature.command("关闭", "关掉一个功能", aliases={"off"}, **admin, example="/关闭 入群欢迎").form(
    switches.switch_off
)
feature.command("试运行", "只说会做什么，不真的做", aliases={"dryrun"}, **admin, example="/试运行 开").form(
    switches.show_dry_run
).form(switches.dry_run)
feature.command("设置", "查看或修改设置", aliases={"set"}, **admin, example="/设置 入群欢迎").form(
    settings.show
).form(settings.change, example="/设置 控制 记录条数 20")
feature.command("自检", "机器人现在好不好", aliases={"check"}, **admin, example="/自检").form(checkup.checkup)
feature.command("记录", "机器人做过什么", aliases={"log"}, role=Role.DEPUTY, example="/记录 #12").form(
    records.show
)
feature.command("撤销", "撤销一条记录", aliases={"undo"}, **admin, example="/撤销 12").form(records.undo)

for title, summary, kind in standing.KINDS:
    command = feature.command(title, summary, example=f"/{title} 查看")
    command.form(standing.lister(kind), word="查看|列表").form(
        standing.adder(kind), word="添加|加", **admin, example=f"/{title} 添加 @小王"
    ).form(standing.remover(kind), word="删除|移除", **admin, example=f"/{title} 删除 @小王")

feature.on(GroupMet, help.introduce)
feature.undo("switch", switches.undo_switch)
feature.undo("setting", settings.undo_change)
feature.undo("standing", standing.undo_standing)
feature.undo("dry_run", switches.undo_dry_run)

__plugin_meta__ = feature.metadata
