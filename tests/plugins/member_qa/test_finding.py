"""Retrieval: the index stays what its entries make of it, the filter is cheap, and what is found is sound."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plugins.member_qa as plugin
from lizheng.plugin.context import GroupContext
from lizheng.sandbox.stage import HostStage
from plugins.member_qa import importing
from plugins.member_qa.finding import Index, Wording, could_ask, find, shipped
from plugins.member_qa.finding.verifier import OTHER, SAME, bounds
from plugins.member_qa.models import Entry
from plugins.member_qa.rows import rows_of
from plugins.member_qa.rules import Lesson
from plugins.member_qa.shelves import Shelf

text = st.text(st.sampled_from("怎么申请白名单在哪里联机价格多少钱a1?，"), min_size=1, max_size=8)
step = st.tuples(st.integers(0, 4), st.lists(text, max_size=3))


def found(index: Index, asked: str) -> list[tuple[object, float]]:
    return [(near.key, round(near.cosine, 9)) for near in index.nearest(Wording(asked), 5)]


@settings(max_examples=150, deadline=None)
@given(st.lists(step, max_size=12), text)
def test_an_index_that_was_changed_is_the_index_made_anew(
    steps: list[tuple[int, list[str]]], asked: str
) -> None:
    index, kept = Index(), dict[int, list[str]]()
    for key, texts in steps:
        index.put(key, texts) if texts else index.drop(key)
        kept[key] = texts
    fresh = Index()
    for key, texts in kept.items():
        fresh.put(key, texts)
    assert len(index) == len(fresh)
    assert sorted(found(index, asked), key=str) == sorted(found(fresh, asked), key=str)
    assert all(index.knows(gram) == fresh.knows(gram) for gram in Wording(asked).grams)


@given(st.text(max_size=60))
def test_any_text_can_be_asked(asked: str) -> None:
    index = Index()
    index.put(1, ["怎么申请白名单"])
    could_ask(asked, index)
    for hit in find(index, shipped(), asked):
        assert 0 <= hit.score <= 1


async def test_what_is_in_memory_is_what_is_stored(stage: HostStage) -> None:
    """A few hundred changes of every kind, after each of which the shelf is what reading it anew makes."""
    player = await stage.play("开：问答\n管理员：/问答\n里正：…")
    host, library = stage.host, plugin.entries
    ctx = GroupContext(host, host.groups[player.group.group_id], plugin.feature, author_id=1)
    chance = random.Random(5)
    records = []
    for turn in range(120):
        shelf = await library.shelf(ctx)
        known = await Entry.filter(group_id=ctx.group.id, forgotten=False)
        kind = chance.choice(["add", "add", "keyword", "change", "forget", "undo", "import"])
        lesson = Lesson((f"第{turn}号问题怎么办", f"{turn}怎么搞"), f"答{turn}", exact=kind == "keyword")
        if kind in ("add", "keyword"):
            records.append((await library.add(ctx, lesson, 1))[1])
        elif kind == "import":
            plan = importing.plan([lesson], await rows_of((ctx.group.id, "")))
            await importing.write((ctx.group.id, ""), plan, 1, host.clock.now())
            library.shelves.forget_base((ctx.group.id, ""))
            shelf = await library.shelf(ctx)
        elif kind == "undo" and records:
            record = records.pop(chance.randrange(len(records)))
            try:
                await library.undo(ctx, record.undo)  # pyright: ignore[reportArgumentType]
            except Exception as refused:
                assert "改过" in str(refused)  # noqa: PT017
        elif known:
            entry = chance.choice(known)
            forgotten = kind == "forget"
            records.append(
                await library.change(
                    ctx, entry, "改", 1, forgotten=forgotten, lesson=None if forgotten else lesson
                )
            )
        fresh = Shelf(library.bases(ctx))
        for row in await rows_of((ctx.group.id, "")):
            fresh.put(row)
        assert shelf.keywords == fresh.keywords
        texts = [
            sorted((key, wording.folded) for key, wording in one.index.wordings()) for one in (shelf, fresh)
        ]
        assert texts[0] == texts[1]
    assert len(await Entry.all()) > 20


CHATTER = [
    "哈哈哈哈",
    "晚上一起吃饭去不去",
    "这游戏真好玩啊我打了一晚上",
    "在吗",
    "我到家了",
    "666",
    "明天见",
    "行",
    "收到",
] * 10


def best(work: object, rounds: int = 5) -> float:
    """Seconds of CPU per message, the best of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.thread_time()
        for message in CHATTER:
            work(message)  # type: ignore[operator]
        times.append((time.thread_time() - start) / len(CHATTER))
    return min(times)


@pytest.fixture(scope="module")
def two_thousand() -> Index:
    index, chance = Index(), random.Random(3)
    syllables = (
        "白名单服务器地址联机价格活动奖励密码账号登录下载安装更新群规管理申请举报积分兑换宿舍考试学费图书馆"
    )
    for key in range(2000):
        index.put(key, ["怎么" + "".join(chance.choices(syllables, k=8))])
    return index


def test_chatter_costs_microseconds(two_thousand: Index) -> None:
    assert best(lambda message: could_ask(message, two_thousand)) < 10e-6


def test_a_question_costs_about_a_millisecond(two_thousand: Index) -> None:
    """Measured exactly by `python -m bench.quality qa --report`; here only that it is no multiple of it."""
    verifier = shipped()
    assert best(lambda message: find(two_thousand, verifier, "怎么" + message), 3) < 20e-3


PAIRS = [
    ("怎么申请白名单", "如何申请白名单", True),
    ("怎么申请白名单", "白名单怎么申请呀", True),
    ("服务器地址是多少", "请问服务器地址是多少", True),
    ("怎么申请白名单", "怎么取消白名单", False),
    ("世界最大的国家是哪个", "世界最小的国家是哪个", False),
    ("1号楼几点关门", "2号楼几点关门", False),
    ("怎么申请白名单", "我申请好白名单了", False),
    ("怎么申请白名单", "白名单", False),
]


@pytest.mark.parametrize(("taught", "asked", "speaks"), PAIRS)
def test_it_speaks_unasked_only_when_certain(taught: str, asked: str, speaks: bool) -> None:
    index, verifier = Index(), shipped()
    for key, question in enumerate([taught, "几点开门", "活动奖励怎么领", "群规在哪里看", "怎么改群名片"]):
        index.put(key, [question])
    hit = find(index, verifier, asked)[0]
    assert (hit.key == 0 and hit.score > verifier.line) == speaks, hit


RIVALS = [
    ("怎么用支付宝付款", "怎么用微信付款", True),
    ("如何用支付宝付款", "怎么用微信支付", True),
    ("北京天气怎么样", "上海天气怎么样", True),
    ("A区怎么走", "B区怎么走", True),
    ("怎么开通花呗", "怎么开启花呗", False),
    ("服务器地址是多少", "服务器在哪里", False),
    ("怎么用支付宝付款", "支付宝付款", False),
]


@pytest.mark.parametrize(("taught", "asked", "rivals"), RIVALS)
def test_another_name_in_the_same_place_asks_something_else(taught: str, asked: str, rivals: bool) -> None:
    """However near the vectors or the learned weights find the two."""
    assert (bounds(Wording(asked), Wording(taught))[1] <= OTHER) == rivals
    assert (bounds(Wording(taught), Wording(asked))[1] <= OTHER) == rivals


def test_the_same_words_are_no_rivals() -> None:
    assert bounds(Wording("如何申请白名单"), Wording("怎么申请白名单")) == (SAME, 1.0)
