"""控制：开关和设置，帮助、自检、记录与撤销。"""

from lizheng import Area, Feature, GroupMet, Role, SettingChanged
from plugins.control import checkup, guide, help, places, records, settings, standing, switches

feature = Feature(
    __name__,
    "控制",
    "开关和设置，帮助、自检、记录与撤销",
    settings=settings.Settings,
    always_on=True,
    area=Area.SYSTEM,
)
ADMIN = Role.ADMIN

command = feature.command("帮助", "看看现在能用什么", aliases={"help"})
command.form(help.overview)
command.form(help.card, word="图|图片", summary="能用的全部画成一张图，每个命令一句说明")
command.form(help.topic, example="/帮助 群规", summary="一个功能或命令怎么用")

command = feature.command("功能", "所有功能和开关", aliases={"features"})
command.form(help.features_of, example="/功能 成员", summary="一类功能，各做什么")
command.form(help.features, example="/功能")

command = feature.command("设置", "查看或修改设置", aliases={"set"}, role=ADMIN)
command.form(settings.show, example="/设置 入群欢迎", summary="一个功能的设置，或其中一项")
command.form(settings.change, example="/设置 控制 记录条数 20", summary="修改一项；值写 默认 就恢复默认")

command = feature.command("自检", "机器人现在好不好", aliases={"check"}, role=ADMIN)
command.form(checkup.checkup)

command = feature.command("开启", "打开一个功能", aliases={"on"}, role=ADMIN)
command.form(switches.show_recipes, word="配方", summary="按群的种类一次开齐，各有哪些")
command.form(
    switches.switch_on_recipe, word="配方", example="/开启 配方 资源群", summary="开齐这种群用得上的"
)
command.form(switches.switch_on, example="/开启 入群欢迎")
command = feature.command("关闭", "关掉一个功能", aliases={"off"}, role=ADMIN)
command.form(switches.switch_off, example="/关闭 入群欢迎")

command = feature.command("记录", "机器人做过什么", aliases={"log"}, role=Role.DEPUTY)
command.form(records.show, example="/记录 #12", summary="最近几条，或某人的、某一条")
command = feature.command("撤销", "撤销一条记录", aliases={"undo"}, role=ADMIN)
command.form(records.undo, example="/撤销 12")

command = feature.command("试运行", "只说会做什么，不真的做", aliases={"dryrun"}, role=ADMIN)
command.form(switches.show_dry_run, summary="现在开着没有")
command.form(switches.dry_run, example="/试运行 开")

command = feature.command("换群", "私聊里换一个群来说", aliases={"group"}, private=True)
command.form(places.change, summary="从共同的群里挑一个")
command.form(places.change_to, example="/换群 江浙电商互助群", summary="换到这个群")

for kind in standing.KINDS:
    command = feature.command(kind.title, kind.summary, aliases={kind.alias})
    command.form(standing.lister(kind), word="查看|列表", summary=f"现在的{kind.title}")
    example = f"/{kind.title} 添加 @小王"
    command.form(standing.adder(kind), word="添加|加", role=ADMIN, example=example, summary=kind.adds)
    example = f"/{kind.title} 删除 @小王"
    command.form(standing.remover(kind), word="删除|移除", role=ADMIN, example=example, summary=kind.removes)

feature.on(GroupMet, help.introduce)
feature.on(SettingChanged, guide.look_again, everywhere=True)
feature.job(guide.SETTLED, guide.close_settled)
feature.decision(guide.STEP, guide.go_on, guide.go_on, guide.answered)
feature.undo("switch", switches.undo_switch)
feature.undo("standing", standing.undo_standing)
feature.undo("dry_run", switches.undo_dry_run)

__plugin_meta__ = feature.metadata
