"""What features keep in memory lives from one start to the next, and observers look in the order of their stages."""

from __future__ import annotations

from typing import Any

import pytest

from lizheng import Context, Feature, Stage
from lizheng.groups.choices import GroupState
from lizheng.plugin.memory import Memory
from lizheng.registry.registry import Registry
from lizheng.sandbox.stage import HostStage
from tests.support.state_feature import Tally, tally


class Place:
    """A host as far as its memory goes."""

    def __init__(self) -> None:
        self.memory = Memory()


class Noisy:
    def close(self) -> None:
        raise RuntimeError("on purpose")


async def test_a_restart_begins_with_new_objects(stage: HostStage) -> None:
    player = await stage.play("""
开：试办
里正：醒了。
小王：你好
小王：/试数
里正：你说了 2 句。
小王：/试数 3
里正：你说了 6 句。
小王：/试数 几
里正：「几」不是整数…
  用法：/试数 [数字]
  例如：/试数 3
""")
    before = tally.of(stage.host)
    await player.play("""
【重启】
里正：醒了。
小王：/试数
里正：你说了 1 句。
""")
    assert before.closed
    assert tally.of(stage.host) is not before


def test_an_object_is_made_once_per_start_and_only_when_asked_for() -> None:
    feature = Feature("tests.somebody", "某", "测试用")
    first, made = Place(), Tally.made
    own = feature.state(Tally)
    pair = feature.state(lambda host: (own.of(host), host))
    assert Tally.made == made
    assert pair.of(first) == (own.of(first), first)  # pyright: ignore[reportArgumentType]
    assert pair.of(first) is pair.of(first)
    assert Tally.made == made + 1
    assert own.of(Place()) is not own.of(first)
    kept = own.of(first)
    first.memory.clear()
    assert kept.closed
    assert own.of(first) is not kept


def test_a_dict_or_nothing_can_be_kept_and_what_fails_to_close_stops_nobody() -> None:
    feature = Feature("tests.somebody", "某", "测试用")
    place, noisy = Place(), feature.state(Noisy)
    known, nothing, last = feature.state(dict[str, int]), feature.state(lambda: None), feature.state(Tally)
    last_one = last.of(place)
    assert isinstance(noisy.of(place), Noisy)
    assert known.of(place) == {}
    assert nothing.of(place) is None
    place.memory.clear()
    assert last_one.closed


def test_a_factory_takes_nothing_or_the_host() -> None:
    def greedy(host: Any, other: Any) -> None: ...

    with pytest.raises(TypeError, match="must take nothing, or the host alone"):
        Feature("tests.somebody", "某", "测试用").state(greedy)  # pyright: ignore[reportCallIssue, reportArgumentType]


async def _look(ctx: Context) -> None: ...


def test_earlier_stages_look_first_and_within_one_the_lower_id() -> None:
    def made(name: str, **when: Any) -> Feature:
        feature = Feature(f"plugins.{name}", name, "测试用", always_on=name == "zeal", hidden=name == "beta")
        feature.on_message(_look, **when)
        return feature

    features = [
        made("zeal", stage=Stage.COUNT),
        made("yard", order=20),
        made("beta", stage=Stage.COUNT),
        made("alfa"),
        made("xray", stage=Stage.RULES),
        made("gold", stage=Stage.JUDGE),
        made("mine", stage=Stage.ANSWER),
        made("last", order=95),
    ]
    registry = Registry(frozenset("/"))
    registry.features = {feature.id: feature for feature in features}
    group = GroupState(1, switches={feature.id: True for feature in features})
    looking = [watch.feature.id for watch in registry.watches(group)]
    assert looking == ["gold", "yard", "xray", "alfa", "mine", "beta", "zeal", "last"]


IN_ORDER = ("ad_guard", "ledger", "violations", "member_qa", "activity", "name_tag")
"""Who looks before whom, as it always was: ads before payments before rules, and counting comes last."""


async def test_the_plugins_look_in_the_order_they_always_did(stage: HostStage) -> None:
    """Plugins that were deleted leave the others in their order."""
    host = stage.host
    group = GroupState(1, switches=dict.fromkeys(host.features, True))
    looking = dict.fromkeys(watch.feature.id for watch in host.registry.watches(group))
    assert [known for known in looking if known in IN_ORDER] == [
        known for known in IN_ORDER if known in host.features
    ]
    host.registry.forget()
