"""How people write things in commands: every parser returns a value or raises `Misread`."""

from lizheng.grammar.durations import parse_duration, say_duration
from lizheng.grammar.misread import Misread, misread, plain, tight
from lizheng.grammar.money import parse_money, say_money
from lizheng.grammar.numbers import (
    is_range_sign,
    looks_like_numbers,
    parse_choice,
    parse_int,
    parse_label,
    parse_number_list,
    parse_on_off,
)
from lizheng.grammar.spans import WeeklySpan, WeeklySpans, parse_weekly
from lizheng.grammar.times import next_weekly, parse_date, parse_time_of_day, say_time_of_day
from lizheng.grammar.who import Term, Who, parse_who
from lizheng.grammar.words import At, Other, Text, Token, Words, speaks_for_itself, strip_unseen

__all__ = [
    "At",
    "Misread",
    "Other",
    "Term",
    "Text",
    "Token",
    "WeeklySpan",
    "WeeklySpans",
    "Who",
    "Words",
    "is_range_sign",
    "looks_like_numbers",
    "misread",
    "next_weekly",
    "parse_choice",
    "parse_date",
    "parse_duration",
    "parse_int",
    "parse_label",
    "parse_money",
    "parse_number_list",
    "parse_on_off",
    "parse_time_of_day",
    "parse_weekly",
    "parse_who",
    "plain",
    "say_duration",
    "say_money",
    "say_time_of_day",
    "speaks_for_itself",
    "strip_unseen",
    "tight",
]
