"""The benchmark's own arithmetic: what counts as worse, lost or overtaken; and that its plugin loads."""

import importlib
import json
from pathlib import Path

import pytest

from bench import figures
from bench.chatter import OWNER, Script, many_groups, small_groups
from bench.figures import Figure, table, worsened
from bench.load import overtaken, quantile
from bench.scenarios import ratio


@pytest.fixture
def baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({"chatter.all": 0.4, "growth.foreign": 1.0}))
    monkeypatch.setattr(figures, "BASELINE", path)


@pytest.mark.usefixtures("baseline")
def test_a_ratio_may_wander_but_not_worsen_by_a_quarter() -> None:
    fine = [Figure("chatter.all", "闲聊", "", 0.49), Figure("growth.foreign", "增长", "", 0.7)]
    assert worsened(fine) == []
    worse = [Figure("chatter.all", "闲聊", "", 0.51), Figure("growth.foreign", "增长", "", 1.0)]
    assert worsened(worse) == ["chatter.all: 0.51 × against 0.4 × in the baseline"]


@pytest.mark.usefixtures("baseline")
def test_what_was_not_measured_is_not_fine() -> None:
    assert worsened([Figure("chatter.all", "闲聊", "", 0.4)]) == ["growth.foreign: not measured"]


def test_the_table_says_which_goals_were_reached() -> None:
    shown = table([
        Figure("a", "甲", "282 µs", 0.24, goal=0.25),
        Figure("b", "乙", "", 0.26, goal=0.25),
        Figure("c", "丙", "", 9),
    ]).splitlines()  # fmt: skip
    assert shown[2] == "| 甲 | 282 µs | 0.24 × | ≤ 0.25 × | 达到 |"
    assert shown[3].endswith("| 未达到 |")
    assert shown[4].endswith("| — | — |")


def test_overtaking_counts_within_a_group_only() -> None:
    sent = [(1, "a"), (2, "b"), (1, "c"), (2, "d")]
    assert overtaken(sent, [(2, "b"), (1, "a"), (2, "d"), (1, "c")]) == 0
    assert overtaken(sent, [(1, "c"), (2, "b"), (1, "a"), (2, "d")]) == 1


def test_ratios_are_taken_round_by_round() -> None:
    readings = {"bare": [1.0, 10.0, 1.0], "ours": [0.5, 5.0, 4.0]}
    assert ratio(readings, "ours") == 0.5


def test_the_slowest_of_a_hundred_is_the_p99() -> None:
    assert quantile(list(range(100)), 0.99) == 99
    assert quantile([], 0.99) == float("inf")


def test_people_differ_and_message_ids_never_repeat() -> None:
    script = Script(small_groups(3, 20))
    frames = [json.loads(frame) for frame in script.chatter(500)]
    assert len({frame["message_id"] for frame in frames}) == 500
    assert len({frame["user_id"] for frame in frames}) == 3 * 19
    assert OWNER not in {frame["user_id"] for frame in frames}
    sizes = [len(group.members) for group in many_groups(500)]
    assert min(sizes) >= 5
    assert max(sizes) == 2000


def test_its_own_plugin_declares_what_the_kit_asks_of_any() -> None:
    (command,) = importlib.import_module("bench.echo").feature.commands
    assert command.name == "复读"
