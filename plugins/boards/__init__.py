"""信息板：招聘、求职、合作、资源、求助、资料，各有期限，能搜，能配，没人顶帖。"""

from lizheng import Area, Feature, Keep, MemberJoined, MemberLeft, Recipe, Role
from lizheng.events import FileShared
from lizheng.hooks import ad_opinion, brief_section, known, weekly_report, window_opens
from lizheng.ledger import SETTLED
from plugins.boards import answers, commands, decisions, items, jobs, kinds, listeners, orders, texts
from plugins.boards.models import Item, Match
from plugins.boards.rules import KINDS
from plugins.boards.settings import Settings

feature = Feature(
    __name__,
    "信息板",
    "招聘、求职、合作、资源、求助、资料各上各的板，有期限、能搜、能配",
    settings=Settings,
    area=Area.CONTENT,
    recipes={Recipe.RESOURCES, Recipe.HOBBY, Recipe.LARGE},
    opt_in=True,
)

for kind in KINDS.values():
    commands.declare(feature, kind)
board = feature.command(
    texts.BOARD_NAME, "各类信息有多少，最新的是哪些", aliases={"boards"}, example="/信息板"
)
board.form(commands.overview)
board.form(
    commands.own, example="/信息板 房源 发布 两室一厅，成都，3000元/月", summary="自己的类别，用法和招聘一样"
)
for handler, word, example, summary in (
    (commands.switch_on, "开", "内推", "打开一类"),
    (commands.switch_off, "关", "合作", "关上一类，已经在的留着"),
    (commands.add_kind, "添加", "房源 30天", "加一类自己的"),
    (commands.remove_kind, "删除", "房源", "去掉自己加的一类"),
    (commands.set_life, "期限", "招聘 60天", "一类放多久"),
    (commands.set_required, "必填", "招聘 薪资,城市", "一类必须写明什么"),
    (commands.set_review, "免审", "30天", "谁发布不用审：所有人、没有，或进群多久以上"),
):
    board.form(handler, word=word, role=Role.ADMIN, example=f"/信息板 {word} {example}", summary=summary)

feature.on_message(listeners.look)
feature.on(FileShared, listeners.shared)
feature.on(MemberLeft, listeners.left)
feature.on(MemberJoined, listeners.joined)
feature.on_ready(jobs.ready)
feature.job(jobs.MATCH, jobs.match, repeats=True)
feature.job(items.UNANSWERED, jobs.unanswered)
feature.job(SETTLED, orders.settled)
feature.job(orders.EXPIRE, orders.expire)
feature.decision(decisions.ITEM, decisions.approved, decisions.rejected)
feature.decision(decisions.DEAD, decisions.dead_confirmed)
feature.undo(items.UNDO, items.undo)
feature.undo(kinds.UNDO, kinds.undo)
feature.answers(ad_opinion, answers.opinion)
feature.answers(window_opens, answers.digest)
feature.answers(brief_section, answers.section)
feature.answers(weekly_report, answers.figures)
feature.answers(known, answers.known_for)
items.LIFE.declare(feature)
items.POSTS.declare(feature, "发过几条信息")
feature.keep(
    Keep(Match, "信息板上的配对", person=("one_author", "other_author"), at="at", days=90),
    Keep(
        Item,
        "信息板上的条目",
        person=("author_id",),
        at="until",
        days=90,
        until="下架或到期后 90 天；资料到拿掉为止",
    ),
)

__plugin_meta__ = feature.metadata
