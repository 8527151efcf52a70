"""The index must be invisible: each conversation leaves one trace, with either provider."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import nonebot
import pytest
from nonebot import (
    message,
    on_command,
    on_keyword,
    on_message,
    on_notice,
    on_regex,
    on_shell_command,
    on_startswith,
    on_type,
)
from nonebot.adapters.onebot.v11 import Bot, Event, GroupMessageEvent, Message, MessageEvent, PokeNotifyEvent
from nonebot.log import logger
from nonebot.matcher import DEFAULT_PROVIDER_CLASS, Matcher, matchers
from nonebot.message import (
    event_postprocessor,
    event_preprocessor,
    handle_event,
    run_postprocessor,
    run_preprocessor,
)
from nonebot.params import Arg, ArgPlainText, CommandArg, RawCommand, ShellCommandArgs
from nonebot.permission import Permission
from nonebot.rule import ArgumentParser, CommandRule, Rule, TrieRule, command
from nonebot.typing import T_State
from pygtrie import CharTrie

from lizheng.dispatch import matcher_index as foreign
from lizheng.dispatch.dispatcher import install
from lizheng.dispatch.matcher_index import install_index, uninstall_index
from lizheng.dispatch.short_way import ShortWay

GROUP, BOT_ID, ALICE, BOB = 70001, 10001, 20001, 20002


@pytest.fixture(scope="session", autouse=True)
def _nonebot() -> None:
    try:
        nonebot.get_driver()
    except ValueError:
        nonebot.init(driver="~fastapi", _env_file=None)


@pytest.fixture(autouse=True)
def _plain_nonebot(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test starts from NoneBot as it comes; the host's own register stands again afterwards."""
    for hooks in ("event_preprocessors", "event_postprocessors", "run_preprocessors", "run_postprocessors"):
        monkeypatch.setattr(message, f"_{hooks}", set())
    prefixes = TrieRule.prefix
    indexed = type(matchers.provider) is not DEFAULT_PROVIDER_CLASS
    uninstall_index()
    registered = {priority: list(found) for priority, found in matchers.items()}
    matchers.clear()
    TrieRule.prefix = CharTrie()
    yield
    monkeypatch.undo()
    uninstall_index()
    matchers.set_provider(DEFAULT_PROVIDER_CLASS)
    matchers.clear()
    matchers.update(registered)
    TrieRule.prefix = prefixes
    if indexed:
        assert install_index()


class RecordingBot(Bot):
    """Answers every call at once; what was sent goes into the trace."""

    def __init__(self, trace: list[str]) -> None:
        adapter = SimpleNamespace(config=nonebot.get_driver().config, get_name=lambda: "OneBot V11")
        super().__init__(cast(Any, adapter), str(BOT_ID))
        self.trace = trace

    async def call_api(self, api: str, **data: Any) -> Any:
        self.trace.append(f"{api}:{data.get('message')}")
        return {"message_id": 1}


class Chat:
    """One conversation: `say` and `poke` return once NoneBot is done with the event."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self.bot = RecordingBot(self.trace)
        self.ids = count(1)
        self.short_way: ShortWay | None = None
        self.shortened = 0

    def note(self, word: str) -> Callable[[], Awaitable[None]]:
        """A handler that writes one word into the trace."""

        async def noting() -> None:
            self.trace.append(word)

        return noting

    def message(self, text: str | Message, user: int = ALICE) -> GroupMessageEvent:
        body = Message(text)
        return GroupMessageEvent.model_validate({
            "time": 1700000000, "self_id": BOT_ID, "post_type": "message", "message_type": "group",
            "sub_type": "normal", "message_id": next(self.ids), "group_id": GROUP, "user_id": user,
            "message": body, "raw_message": str(body), "font": 0,
            "sender": {"user_id": user, "nickname": "阿泽", "card": "", "role": "member"},
        })  # fmt: skip

    async def handle(self, event: Event) -> None:
        if self.short_way is not None and await self.short_way.take(self.bot, event):
            self.shortened += 1
        else:
            await handle_event(self.bot, event)

    async def say(self, *texts: str | Message, user: int = ALICE) -> None:
        for text in texts:
            self.trace.append(f"> {text}")
            await self.handle(self.message(text, user))

    async def poke(self) -> None:
        self.trace.append("> poke")
        await self.handle(PokeNotifyEvent.model_validate({
            "time": 1700000000, "self_id": BOT_ID, "post_type": "notice", "notice_type": "notify",
            "sub_type": "poke", "group_id": GROUP, "user_id": ALICE, "target_id": BOT_ID,
        }))  # fmt: skip


async def blocking_and_order(chat: Chat) -> None:
    on_message(priority=1, block=False, handlers=[chat.note("first")])
    on_command("早报", priority=2, block=True, handlers=[chat.note("brief")])
    on_command("群规", priority=2, block=False, handlers=[chat.note("rules")])
    on_message(priority=3, block=False, handlers=[chat.note("last")])
    await chat.say("/早报", "/群规", "早上好", "/没有这个")


async def several_of_one_priority(chat: Chat) -> None:
    on_command("a", priority=5, block=False, handlers=[chat.note("a1")])
    on_keyword({"a"}, priority=5, block=False, handlers=[chat.note("keyword")])
    on_command("a", priority=5, block=False, handlers=[chat.note("a2")])
    on_command("b", priority=5, block=False, handlers=[chat.note("b")])
    on_startswith("/a", priority=5, block=False, handlers=[chat.note("starts")])
    on_regex("^/[ab]$", priority=5, block=False, handlers=[chat.note("regex")])
    await chat.say("/a", "/b", "banana")


async def permissions_and_rules(chat: Chat) -> None:
    async def is_bob(event: GroupMessageEvent) -> bool:
        return event.user_id == BOB

    async def is_long(event: GroupMessageEvent) -> bool:
        return len(event.get_plaintext()) > 5

    async def breaks() -> bool:
        raise ValueError("a rule that fails")

    on_command("踢", permission=Permission(is_bob), priority=4, block=False, handlers=[chat.note("kick")])
    on_command("查", rule=is_long, priority=4, block=False, handlers=[chat.note("look")])
    on_command("坏", rule=breaks, priority=4, block=False, handlers=[chat.note("never")])
    await chat.say("/踢", "/查", "/查 很长的一句话", "/坏")
    await chat.say("/踢", user=BOB)


async def aliases_and_subcommands(chat: Chat) -> None:
    raw = RawCommand()

    async def shout(raw_command: str = raw, args: Message = CommandArg()) -> None:  # noqa: B008
        chat.trace.append(f"{raw_command}|{args}")

    on_command("天气", aliases={"weather", ("天气", "明天")}, priority=3, block=True, handlers=[shout])
    on_command(("群", "开"), priority=3, block=True, handlers=[chat.note("open")])
    on_command("群", priority=3, block=True, handlers=[chat.note("group")])
    await chat.say("/天气 上海", "/weather北京", "/天气.明天", "/群.开", "/群", "/群开")


async def two_commands_one_matcher(chat: Chat) -> None:
    on_command("开启", aliases={"关闭"}, priority=3, block=True, handlers=[chat.note("switch")])
    on_message(rule=command("甲", "乙"), priority=3, block=True, handlers=[chat.note("either")])
    both = command("丙", "丁") & command("丁", "戊")
    on_message(rule=both, priority=3, block=True, handlers=[chat.note("overlap")])
    await chat.say("/开启", "/关闭", "/甲", "/乙", "/丙", "/丁", "/戊")


async def shell_commands(chat: Chat) -> None:
    parser = ArgumentParser()
    parser.add_argument("-n", type=int)

    async def count_up(args: Any = ShellCommandArgs()) -> None:  # noqa: B008
        chat.trace.append(f"n={getattr(args, 'n', 'bad')}")

    on_shell_command("抽奖", parser=parser, priority=3, block=True, handlers=[count_up])
    on_shell_command("列表", priority=3, block=True, handlers=[chat.note("list")])
    await chat.say("/抽奖 -n 3", "/抽奖 -n x", '/列表 "没有结尾', "/列表", "抽奖")


async def forced_whitespace(chat: Chat) -> None:
    on_command("报", force_whitespace=True, priority=3, block=True, handlers=[chat.note("spaced")])
    on_command("价", force_whitespace=False, priority=3, block=True, handlers=[chat.note("tight")])
    await chat.say("/报纸", "/报 纸", "/报", "/价格", "/价 格")


async def got_and_reject(chat: Chat) -> None:
    order = on_command("点菜", priority=3, block=True)

    @order.got("dish", prompt="吃什么？")
    async def _dish(matcher: Matcher, dish: str = ArgPlainText()) -> None:
        if dish == "石头":
            await matcher.reject("换一个")
        chat.trace.append(f"dish={dish}")

    @order.got("size", prompt="几份？")
    async def _size(size: Message = Arg()) -> None:  # noqa: B008
        await order.finish(f"{size} 份")

    on_command("面", priority=2, block=False, handlers=[chat.note("noodles")])
    await chat.say("/点菜", "石头", "/面")
    await chat.say("路过", user=BOB)
    await chat.say("两", "两")


async def pause_and_receive(chat: Chat) -> None:
    steps = on_command("报名", priority=3, block=True)

    @steps.handle()
    async def _ask(matcher: Matcher) -> None:
        await matcher.pause("叫什么？")

    @steps.handle()
    async def _name(event: GroupMessageEvent, state: T_State) -> None:
        state["name"] = event.get_plaintext()

    @steps.receive("second")
    async def _second(state: T_State) -> None:
        chat.trace.append(f"name={state['name']}")

    await chat.say("/报名", "小王", "好了", "小王")


async def temporary(chat: Chat) -> None:
    on_command("一次", temp=True, priority=3, block=False, handlers=[chat.note("once")])
    on_message(temp=True, priority=3, block=False, handlers=[chat.note("any once")])
    await chat.say("/一次", "/一次")


async def destroyed_and_born_in_handlers(chat: Chat) -> None:
    victim = on_command("后", priority=6, block=False, handlers=[chat.note("victim")])
    sibling = on_command("后", priority=5, block=False, handlers=[chat.note("sibling")])

    async def replace() -> None:
        victim.destroy()
        sibling.destroy()
        on_command("后", priority=7, block=False, handlers=[chat.note("born later")])
        on_command("后", priority=5, block=False, handlers=[chat.note("born beside")])
        on_message(priority=1, block=False, handlers=[chat.note("born before")])

    on_command("后", priority=5, temp=True, block=False, handlers=[replace])
    await chat.say("/后", "/后", "闲聊")


async def notices(chat: Chat) -> None:
    on_notice(priority=2, block=False, handlers=[chat.note("notice")])
    on_type(PokeNotifyEvent, priority=2, block=False, handlers=[chat.note("poked")])
    on_command("戳", priority=2, block=False, handlers=[chat.note("command")])
    on_message(priority=2, block=False, handlers=[chat.note("message")])
    nonebot.on(rule=Rule(), priority=2, block=False, handlers=[chat.note("any type")])
    await chat.poke()
    await chat.say("/戳")


async def expiring(chat: Chat) -> None:
    past, future = timedelta(hours=-1), timedelta(hours=1)
    on_command("限时", expire_time=past, priority=2, block=False, handlers=[chat.note("late")])
    on_command("限时", expire_time=future, priority=2, block=False, handlers=[chat.note("in time")])
    on_message(expire_time=past, priority=4, block=False, handlers=[chat.note("late too")])
    chat.trace.append(f"{len(matchers[2])} {len(matchers[4])}")
    await chat.poke()
    chat.trace.append(f"{len(matchers[2])} {len(matchers[4])}")
    await chat.say("/限时")


async def moved_and_changed(chat: Chat) -> None:
    moving = on_command("动", priority=9, block=True, handlers=[chat.note("moving")])
    on_command("动", priority=5, block=False, handlers=[chat.note("fixed")])
    await chat.say("/动")
    moving.destroy()
    moving.priority = 1
    matchers[1].append(moving)
    await chat.say("/动")
    moving.rule = command("停")
    await chat.say("/动", "/停")
    moving.rule = Rule()
    await chat.say("随便")
    moving.type = "notice"
    await chat.say("随便")
    await chat.poke()


async def own_checks(chat: Chat) -> None:
    class Observer(Matcher):
        @classmethod
        async def check_perm(cls, *args: Any, **kwargs: Any) -> bool:
            return True

        @classmethod
        async def check_rule(cls, *args: Any, **kwargs: Any) -> bool:
            return True

    class Anything(CommandRule):
        async def __call__(self) -> bool:  # type: ignore[override]
            return True

    Observer.new("notice", rule=command("某"), handlers=[chat.note("observer")], priority=2)
    on_message(rule=Rule(Anything([("某",)])), priority=2, block=False, handlers=[chat.note("subclass")])
    await chat.say("没有命令")


async def nested_events(chat: Chat) -> None:
    async def forward() -> None:
        await chat.say("/里")
        chat.trace.append(f"whole list: {len(matchers[4])}")

    on_command("外", priority=3, block=False, handlers=[forward])
    on_command("里", priority=4, block=False, handlers=[chat.note("inner")])
    on_command("外", priority=4, block=False, handlers=[chat.note("outer")])
    on_command("外", priority=5, block=False, handlers=[chat.note("after")])
    await chat.say("/外")
    chat.trace.append(f"whole list: {len(matchers[4])}")


async def unreadable_messages(chat: Chat) -> None:
    on_command("图", priority=3, block=False, handlers=[chat.note("command")])
    on_message(priority=3, block=False, handlers=[chat.note("message")])
    empty = chat.message("x")
    empty.message = Message()
    await chat.handle(empty)
    await chat.say(Message("[CQ:face,id=1]/图"))


async def thirty_at_once(chat: Chat) -> None:
    heard: list[str] = []

    async def slow(event: GroupMessageEvent, args: Message = CommandArg()) -> None:  # noqa: B008
        await asyncio.sleep(0.001 * (event.message_id % 5))
        heard.append(f"{event.get_plaintext()}={args}")

    for name in "子丑寅":
        on_command(name, priority=3, block=True, handlers=[slow])
    on_message(priority=4, block=False, handlers=[chat.note("unclaimed")])
    texts = [f"/{'子丑寅卯'[i % 4]} {i}" for i in range(30)]
    await asyncio.gather(*(chat.handle(chat.message(text)) for text in texts))
    chat.trace.extend(sorted(heard))


CONVERSATIONS: tuple[tuple[Callable[[Chat], Awaitable[None]], str], ...] = (
    (
        blocking_and_order,
        "> /早报 first brief > /群规 first rules last > 早上好 first last > /没有这个 first last",
    ),
    (several_of_one_priority, "> /a keyword starts regex a1 a2 > /b regex b > banana keyword"),
    (permissions_and_rules, "> /踢 > /查 > /查 很长的一句话 look > /坏 > /踢 kick"),
    (
        aliases_and_subcommands,
        "> /天气 上海 /天气|上海 > /weather北京 /weather|北京 > /天气.明天 /天气.明天|"
        " > /群.开 open > /群 group > /群开 group",
    ),
    (
        two_commands_one_matcher,
        "> /开启 switch > /关闭 switch > /甲 either > /乙 either > /丙 > /丁 overlap > /戊",
    ),
    (shell_commands, '> /抽奖 -n 3 n=3 > /抽奖 -n x n=bad > /列表 "没有结尾 list > /列表 list > 抽奖'),
    (forced_whitespace, "> /报纸 > /报 纸 spaced > /报 spaced > /价格 tight > /价 格"),
    (
        got_and_reject,
        "> /点菜 send_msg:吃什么？ > 石头 send_msg:换一个 > /面 dish=/面 send_msg:几份？ > 路过"
        " > 两 send_msg:两 份 > 两",
    ),
    (pause_and_receive, "> /报名 send_msg:叫什么？ > 小王 > 好了 name=小王 > 小王"),
    (temporary, "> /一次 any once once > /一次"),
    (
        destroyed_and_born_in_handlers,
        "> /后 sibling > /后 born before born beside born later > 闲聊 born before",
    ),
    (notices, "> poke notice any type poked > /戳 message any type command"),
    (expiring, "2 1 > poke 1 0 > /限时 in time"),
    (
        moved_and_changed,
        "> /动 fixed moving > /动 moving > /动 fixed > /停 moving > 随便 moving > 随便 > poke moving",
    ),
    (own_checks, "> 没有命令 observer subclass"),
    (nested_events, "> /外 > /里 inner whole list: 2 outer after whole list: 2"),
    (unreadable_messages, "message > [CQ:face,id=1]/图 message"),
    (
        thirty_at_once,
        " ".join(["unclaimed"] * 7 + sorted(f"/{'子丑寅卯'[i % 4]} {i}={i}" for i in range(30) if i % 4 < 3)),
    ),
)


class Ours:
    """Stands for all our features: what begins with 里正 is ours, and nobody else is to see it."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    async def message(self, event: MessageEvent) -> bool:
        mine = event.get_plaintext().startswith(("里正", "/里正"))
        if mine:
            self.chat.trace.append("ours")
        return mine

    async def notice(self, event: Event) -> None:
        pass


async def play(conversation: Callable[[Chat], Awaitable[None]], *, indexed: bool, short: bool = False) -> str:
    if indexed:
        assert install_index()
    chat = Chat()
    if short:
        ours = cast(Any, Ours(chat))
        chat.short_way = ShortWay(ours, install(ours))
    await conversation(chat)
    uninstall_index()
    matchers.clear()
    TrieRule.prefix = CharTrie()
    return " ".join(chat.trace)


@pytest.mark.parametrize(
    ("conversation", "expected"), CONVERSATIONS, ids=lambda v: getattr(v, "__name__", "")
)
async def test_both_providers_leave_the_same_trace(
    conversation: Callable[[Chat], Awaitable[None]], expected: str
) -> None:
    assert await play(conversation, indexed=False) == expected
    assert await play(conversation, indexed=True) == expected


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [each for each in CONVERSATIONS if each[0] is not nested_events],
    ids=lambda v: getattr(v, "__name__", ""),
)
async def test_the_short_way_leaves_the_same_trace(
    conversation: Callable[[Chat], Awaitable[None]], expected: str
) -> None:
    assert await play(conversation, indexed=True, short=True) == expected


def with_ours(*, short: bool) -> Chat:
    assert install_index()
    chat = Chat()
    ours = cast(Any, Ours(chat))
    entry = install(ours)
    chat.short_way = ShortWay(ours, entry) if short else None
    return chat


async def among_others(chat: Chat) -> None:
    async def ask(matcher: Matcher) -> None:
        await matcher.pause("what?")

    on_command("问", priority=5, block=True, handlers=[ask, chat.note("heard")])
    on_command("早", priority=5, block=True, handlers=[chat.note("morning")])
    await chat.say("里正 好", "闲聊", "/早", "里正 再见", "/问", "里正 这是给我的", "闲聊", "闲聊")
    await chat.poke()
    watching = on_message(priority=9, block=False, handlers=[chat.note("watched")])
    await chat.say("闲聊", "里正 再见")
    watching.destroy()
    await chat.say("闲聊")


async def test_whoever_may_want_a_message_gets_it_the_way_nonebot_gives_it() -> None:
    """Waiting for an answer, looking on, a command of theirs: each as on NoneBot's own way."""
    traces = []
    for short in (False, True):
        chat = with_ours(short=short)
        await among_others(chat)
        traces.append(" ".join(chat.trace))
        uninstall_index()
        matchers.clear()
        TrieRule.prefix = CharTrie()
        if short:
            # NoneBot's: 早, 问, what 问 waits for, the poke, and the two that are looked on at.
            assert chat.shortened == 6
    assert traces[0] == traces[1]
    assert "> 里正 这是给我的 ours heard > 闲聊 > 闲聊 > poke > 闲聊 watched" in traces[1]


@pytest.mark.parametrize(
    "hook",
    [event_preprocessor, event_postprocessor, run_preprocessor, run_postprocessor],
    ids=lambda v: v.__name__,
)
async def test_who_hooks_into_events_meets_all_of_them(hook: Callable[[Any], Any]) -> None:
    chat = with_ours(short=True)
    await chat.say("闲聊")
    assert chat.shortened == 1

    @hook
    async def seen() -> None:
        chat.trace.append("seen")

    await chat.say("里正 好")
    assert chat.shortened == 1
    assert "seen" in chat.trace


async def test_a_failure_of_ours_is_logged_and_ends_there() -> None:
    class Failing(Ours):
        async def message(self, event: MessageEvent) -> bool:
            raise RuntimeError("broken")

    assert install_index()
    chat = Chat()
    ours = cast(Any, Failing(chat))
    chat.short_way = ShortWay(ours, install(ours))
    heard: list[str] = []
    sink = logger.add(lambda line: heard.append(str(line)), level="ERROR", format="{message}")
    await chat.say("闲聊", "闲聊")
    logger.remove(sink)
    assert chat.shortened == 2
    assert len(heard) == 2
    assert "broken" in heard[0]


async def test_only_the_command_that_was_hit_is_checked() -> None:
    assert install_index()
    chat = Chat()
    checked: list[str] = []

    def noting_rule(name: str) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            checked.append(name)
            return True

        return check

    for name in ("甲", "乙", "丙"):
        on_command(name, rule=noting_rule(name), priority=3, handlers=[chat.note(name)])
    await chat.say("闲聊", "/乙")
    assert checked == ["乙"]
    assert chat.trace == ["> 闲聊", "> /乙", "乙"]


@contextmanager
def warnings() -> Iterator[list[str]]:
    heard: list[str] = []
    sink = logger.add(lambda line: heard.append(str(line)), level="WARNING", format="{level} {message}")
    try:
        yield heard
    finally:
        logger.remove(sink)


@asynccontextmanager
async def plain_dispatch() -> AsyncIterator[list[str]]:
    """Inside, installing must be refused with one warning and leave NoneBot as it was."""
    get_value = TrieRule.__dict__["get_value"]
    provider = matchers.provider
    with warnings() as heard:
        yield heard
    assert matchers.provider is provider
    assert TrieRule.__dict__["get_value"] is get_value
    assert len(heard) == 1
    assert "without the index" in heard[0]
    chat = Chat()
    on_command("还在", priority=3, handlers=[chat.note("still here")])
    await chat.say("/还在")
    assert chat.trace[-1] == "still here"


async def test_a_release_nobody_tried_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "version", lambda _: "2.99.0")
    async with plain_dispatch() as heard:
        assert install_index() is False
    assert "2.99.0" in heard[0]


async def test_changed_internals_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed(CommandRule):
        __slots__ = ("cmds", "force_whitespace", "ignore_case")

    monkeypatch.setattr(foreign, "CommandRule", Changed)
    async with plain_dispatch() as heard:
        assert install_index() is False
    assert "CommandRule" in heard[0]


async def test_somebody_elses_provider_is_left_alone() -> None:
    class Theirs(DEFAULT_PROVIDER_CLASS):
        pass

    matchers.set_provider(Theirs)
    async with plain_dispatch() as heard:
        assert install_index() is False
    assert "provider" in heard[0]


async def test_installing_twice_and_uninstalling_twice_change_nothing() -> None:
    original = TrieRule.__dict__["get_value"]
    chat = Chat()
    on_command("在", priority=3, handlers=[chat.note("here")])
    assert install_index()
    provider = matchers.provider
    assert install_index()
    assert matchers.provider is provider
    uninstall_index()
    uninstall_index()
    assert type(matchers.provider) is DEFAULT_PROVIDER_CLASS
    assert TrieRule.__dict__["get_value"] is original
    await chat.say("/在")
    assert chat.trace[-1] == "here"


async def test_sixty_foreign_commands_cost_no_more_than_one() -> None:
    """A sanity check by CPU time, best of several; the figures that count are the benchmark's."""

    async def cost(commands: int) -> float:
        chat = Chat()
        for number in range(commands):
            on_command(f"外来{number}", priority=3, handlers=[chat.note("hit")])
        rounds: list[float] = []
        for _ in range(7):
            events = [chat.message("今天晚上一起吃火锅吗") for _ in range(60)]
            began = time.process_time()
            for event in events:
                await chat.handle(event)
            rounds.append(time.process_time() - began)
        matchers.clear()
        TrieRule.prefix = CharTrie()
        assert "hit" not in chat.trace
        return min(rounds)

    assert install_index()
    one, sixty = await cost(1), await cost(60)
    assert sixty <= one * 1.3 + 0.001
