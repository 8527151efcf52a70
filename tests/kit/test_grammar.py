"""How people write durations, spans, money, numbers and members in commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.grammar import (
    At,
    Misread,
    Other,
    Text,
    WeeklySpan,
    WeeklySpans,
    Words,
    parse_date,
    parse_duration,
    parse_int,
    parse_label,
    parse_money,
    parse_number_list,
    parse_on_off,
    parse_time_of_day,
    parse_weekly,
    say_duration,
    say_money,
)
from lizheng.grammar.numbers import chinese_number, say_chinese

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)  # a Sunday

S, M, H, D = 1, 60, 3600, 86_400


def misread(parse: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(Misread) as caught:
        parse(*args)
    sentence = caught.value.sentence
    assert 0 < len(sentence) <= 40
    assert sentence.endswith("。")
    return sentence


# Durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30秒", 30),
        ("10分", 10 * M),
        ("10分钟", 10 * M),
        ("1小时", H),
        ("3天", 3 * D),
        ("2周", 14 * D),
        ("90m", 90 * M),
        ("1h30m", 90 * M),
        ("45s", 45),
        ("2d", 2 * D),
        ("一个半小时", 90 * M),
        ("半小时", 30 * M),
        ("半个小时", 30 * M),
        ("半天", 12 * H),
        ("三十分钟", 30 * M),
        ("一天半", 36 * H),
        ("1.5小时", 90 * M),
        ("１０分", 10 * M),
        (" 1 小时 30 分钟 ", 90 * M),
        ("1H 30Min", 90 * M),
        ("两个小时", 2 * H),
        ("一刻钟", 15 * M),
        ("一个星期", 7 * D),
        ("1天2小时3分4秒", D + 2 * H + 3 * M + 4),
        ("十\u200b分", 10 * M),
    ],
)
def test_duration(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "10",
        "十",
        "-5分",
        "−5分",
        "0分",
        "0",
        "",
        " ",
        "很久",
        "1个月",
        "999999999999天",
        "10年",
        "分钟",
        "半",
        "30分1小时",
        "1小时1小时",
        "一百二分",
        "两个半天",
        "1.5小时半",
        "10分abc",
        "0.1秒",
        "1e3秒",
        "无限",
        "10分" * 50,
    ],
)
def test_duration_refused(text: str) -> None:
    misread(parse_duration, text)


def test_a_bare_number_is_told_the_units() -> None:
    assert misread(parse_duration, "１０") == "「１０」缺单位，请写 秒/分/小时/天/周。"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(600, "10 分钟"), (5400, "1 小时 30 分钟"), (D, "1 天"), (61, "1 分钟 1 秒"), (0, "0 秒"), (-5, "0 秒")],
)
def test_say_duration(seconds: int, said: str) -> None:
    assert say_duration(timedelta(seconds=seconds)) == said


@given(st.integers(1, 3650 * D))
def test_duration_round_trip(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert parse_duration(say_duration(span)) == span


# Money


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("100", 10_000),
        ("100元", 10_000),
        ("8.88", 888),
        ("¥8.88", 888),
        ("￥８．８８", 888),
        ("8块8", 880),
        ("8块88", 888),
        ("8元8角8分", 888),
        ("5毛", 50),
        ("1,000", 100_000),
        ("100.00", 10_000),
        ("100.500", 10_050),
        ("0.01", 1),
        ("1000000", 100_000_000),
        ("100 块钱", 10_000),
        ("8块05", 805),
        ("100RMB", 10_000),
    ],
)
def test_money(text: str, fen: int) -> None:
    assert parse_money(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "0",
        "0.00",
        "1e9",
        "八块",
        "100.001",
        "1000000.01",
        "9" * 14,
        "9" * 40,
        "",
        "元",
        "块",
        "钱",
        "1,00",
        "$5",
        "100.",
        ".5",
        "1.2.3",
        "8.8.8元",
        "NaN",
        "inf",
        "8块888",
        "一百元",
        "0x10",
        "半块",
    ],
)
def test_money_refused(text: str) -> None:
    misread(parse_money, text)


def test_chinese_amounts_are_asked_for_in_digits() -> None:
    assert "请写数字" in misread(parse_money, "八块")


@pytest.mark.parametrize(
    ("fen", "said"), [(888, "8.88 元"), (10_000, "100 元"), (850, "8.50 元"), (-1, "-0.01 元"), (0, "0 元")]
)
def test_say_money(fen: int, said: str) -> None:
    assert say_money(fen) == said


@given(st.integers(1, 100_000_000))
def test_money_round_trip(fen: int) -> None:
    assert parse_money(say_money(fen)) == fen


# Numbers


@given(st.integers(0, 99_999_999))
def test_chinese_numerals_round_trip(value: int) -> None:
    assert chinese_number(say_chinese(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("十二", 12), ("两百", 200), ("一百零二", 102), ("一十", 10), ("一百二", None), ("三三", None)],
)
def test_chinese_numerals(text: str, value: int | None) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize(("text", "value"), [("12", 12), ("１２", 12), (" 十二 ", 12), ("007", 7), ("两", 2)])
def test_int(text: str, value: int) -> None:
    assert parse_int(text) == value


@pytest.mark.parametrize("text", ["", "-1", "1.5", "abc", "9" * 30, "1 000 000 0000", "²x"])
def test_int_refused(text: str) -> None:
    misread(parse_int, text)


def test_int_limits() -> None:
    assert parse_int("-3", least=-5) == -3
    assert "最小是 1" in misread(parse_int, "0", 1, 9)
    assert "最大是 9" in misread(parse_int, "10", 1, 9)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1 2 3", [1, 2, 3]),
        ("1,2、3，1", [1, 2, 3]),
        ("5-7 #9", [5, 6, 7, 9]),
        ("３到４", [3, 4]),
        ("3", [3]),
        ("2、", [2]),
    ],
)
def test_number_list(text: str, numbers: list[int]) -> None:
    assert parse_number_list(text) == numbers


@pytest.mark.parametrize("text", ["", "a", "0", "3-1", "1-999999999", "-1", "1--2"])
def test_number_list_refused(text: str) -> None:
    misread(parse_number_list, text)


@pytest.mark.parametrize(
    ("text", "on"),
    [("开", True), ("ＯＮ", True), ("启用", True), ("关", False), ("off", False), ("停用 ", False)],
)
def test_on_off(text: str, on: bool) -> None:
    assert parse_on_off(text) is on


@pytest.mark.parametrize("text", ["", "开关", "maybe"])
def test_on_off_refused(text: str) -> None:
    misread(parse_on_off, text)


@pytest.mark.parametrize(
    ("text", "prefix", "number"),
    [
        ("A12", "A", 12),
        ("a12", "A", 12),
        ("Ａ１２", "A", 12),
        ("W3", "W", 3),
        ("#12", "#", 12),
        ("＃１２", "#", 12),
        ("12", "#", 12),
        (" a 12 ", "A", 12),
    ],
)
def test_label(text: str, prefix: str, number: int) -> None:
    assert parse_label(text, prefix) == number


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("12", "A"), ("W3", "A"), ("A0", "A"), ("A", "A"), ("A12x", "A"), ("", "#"), ("#-1", "#")],
)
def test_label_refused(text: str, prefix: str) -> None:
    misread(parse_label, text, prefix)


def test_label_bare_where_the_caller_allows_it() -> None:
    assert parse_label("12", "A", bare=True) == 12


# Time of day and dates


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("08:00", 8, 0),
        ("8点", 8, 0),
        ("8点半", 8, 30),
        ("早上8点", 8, 0),
        ("晚上八点", 20, 0),
        ("晚上12点", 0, 0),
        ("中午12点", 12, 0),
        ("下午3点一刻", 15, 15),
        ("8:30pm", 20, 30),
        ("12:00am", 0, 0),
        ("20点05分", 20, 5),
        ("２３：５９", 23, 59),
        ("0:00", 0, 0),
        ("凌晨2点", 2, 0),
        ("八点二十", 8, 20),
        ("下午18点", 18, 0),
    ],
)
def test_time_of_day(text: str, hour: int, minute: int) -> None:
    assert parse_time_of_day(text) == time(hour, minute)


@pytest.mark.parametrize(
    "text", ["", "8", "24:00", "25:61", "23:60", "上午15点", "凌晨13点", "8:5", "八", "99点", "8点99"]
)
def test_time_of_day_refused(text: str) -> None:
    misread(parse_time_of_day, text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12-31", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
        ("12月31日", date(2026, 12, 31)),
        ("2027年1月2号", date(2027, 1, 2)),
        ("1-1", date(2027, 1, 1)),
        ("11-22", date(2026, 11, 22)),
        ("明天", date(2026, 11, 23)),
        ("后天", date(2026, 11, 24)),
        ("今天", date(2026, 11, 22)),
        ("周五", date(2026, 11, 27)),
        ("周日", date(2026, 11, 22)),
        ("下周五", date(2026, 11, 27)),
        ("本周五", date(2026, 11, 20)),
        ("2-29", date(2028, 2, 29)),
        ("31号", date(2026, 12, 31)),
        ("3天后", date(2026, 11, 25)),
        ("１２／３１", date(2026, 12, 31)),
    ],
)
def test_date(text: str, day: date) -> None:
    assert parse_date(text, NOW) == day


@pytest.mark.parametrize(
    "text", ["", "2-30", "13-1", "0-0", "2027-2-29", "周八", "从前", "32号", "99999-1-1"]
)
def test_date_refused(text: str) -> None:
    misread(parse_date, text, NOW)


# Weekly spans


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("每周五 18:00-20:00", "每周五 18:00-20:00"),
        ("周一到周五 9:00-10:00", "每周一至周五 09:00-10:00"),
        ("工作日 9:00-18:00", "工作日 09:00-18:00"),
        ("周末 10点-12点", "周末 10:00-12:00"),
        ("每天 22:00-02:00", "每天 22:00-次日 02:00"),
        ("22:00-02:00", "每天 22:00-次日 02:00"),
        ("周五18点-20点", "每周五 18:00-20:00"),
        ("18：00~20：00", "每天 18:00-20:00"),
        ("18:00至20:00", "每天 18:00-20:00"),
        ("周一三五 12:00-13:00", "每周一、三、五 12:00-13:00"),
        ("周一、周三 12:00-13:00", "每周一、三 12:00-13:00"),
        ("周一、三、五 12:00-13:00", "每周一、三、五 12:00-13:00"),
        ("周日至周二 1:00-2:00", "每周一、二、日 01:00-02:00"),
        ("周1-5 9:00-10:00", "每周一至周五 09:00-10:00"),
        ("周五六点-八点", "每周五 06:00-08:00"),
        ("周五十点到十二点", "每周五 10:00-12:00"),
        ("周五晚上6点到8点", "每周五 18:00-20:00"),
        ("周五晚上10点到2点", "每周五 22:00-次日 02:00"),
        ("周五18：00—20：00", "每周五 18:00-20:00"),
        ("周五 22:00-00:00", "每周五 22:00-24:00"),
        ("周五 18:00-20:00；周六 10:00-12:00", "每周五 18:00-20:00；每周六 10:00-12:00"),
        ("周五 18:00-20:00; 周六 18:00-20:00", "每周五、六 18:00-20:00"),
        ("周五 18:00-20:00\n周六 10:00-12:00", "每周五 18:00-20:00；每周六 10:00-12:00"),
        ("周五 12:00-13:00、18:00-20:00", "每周五 12:00-13:00；每周五 18:00-20:00"),
        ("周五 18:00-20:00，周五 18:00-20:00", "每周五 18:00-20:00"),
        ("工作日、周六 9:00-10:00", "工作日 09:00-10:00；每周六 09:00-10:00"),
        ("每周五\n18:00-20:00", "每周五 18:00-20:00"),
    ],
)
def test_weekly(text: str, said: str) -> None:
    spans = parse_weekly(text)
    assert spans.describe() == said
    assert parse_weekly(said) == spans


def test_workdays_are_flagged() -> None:
    (span,) = parse_weekly("工作日 9:00-10:00").spans
    assert span == WeeklySpan(frozenset(range(5)), 540, 600, workdays=True)


@pytest.mark.parametrize(
    "text",
    [
        "25:61-26:00",
        "18:00-25:61",
        "每周八 18:00-20:00",
        "周五 18:00-18:00",
        "00:00-00:00",
        "周五",
        "每周 18:00-20:00",
        "",
        "随便",
        "18:00",
        "周五 18:00-",
        "24:00-02:00",
        "周五 18:00-20:00、周五 19:00-21:00",
        "周五 22:00-02:00、周六 01:00-03:00",
        "周日 22:00-02:00；周一 01:00-03:00",
        "周五 18:00-次日20:00",
        "周五 18:00-20:00 周六",
        "每天 1:00-2:00；工作日 1:30-3:00",
    ],
)
def test_weekly_refused(text: str) -> None:
    misread(parse_weekly, text)


def local(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold)  # type: ignore[arg-type,misc]


def test_window_edges() -> None:
    friday = parse_weekly("周五 18:00-20:00")
    opens, closes = local(SHANGHAI, 2026, 11, 27, 18), local(SHANGHAI, 2026, 11, 27, 20)
    assert friday.current(opens, SHANGHAI) == (opens, closes)
    assert not friday.contains(opens - timedelta(microseconds=1), SHANGHAI)
    assert friday.contains(closes - timedelta(microseconds=1), SHANGHAI)
    assert not friday.contains(closes, SHANGHAI)
    assert friday.next_after(NOW, SHANGHAI) == (opens, closes)
    assert friday.next_after(opens, SHANGHAI) == (opens + timedelta(days=7), closes + timedelta(days=7))


def test_across_midnight_and_the_week() -> None:
    sunday = parse_weekly("周日 22:00-02:00")
    window = (local(SHANGHAI, 2026, 11, 22, 22), local(SHANGHAI, 2026, 11, 23, 2))
    assert sunday.current(local(SHANGHAI, 2026, 11, 23, 1, 59), SHANGHAI) == window
    assert sunday.current(local(SHANGHAI, 2026, 11, 22, 1, 59), SHANGHAI) is None
    assert sunday.next_after(NOW, SHANGHAI) == window
    assert window[0].tzinfo is not UTC
    assert sunday.next_after(NOW, SHANGHAI)[0].tzinfo is UTC


def hours(text: str, zone: ZoneInfo, day: date) -> list[tuple[str, float]]:
    """The windows of that local day: opening on the wall clock, and true length in hours."""
    (span,) = parse_weekly(text).spans
    return [
        (opens.astimezone(zone).strftime("%H:%M%z"), (closes - opens).total_seconds() / 3600)
        for opens, closes in span.windows(day, day, zone)
    ]


@pytest.mark.parametrize(
    ("text", "zone", "day", "expected"),
    [
        # Spring: 02:00–03:00 does not exist.
        ("每天 01:00-04:00", BERLIN, date(2026, 3, 29), [("01:00+0100", 2)]),
        ("每天 02:00-03:00", BERLIN, date(2026, 3, 29), []),
        ("每天 02:15-02:45", BERLIN, date(2026, 3, 29), []),
        ("每天 02:30-04:00", BERLIN, date(2026, 3, 29), [("03:00+0200", 1)]),
        ("每天 01:30-02:30", BERLIN, date(2026, 3, 29), [("01:30+0100", 0.5)]),
        ("每天 02:30-03:30", NEW_YORK, date(2026, 3, 8), [("03:00-0400", 0.5)]),
        # Autumn: 02:00–03:00 comes twice; every window opens once.
        ("每天 01:00-04:00", BERLIN, date(2026, 10, 25), [("01:00+0200", 4)]),
        ("每天 02:15-02:45", BERLIN, date(2026, 10, 25), [("02:15+0200", 0.5)]),
        ("每天 22:00-06:00", BERLIN, date(2026, 10, 24), [("22:00+0200", 9)]),
        ("每天 00:00-24:00", NEW_YORK, date(2026, 11, 1), [("00:00-0400", 25)]),
        # Half an hour only, and a day that Samoa skipped.
        ("每天 02:15-03:00", LORD_HOWE, date(2026, 10, 4), [("02:30+1100", 0.5)]),
        ("每天 12:00-13:00", APIA, date(2011, 12, 30), []),
    ],
)
def test_daylight_saving(text: str, zone: ZoneInfo, day: date, expected: list[tuple[str, float]]) -> None:
    assert hours(text, zone, day) == expected


minutes = st.integers(0, 1439)
days = st.frozensets(st.integers(0, 6), min_size=1)
zones = st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, LORD_HOWE, APIA])
moments = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = (
    st.tuples(days, minutes, st.integers(1, 1440))
    .filter(lambda x: x[1] != x[2])
    .map(lambda x: WeeklySpan(*x))
)


@given(spans)
def test_describe_is_read_back(span: WeeklySpan) -> None:
    assert parse_weekly(span.describe()) == WeeklySpans((span,))


@given(spans, moments, zones)
def test_contains_is_current_and_next_is_later(span: WeeklySpan, at: datetime, zone: ZoneInfo) -> None:
    window = span.current(at, zone)
    assert span.contains(at, zone) is (window is not None)
    if window:
        assert window[0] <= at < window[1]
    opens, closes = span.next_after(at, zone)
    assert at < opens < closes
    assert span.current(opens, zone) == (opens, closes)
    assert span.current(opens - timedelta(seconds=1), zone) != (opens, closes)


@given(spans, moments)
def test_contains_reads_the_wall_clock(span: WeeklySpan, at: datetime) -> None:
    wall = at.astimezone(SHANGHAI)  # no clock changes there since 1991
    now = wall.hour * 60 + wall.minute
    today, yesterday = wall.weekday() in span.days, (wall.weekday() - 1) % 7 in span.days
    if span.end > span.start:
        expected = today and span.start <= now < span.end
    else:
        expected = (today and now >= span.start) or (yesterday and now < span.end)
    assert span.contains(at, SHANGHAI) is expected


# Arbitrary text

PIECES = st.sampled_from(
    [
        *"0123456789一二两三十百半个:-、；,. \n@#¥点分秒天元块角到月日周hmA",
        *("每周", "星期", "工作日", "每天", "小时", "早上", "晚上", "次日"),
    ]
)
weird = st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join))
PARSERS: list[Callable[[str], Any]] = [
    parse_duration,
    parse_money,
    parse_int,
    parse_number_list,
    parse_on_off,
    parse_time_of_day,
    parse_weekly,
    lambda text: parse_date(text, NOW),
    lambda text: parse_label(text, "A"),
    lambda text: parse_label(text, "#"),
]


def sentence_of(parse: Callable[[str], Any], text: str) -> str | None:
    try:
        parse(text)
    except Misread as fault:
        return fault.sentence
    return None


@given(weird)
def test_anything_is_read_or_misread(text: str) -> None:
    for parse in PARSERS:
        sentence = sentence_of(parse, text)
        if sentence is not None:
            assert 0 < len(sentence) <= 40
            assert sentence.replace("\u200d", "").isprintable()


# Words


def test_words_of_plain_text() -> None:
    words = Words('  添加　北京\u00a0“上海 电商” "a b" \u200b尾\u200b ')
    assert words.peek() == "添加"
    assert [words.word() for _ in range(6)] == ["添加", "北京", "上海 电商", "a b", "尾", None]
    assert words.empty()


def test_an_unclosed_quote_is_an_ordinary_character() -> None:
    assert Words("“上海 电商").word() == "“上海"


def test_members_in_every_form() -> None:
    words = Words(
        [At(10001), Text(" "), At(10002), Text(" @10003 １０００４,10005、10001 @10006@10007 刷屏 12345")]
    )
    assert words.ats() == [10001, 10002, 10003, 10004, 10005, 10006, 10007]
    assert words.rest() == "刷屏 12345"
    assert words.rest() == ""


@pytest.mark.parametrize(
    "text", ["1234", "123456789012", "01234567", "10分", "12345元", "@小王", "王12345", "12345.5", ""]
)
def test_not_a_member(text: str) -> None:
    words = Words(text)
    assert words.at() is None
    assert words.ats() == []
    assert words.rest() == text


def test_everybody_is_not_a_member() -> None:
    words = Words([At("all"), Text(" 开会")])
    assert words.at() is None
    assert words.rest() == "@全体成员 开会"


def test_rest_renders_mentions_and_leaves_images_out() -> None:
    words = Words([Text("请 "), At(10001), Text("看"), Other("image", {"file": "a.png"}), Text("这张\n图 ")])
    assert words.word() == "请"
    assert [other.type for other in words.others()] == ["image"]
    assert words.rest() == "@10001 看这张\n图"
    assert words.others() == []


def test_an_image_is_something() -> None:
    words = Words([Text("\u200b "), Other("image")])
    assert not words.empty()
    assert words.word() is None


def test_mark_and_reset() -> None:
    words = Words([Text("a "), At(10001), Text("b")])
    mark = words.mark()
    assert (words.word(), words.at(), words.word()) == ("a", 10001, "b")
    words.reset(mark)
    assert words.rest() == "a @10001 b"


@given(
    st.lists(
        st.one_of(weird.map(Text), st.integers(10000, 99999999999).map(At), st.just(Other("face"))),
        max_size=5,
    )
)
def test_words_always_end(tokens: list[Any]) -> None:
    words = Words(tokens)
    words.ats()
    count = 0
    while words.word() is not None:
        count += 1
    assert words.empty()
    assert count <= sum(len(token.text) if isinstance(token, Text) else 1 for token in tokens)
