"""早报：每天早上一份，日子、新闻、投稿、昨日数字都在里面，一天只发一次。"""

from lizheng import Feature, Role
from lizheng.events import FeatureSwitched, MemberJoined, MemberLeft, MessageRecalled, SettingChanged
from plugins.morning_brief import gathering, handlers, privacy, register, sending, subscribing, timing
from plugins.morning_brief.counting import Counting
from plugins.morning_brief.settings import Settings

feature = Feature(
    __name__, "早报", "每天早上一份：日子、新闻、投稿、昨日数字，一天只发一次", settings=Settings
)
clock, gathered, counting = timing.Timing(), gathering.Gathering(), Counting()
rounds = gathering.Rounds(feature, gathered, clock)
sent = sending.Sending(clock, gathered, counting)
desk = handlers.Desk(clock, counting, rounds)
feeds_desk = subscribing.Subscribing(gathered, rounds)

command = feature.command("早报", "看今天的早报", aliases={"brief"}, example="/早报")
command.form(desk.show)
command.form(desk.schedule, word="时间", example="/早报 时间", summary="看早报什么时候发")
command.form(
    desk.set_time, word="时间", role=Role.ADMIN, example="/早报 时间 08:00 工作日", summary="定早报什么时候发"
)
command.form(
    feeds_desk.add,
    word="订阅",
    role=Role.ADMIN,
    example="/早报 订阅 https://example.com/rss.xml",
    summary="从一个 RSS 取新闻",
)
command.form(
    feeds_desk.remove, word="退订", role=Role.ADMIN, example="/早报 退订 1", summary="不再从它取新闻"
)
command.form(feeds_desk.show, word="订阅列表", example="/早报 订阅列表", summary="看订阅了哪些")
command.form(
    handlers.submit,
    word="投稿",
    example="/早报 投稿 周六下午三点江边骑车",
    summary="交一条，管理员通过后进早报",
)
command.form(desk.preview, word="预览", role=Role.ADMIN, example="/早报 预览", summary="看下一期会是什么样")
command.form(desk.stop, word="停", role=Role.ADMIN, example="/早报 停", summary="不再自动发早报")

feature.on_message(counting.spoken, order=90)
feature.on(MemberJoined, counting.joined)
feature.on(MemberLeft, counting.left)
feature.on(MessageRecalled, sending.recalled)
feature.on(FeatureSwitched, desk.switched)
feature.on(SettingChanged, desk.changed)
feature.on_start(counting.begin)
feature.on_start(gathered.begin)
feature.on_start(clock.begin)
feature.on_start(desk.resume(feature))
feature.job(timing.BRIEF, sent.due, repeats=True)
feature.job(sending.SETTLE, sending.settle)
feature.job(gathering.FETCH, rounds.fetch, repeats=True)
feature.job(subscribing.OPEN, feeds_desk.open)
feature.job(timing.YEAR, timing.tell_year)
feature.decision(register.DECISION, handlers.accept, handlers.decline)
feature.undo("times", handlers.undo_times)
feature.undo("add", feeds_desk.undo_add)
feature.undo("remove", feeds_desk.undo_remove)

feature.first_step(
    "早报几点发？跳过就按默认的时间；不要早报就发 /早报 停。",
    "早报 时间",
    "08:00 工作日",
    order=50,
    settings=("at", "days"),
)
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
