"""问答：群里教它，有人问就答；没把握就不说话。"""

from datetime import time

from lizheng import Area, Feature, Recipe, Role
from lizheng.events import GroupTakenOver
from plugins.member_qa import feedback, files, library, pictures, privacy, sets, teaching, tidying, waiting
from plugins.member_qa.answering import Answering
from plugins.member_qa.files import Files
from plugins.member_qa.library import Library
from plugins.member_qa.listing import Listing
from plugins.member_qa.meanings import Meanings
from plugins.member_qa.sets import Sets
from plugins.member_qa.settings import Settings
from plugins.member_qa.shelves import Shelves
from plugins.member_qa.teaching import Teaching
from plugins.member_qa.waiting import Waiting
from plugins.member_qa.writing import Writer

feature = Feature(
    __name__,
    "问答",
    "群里教它，有人问就答；没把握就不说话",
    settings=Settings,
    area=Area.CONTENT,
    recipes={Recipe.CAMP, Recipe.HOBBY, Recipe.LARGE},
)
shelves = Shelves()
entries = Library(shelves)
writer = Writer()
meanings = Meanings()
answering = Answering(entries, writer, meanings)
teacher = Teaching(entries)
listing = Listing(entries)
asked = Waiting(entries)
desk = Files(entries)
shared = Sets(entries)

feature.command("教", "教一条问答", aliases={"teach"}).form(
    teacher.teach, example="/教 怎么申请白名单|白名单在哪弄 => 在群公告里点链接填表"
)
feature.command("问", "问一个问题", aliases={"ask"}).form(answering.ask, example="/问 怎么申请白名单")
feature.command("问答", "翻看教过的问答", aliases={"faq"}).form(listing.show, example="/问答 白名单").form(
    listing.look, word="看", example="/问答 看 3", summary="看一条问答的答案、作者和改动"
).form(listing.bad, word="差评", example="/问答 差评", summary="被说「没用」的问答").form(
    desk.bring_in, word="导入", role=Role.ADMIN, example="/问答 导入", summary="从 csv 或 xlsx 表格导入"
).form(
    desk.take_out, word="导出", role=Role.ADMIN, example="/问答 导出 csv", summary="导出成表格，放进群文件"
).form(
    shared.show, word="题库", role=Role.ADMIN, example="/问答 题库", summary="有哪些公共题库，本群用哪些"
).form(
    shared.use, word="题库", role=Role.ADMIN, example="/问答 题库 新手 开", summary="用上或不用一份公共题库"
).form(
    shared.share,
    word="共享",
    role=Role.SUPERUSER,
    example="/问答 共享 3 新手",
    summary="把本群的一条放进公共题库",
)
feature.command("忘记", "删掉一条问答", aliases={"forget"}).form(listing.forget, example="/忘记 3")
feature.command("待答", "没人教过的问题", aliases={"unanswered"}).form(asked.show, example="/待答").form(
    asked.ignore, word="忽略", role=Role.DEPUTY, example="/待答 忽略 2", summary="不再等一个问题的答案"
)
feature.command("答", "回答一个待答的问题", aliases={"answer"}).form(asked.answer, example="/答 2 在群公告里")

feature.on_message(answering.look, order=70)
desk.inbox.declare(feature)
feature.on(GroupTakenOver, shelves.taken_over)
feature.on_start(shelves.begin)
feature.on_start(writer.begin)
feature.on_start(meanings.begin)
feature.on_start(pictures.quota.begin)
feature.job(pictures.DROP, pictures.expired)
feature.nightly(tidying.TIDY, tidying.tidy, time(4, 50))
feature.decision(teaching.LESSON, teacher.accepted, teaching.refused)
feature.decision(teaching.MERGE, teacher.merge_confirmed, teaching.not_merged)
feature.decision(teaching.ANSWER, asked.accepted, teaching.refused)
feature.decision(files.IMPORT, desk.confirmed)
feature.decision(feedback.DOUBT, feedback.held_back, feedback.stood_by)
feature.undo(feedback.UNDO, feedback.undo_verdict)
feature.undo(library.UNDO, entries.undo)
feature.undo(library.SHARED_UNDO, shared.undo_shared)
feature.undo_settings(sets.UNDO, lambda undo: {"shared": undo["old"]})
feature.undo(files.UNDO, desk.undo)
feature.undo(waiting.UNDO, asked.undo)
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
