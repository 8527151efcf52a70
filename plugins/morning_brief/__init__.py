"""早报：每天早上一份，日子、新闻、投稿、昨日数字都在里面，一天只发一次。"""

from lizheng import Area, Feature, Recipe, Role
from lizheng.activity import ACTIVITY
from lizheng.events import FeatureSwitched, MessageRecalled, SettingChanged
from plugins.morning_brief import gathering, handlers, privacy, register, sending, subscribing, timing
from plugins.morning_brief.gathering import Gathering, Rounds
from plugins.morning_brief.handlers import Desk
from plugins.morning_brief.sending import Sending
from plugins.morning_brief.settings import Settings
from plugins.morning_brief.subscribing import Subscribing
from plugins.morning_brief.timing import Timing

feature = Feature(
    __name__,
    "早报",
    "每天早上一份：日子、新闻、投稿、昨日数字，一天只发一次",
    settings=Settings,
    needs={ACTIVITY},
    area=Area.CONTENT,
    recipes={Recipe.RESOURCES, Recipe.HOBBY},
)
clock = feature.state(Timing)
news = feature.state(lambda host: Gathering(host.config.feed_hosts, host.zone))
rounds = feature.state(lambda host: Rounds(feature, news.of(host), clock.of(host)))
sent = feature.state(lambda host: Sending(clock.of(host), news.of(host)))
desk = feature.state(lambda host: Desk(clock.of(host), rounds.of(host)))
feeds_desk = feature.state(lambda host: Subscribing(news.of(host), rounds.of(host)))

command = feature.command("早报", "看今天的早报", aliases={"brief"}, example="/早报")
command.form(desk(Desk.show))
command.form(desk(Desk.schedule), word="时间", example="/早报 时间", summary="看早报什么时候发")
command.form(
    desk(Desk.set_time),
    word="时间",
    role=Role.ADMIN,
    example="/早报 时间 08:00 工作日",
    summary="定早报什么时候发",
)
command.form(
    feeds_desk(Subscribing.add),
    word="订阅",
    role=Role.ADMIN,
    example="/早报 订阅 https://example.com/rss.xml",
    summary="从一个 RSS 取新闻",
)
command.form(
    feeds_desk(Subscribing.remove),
    word="退订",
    role=Role.ADMIN,
    example="/早报 退订 1",
    summary="不再从它取新闻",
)
command.form(feeds_desk(Subscribing.show), word="订阅列表", example="/早报 订阅列表", summary="看订阅了哪些")
command.form(
    handlers.submit,
    word="投稿",
    example="/早报 投稿 周六下午三点江边骑车",
    summary="交一条，管理员通过后进早报",
)
command.form(
    desk(Desk.preview), word="预览", role=Role.ADMIN, example="/早报 预览", summary="看下一期会是什么样"
)
command.form(desk(Desk.stop), word="停", role=Role.ADMIN, example="/早报 停", summary="不再自动发早报")

feature.on(MessageRecalled, sending.recalled)
feature.on(FeatureSwitched, desk(Desk.switched))
feature.on(SettingChanged, desk(Desk.changed))
feature.on_start(clock(Timing.begin))
feature.on_start(rounds(Rounds.plan))
feature.on_ready(clock(Timing.resume))
feature.job(timing.BRIEF, sent(Sending.due), repeats=True)
feature.job(sending.SETTLE, sending.settle)
feature.job(gathering.FETCH, rounds(Rounds.fetch), repeats=True)
feature.job(subscribing.OPEN, feeds_desk(Subscribing.open))
feature.job(timing.YEAR, timing.tell_year)
feature.decision(register.DECISION, handlers.accept, handlers.decline)
feature.undo_settings("times", lambda undo: undo["old"])
feature.undo("add", feeds_desk(Subscribing.undo_add))
feature.undo("remove", feeds_desk(Subscribing.undo_remove))

feature.first_step(
    "早报几点发？跳过就按默认的时间；不要早报就发 /早报 停。",
    "早报 时间",
    "08:00 工作日",
    order=50,
    settings=("at", "days"),
)
feature.keep(*privacy.KEEPS)

__plugin_meta__ = feature.metadata
