"""How much a group's patterns may be together: one too many is refused in a sentence, and what is stored never stops it."""

import asyncio
import time
from importlib.util import find_spec

import pytest

from lizheng.grammar import Misread
from lizheng.sandbox.stage import HostStage
from plugins.word_rules.models import Rule
from plugins.word_rules.rulebook import Rulebook
from plugins.word_rules.rules import MOST_LOAD, Ruleset, parse_rule, refuse_overload

needs_ladder = pytest.mark.skipif(find_spec("plugins.violations") is None, reason="no ladder")

HEAVY = r"正则 [天气今][\s\S]{{0,300}}[吃饭][\s\S]{{0,300}}z{0} → 警告"
HONEST = r"正则 收.{{0,100}}(号|卡|码).{{0,100}}(私|加|联系){0} → 警告"
SMALL = r"正则 [加十+].{{0,3}}(微|薇|v|wx){0} → 警告"


def of(pattern: str, count: int) -> Ruleset:
    return Ruleset({number: parse_rule(pattern.format(number)) for number in range(count)})


@needs_ladder
async def test_one_pattern_too_many_is_refused_and_the_others_hold(stage: HostStage) -> None:
    player = await stage.play(f"""
开：违规规则、违规处理
管理员：/违规规则 添加 {HEAVY.format(1)}
里正：规则 1 定好了：…
管理员：/违规规则 添加 {HEAVY.format(2)}
里正：本群 1 条正则占了 4821，这条要 4821，合起来最多 8000，请把重复改小或先删几条。
  …
管理员：/违规规则 添加 {SMALL.format(1)}
里正：规则 2 定好了：…
小王：今天吃饭z1
【里正 撤回 小王】
里正：@小王 警告一次（W1）：触发规则 1（正则）。
  …
""")
    assert await Rule.filter(group_id=player.group.group_id).count() == 2


@pytest.mark.parametrize("pattern", [HEAVY, HONEST, SMALL])
def test_what_is_accepted_compiles_and_matches_together(pattern: str) -> None:
    known: dict = {}
    for number in range(50):
        spec = parse_rule(pattern.format(number))
        try:
            refuse_overload(known, spec.pattern)
        except Misread:
            break
        known[number] = spec
    assert known
    rules = Ruleset(known)
    assert rules.asleep == []
    assert rules.load <= MOST_LOAD
    for number in known:
        hit = f"天收吃号z{number}加{number}" if pattern != SMALL else f"加微{number}"
        assert number in rules.all_broken("今天天气收卡加饭" * 100 + hit)


def test_a_pattern_too_heavy_alone_is_refused() -> None:
    with pytest.raises(Misread, match="太重") as caught:
        refuse_overload({}, parse_rule(r"正则 [天气今][\s\S]{0,400}[吃饭][\s\S]{0,400}收.{0,400}z").pattern)
    assert "8000" in str(caught.value)


@pytest.mark.parametrize(("pattern", "fit"), [(HEAVY, 3), (HONEST, 9), (SMALL, 50)])
def test_stored_ones_that_are_too_much_fall_back_to_the_most_that_fit(pattern: str, fit: int) -> None:
    rules = of(pattern, 50)
    assert len(rules.asleep) == 50 - fit
    awake = next(n for n in range(50) if n not in rules.asleep)
    hit = {HEAVY: f"天吃z{awake}", HONEST: f"收号加{awake}", SMALL: f"加微{awake}"}[pattern]
    assert awake in rules.all_broken(hit)


def test_the_light_ones_stay_awake() -> None:
    rules = Ruleset({
        **{number: parse_rule(HEAVY.format(number)) for number in range(4)},
        9: parse_rule("正则 加.{0,3}微信"),
        10: parse_rule("关键词 代充"),
    })  # fmt: skip
    assert 9 not in rules.asleep
    assert rules.all_broken("加我微信代充") == [9, 10]


@needs_ladder
async def test_admins_are_told_which_rules_are_asleep(stage: HostStage) -> None:
    player = await stage.play("开：违规规则、违规处理\n")
    for number in range(1, 5):
        await Rule.create(
            group_id=player.group.group_id, number=number, text=HEAVY.format(number), at=stage.now()
        )
    await Rule.create(group_id=player.group.group_id, number=5, text="谁也读不懂", at=stage.now())
    await stage.restart()
    await stage.settle()
    assert "规则 4、5 现在用不了，先停着，其余的照常。" in str(list(stage.world.api_log))


async def test_a_heavy_group_does_not_hold_up_the_loop(stage: HostStage) -> None:
    """Its patterns are matched beside the loop: they take far longer than the loop is ever kept."""
    rules, text = of(HONEST, 9), "天气收号今吃饭z1卡加微信wxabc" * 3_000
    assert rules.is_slow(text)
    longest = last = 0.0

    async def ticks() -> None:
        nonlocal longest, last
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.002)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    ticking = asyncio.create_task(ticks())
    began = time.perf_counter()
    await Rulebook().broken(rules, text)
    took = time.perf_counter() - began
    ticking.cancel()
    assert longest < max(0.1, took / 2)


@needs_ladder
async def test_a_pattern_is_not_brought_back_where_there_is_no_room(stage: HostStage) -> None:
    await stage.play(f"""
开：违规规则、违规处理
管理员：/违规规则 添加 {HEAVY.format(1)}
里正：…
管理员：/违规规则 删除 1
里正：…
管理员：/违规规则 添加 {HEAVY.format(2)}
里正：…
管理员：/撤销 2
里正：#2 撤销不了：本群 1 条正则占了 4821，这条要 4821，合起来最多 8000，请把重复改小或先删几条。
""")
