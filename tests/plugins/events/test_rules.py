"""Rules of 报名: how events and draws are read, who moves up, tables and lots. Tables and properties."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lizheng import Misread
from plugins.events import rules, verifier
from plugins.events.rules import Sitter

NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
TWO_HOURS = timedelta(hours=2)
VERIFIER = Path(verifier.__file__)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return NOW.replace(month=month, day=day, hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("text", "title", "seats", "starts", "closes"),
    [
        ("周末爬山 2人 11-22 9:00 截止 明天20:00", "周末爬山", 2, at(22, 9), at(19, 20)),
        ("截止 明天20:00 11-22 9:00 2人 周末爬山", "周末爬山", 2, at(22, 9), at(19, 20)),
        ("周末 爬山 限十人 周六下午3点", "周末 爬山", 10, at(21, 15), at(21, 13)),
        ("爬山 11月22日 下午 3点半", "爬山", 0, at(22, 15, 30), at(22, 13, 30)),
        ("读书会 20:00", "读书会", 0, at(18, 20), at(18, 18)),
        ("读书会 8:00", "读书会", 0, at(19, 8), at(19, 6)),
        ("读书会", "读书会", 0, None, at(25, 12)),
        ("爬山 12-1 18:30", "爬山", 0, at(1, 18, 30, 12), at(1, 16, 30, 12)),
        ("爬山 2小时后", "爬山", 0, at(18, 14), at(18, 13)),
        ("爬山 截止：今天18点", "爬山", 0, None, at(18, 18)),
        ("[CQ:at,qq=all] 3名", "[CQ:at,qq=all]", 3, None, at(25, 12)),
        ("明天", "明天", 0, None, at(25, 12)),
    ],
)
def test_an_event_is_read_in_any_order(
    text: str, title: str, seats: int, starts: datetime | None, closes: datetime
) -> None:
    found = rules.read_event(text, NOW, TWO_HOURS)
    assert (found.title, found.seats, found.starts_at, found.closes_at) == (title, seats, starts, closes)


def test_the_rest_is_read_too() -> None:
    text = "聚餐 周六18:00 费用 20元 每人带 2 候补3 地点 老地方 条件 标签:摄影 且 活跃7天 12人"
    found = rules.read_event(text, NOW, TWO_HOURS)
    assert (found.price, found.guests, found.waiting, found.place) == (2000, 2, 3, "老地方")
    assert (found.who, found.seats, found.title) == ("标签:摄影 且 活跃7天", 12, "聚餐")
    assert rules.read_event("聚餐 不候补 候补 无", NOW, TWO_HOURS).waiting == 0
    assert rules.read_event("聚餐 周六", NOW, TWO_HOURS).guessed == ["09:00 开始"]
    assert rules.read_event("聚餐 8:00", NOW, TWO_HOURS).guessed == ["明天开始"]
    assert rules.read_event("聚餐 截止 周六", NOW, TWO_HOURS).closes_at == at(21, 23, 59)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "还没写叫什么"),
        ("2人 明天20:00", "还没写叫什么"),
        ("爬山 0人", "太小"),
        ("爬山 9999人", "太大"),
        ("爬山 2人 3人", "人数写了两次"),
        ("爬山 今天 9:00", "已经过了"),
        ("爬山 2026-11-17 9:00", "已经过了"),
        ("爬山 周六9:00 周日9:00", "写了两次"),
        ("爬山 周六9:00 截止 周日", "截止要在开始以前"),
        ("爬山 截止 今天9:00", "已经过了"),
        ("爬山 截止", "要写什么时候"),
        ("爬山 截止 随便", "要写什么时候"),
        ("爬山 费用 随便", "不是金额"),
        ("爬山 费用", "后面要写内容"),
        ("爬山 每人带 99", "太大"),
        ("爬山 2027-11-17 9:00", "太远了"),
        ("🎉" * 200, "标题太长了，最多 30 个字，现在是 200 个"),
        ("爬山 地点 " + "远" * 31, "地点太长了"),
    ],
)
def test_bad_input_has_its_own_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Misread, match=sentence):
        rules.read_event(text, NOW, TWO_HOURS)


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_anything_is_read_or_refused(text: str) -> None:
    for read in (lambda: rules.read_event(text, NOW, TWO_HOURS), lambda: rules.read_draw(text, NOW)):
        try:
            found = read()
        except Misread:
            continue
        assert found.closes_at is not None
        assert found.closes_at > NOW


def test_a_draw_is_read() -> None:
    found = rules.read_draw("电影票 两张 2人 截止 明天20:00 谁能抽 H3到场 且 活跃7天 发起人也抽", NOW)
    assert (found.prize, found.winners, found.closes_at) == ("电影票 两张", 2, at(19, 20))
    assert (found.who, found.organiser_too) == ("H3到场 且 活跃7天", True)
    for text, sentence in (
        ("2人", "抽什么"),
        ("票 0人", "太小"),
        ("票 截止", "什么时候"),
        ("票 截止 今天8:00", "已经过了"),
        ("票 截止 2027-10-1", "太远了"),
        ("票 谁能抽", "后面要写是谁"),
    ):
        with pytest.raises(Misread, match=sentence):
            rules.read_draw(text, NOW)


@pytest.mark.parametrize(
    ("after", "done", "due"),
    [
        (0, 0, 0),
        (24, 0, 86400),
        (24, 86400, 0),
        (46, 86400, 7200),
        (47, 0, 7200),
        (46, 7200, 0),
        (48, 0, 0),
        (60, 0, 0),
    ],
)
def test_no_reminder_for_the_past(after: int, done: int, due: int) -> None:
    """An event 48 hours ahead, with leads of a day and of two hours; a jump past both tells the last alone."""
    leads = [timedelta(days=1), timedelta(hours=2)]
    assert rules.lead_due(NOW + timedelta(hours=48), leads, done, NOW + timedelta(hours=after)) == due


def test_leads_are_written_as_people_do() -> None:
    assert rules.write_leads(rules.read_leads("2小时，1天")) == "1天,2小时"
    assert rules.read_leads("无") == []
    for wrong in ("1天,2天,3天,4天", "31天", "很久"):
        with pytest.raises(Misread):
            rules.read_leads(wrong)


SITTERS = st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=12)


@given(st.integers(0, 12), SITTERS)
def test_who_moves_up_never_exceeds_the_seats(seats: int, rows: list[tuple[int, bool]]) -> None:
    sitters = [Sitter(number, weight, waits) for number, (weight, waits) in enumerate(rows)]
    up = rules.next_up(seats, sitters)
    sitting = sum(one.weight for one in sitters if not one.waits)
    moved = sum(one.weight for one in sitters if one.user_id in up)
    waiting = [one for one in sitters if one.waits]
    assert up == sorted(up)
    if seats:
        assert not up or sitting + moved <= seats
        left = [one for one in waiting if one.user_id not in up]
        assert all(sitting + moved + one.weight > seats for one in left)
    else:
        assert len(up) == len(waiting)


def test_guests_keep_their_place_and_let_others_past() -> None:
    rows = [Sitter(1, 3, waits=False), Sitter(2, 3, waits=True), Sitter(3, 1, waits=True)]
    assert rules.next_up(4, rows) == [3]
    assert rules.next_up(6, rows) == [2]
    assert rules.next_up(7, rows) == [2, 3]


@given(st.sets(st.integers(10_000, 99_999), max_size=40), st.integers(2, 9), st.text(max_size=8), st.data())
def test_tables_are_even_and_mixed(people: set[int], size: int, seed: str, data: st.DataObject) -> None:
    mixed = data.draw(st.sets(st.sampled_from(sorted(people)))) if people else set()
    made = rules.tables(people, size, mixed, seed)
    assert sorted(one for team in made for one in team) == sorted(people)
    if made:
        sizes, shares = [len(team) for team in made], [len(mixed & set(team)) for team in made]
        assert max(sizes) <= size
        assert max(sizes) - min(sizes) <= 1
        assert max(shares) - min(shares) <= 1
    assert made == rules.tables(sorted(people), size, mixed, seed)


def test_lots_are_what_the_page_says() -> None:
    """Computed by hand with `openssl dgst`: it may never change, as people have it in their records."""
    secret, people = "ab" * 32, [20002, 10001, 30003]
    digest = rules.list_digest(people)
    assert digest == "12628f71ab27156092220280b53524dd5c9717752b051672f77cb464b4330cf8"
    assert rules.commitment(secret) == "271a413bd339c5709fdceaec41f14f11e9fbfb5042d72d331c65f32b284cd09a"
    words = rules.joined_words([(20002, "好运"), (10001, ""), (10002, "来")])
    assert words == "来\n好运"
    assert rules.draw_order(secret, digest, words, people) == [10001, 20002, 30003]


def proof(people: dict[int, str], winners: int, passed: int = 0) -> dict:
    secret, digest = "c3" * 32, rules.list_digest(people)
    order = rules.draw_order(secret, digest, rules.joined_words(people.items()), people)
    return {
        "commitment": rules.commitment(secret),
        "secret": secret,
        "digest": digest,
        "people": list(people),
        "words": {str(one): word for one, word in people.items() if word},
        "winners": order[passed : passed + winners],
        "passed": order[:passed],
    }


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.integers(10_000, 9_999_999_999),
        st.text(st.characters(codec="utf-8"), max_size=8),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 5),
    st.integers(0, 3),
)
def test_the_script_agrees_with_the_bot(people: dict[int, str], winners: int, passed: int) -> None:
    made = proof(people, winners, passed)
    assert verifier.check(json.loads(json.dumps(made)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"secret": "d4" * 32}, "承诺"),
        ({"people": [10001, 10002]}, "指纹"),
        ({"winners": [10009]}, "中的不是"),
        ({"words": {"10001": "换了"}}, "中的不是"),
    ],
)
def test_the_script_finds_what_was_changed(change: dict, says: str, tmp_path: Path) -> None:
    made = proof(dict.fromkeys(range(10001, 10030), ""), 20)
    good, bad = tmp_path / "C1.json", tmp_path / "C2.json"
    good.write_text(json.dumps(made), encoding="utf-8")
    bad.write_text(json.dumps(made | change), encoding="utf-8")
    if says == "承诺":  # the shell is slow: one good and one bad file go through it
        right = subprocess.run([sys.executable, "-I", VERIFIER, good], capture_output=True, check=False)
        wrong = subprocess.run([sys.executable, "-I", VERIFIER, bad], capture_output=True, check=False)
        assert (right.returncode, wrong.returncode) == (0, 1)
        assert says in wrong.stderr.decode()
    with pytest.raises(ValueError, match=says):
        verifier.check(made | change)


def test_a_thousand_entrants_are_drawn_at_once() -> None:
    people = dict.fromkeys(range(100000, 101000), "")
    assert len(verifier.check(proof(people, 50))) == 3
