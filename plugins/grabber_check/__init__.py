"""测挂：发几次小红包，看谁总在前三。"""

from lizheng import Area, Feature, Keep, Recipe, Role
from lizheng.activity import ACTIVITY
from lizheng.hooks import suspicion
from plugins.grabber_check import answers, commands
from plugins.grabber_check.models import Claim, Cleared, Round
from plugins.grabber_check.rounds import KEPT_DAYS
from plugins.grabber_check.settings import Settings

feature = Feature(
    __name__,
    "测挂",
    "发几次小红包，看谁总在前三，只告诉管理员",
    settings=Settings,
    needs={ACTIVITY},
    area=Area.ORDER,
    recipes={Recipe.RESOURCES, Recipe.LARGE},
    opt_in=True,
)

command = feature.command("测挂", "看谁抢红包快得不像人，私聊我发", aliases={"grabtest"}, role=Role.ADMIN)
command.form(commands.take, example="/测挂 @小李 @小王", summary="怎么测；或者照先后记下谁领了")
command.form(commands.begin, word="开始", example="/测挂 开始 10", summary="开一轮，15 分钟内发红包")
command.form(commands.choose, word="选", example="/测挂 选 1", summary="重名的是哪一个")
command.form(
    commands.show_list, word="名单", role=Role.DEPUTY, example="/测挂 名单", summary="谁像挂，凭什么"
)
command.form(commands.show_one, word="看", role=Role.DEPUTY, example="/测挂 看 @小李", summary="看一个人")
command.form(commands.clear, word="不是", example="/测挂 不是 @小李", summary="划掉一个人，180 天")

feature.undo(commands.UNDO, commands.undo_clear)
feature.answers(suspicion, answers.suspicion)
feature.keep(
    Keep(
        Round,
        "你开过的测挂",
        person=("by",),
        at="at",
        days=KEPT_DAYS,
        blank={"by": 0},
        hidden=("draft", "open_key", "source", "closed_source"),
    ),
    Keep(Claim, "测试红包里你是第几个领的", at="at", days=KEPT_DAYS, hidden=("round_id",), aside=True),
    Keep(
        Cleared,
        "管理员说你没有开挂",
        at="at",
        days=KEPT_DAYS,
        aside=True,
        hidden=("by", "source"),
    ),
    Keep(
        Cleared,
        "你在测挂里划掉过谁",
        person=("by",),
        at="at",
        days=KEPT_DAYS,
        blank={"by": 0},
        hidden=("user_id", "source"),
    ),
)

__plugin_meta__ = feature.metadata
