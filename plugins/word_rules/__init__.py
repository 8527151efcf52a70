"""违规规则：本群自己定的规则，关键词、正则、刷屏、链接。"""

from lizheng import Area, Feature, Recipe, Role, Stage
from lizheng.events import GroupTakenOver
from plugins.word_rules import rulebook
from plugins.word_rules.rulebook import Rulebook
from plugins.word_rules.ruling import Ruling

feature = Feature(
    __name__,
    "违规规则",
    "本群自己定的规则：关键词、正则、刷屏、链接",
    area=Area.ORDER,
    recipes={Recipe.HOBBY, Recipe.LARGE},
)
book = feature.state(Rulebook)
ruling = feature.state(lambda host: Ruling(book.of(host)))

admin = Role.ADMIN
command = feature.command("违规规则", "本群自己定的规则", aliases={"violationrules"}, role=admin)
command.form(ruling(Ruling.show), summary="看本群自己定的规则")
command.form(ruling(Ruling.show), word="查看|列表")
command.form(
    ruling(Ruling.add),
    word="添加|加",
    example="/违规规则 添加 关键词 代充、刷单 → 撤回 第2级",
    summary="加一条规则：遇到什么，怎么处理",
)
command.form(ruling(Ruling.remove), word="删除|移除", example="/违规规则 删除 1", summary="去掉一条规则")
feature.command("规则测试", "看一句话会触发哪条规则，不会真的处理", aliases={"ruletest"}, role=admin).form(
    ruling(Ruling.test), example="/规则测试 低价代充"
)

feature.on_message(book(Rulebook.look), stage=Stage.RULES)
feature.on(GroupTakenOver, book(Rulebook.taken_over))
feature.on_start(book(Rulebook.begin))
feature.job(rulebook.RECALL, rulebook.recall, acts=True)
feature.undo("rule", ruling(Ruling.undo))

__plugin_meta__ = feature.metadata
