"""Per-group settings: one pydantic model per feature, read by handlers, `/设置`, docs and the environment alike."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from lizheng.grammar import (
    Misread,
    WeeklySpans,
    parse_duration,
    parse_int,
    parse_money,
    parse_on_off,
    parse_weekly,
    say_duration,
    say_money,
    tight,
)
from lizheng.plugin.amounts import Yuan
from lizheng.plugin.identity import FeatureInfo

_NONE: dict[Any, Any] = {Yuan: Yuan(0), timedelta: timedelta()}
_ZERO = re.compile(r"0+(?:\.0+)?(?:元|块|秒|分|分钟|小时|天)?")
"""How people write that there is to be none of it: readers of sums and spans refuse it, as commands want some."""


@dataclass(frozen=True)
class Setting:
    """One field as `/设置` sees it: `title` is its Chinese name, `default` the value when nobody set any."""

    feature: str
    name: str
    title: str
    description: str
    kind: Any
    default: Any
    info: FieldInfo

    @property
    def environment(self) -> str:
        """The variable that changes the default for all groups of this host."""
        return f"LIZHENG_{self.feature}__{self.name}".upper()

    def parse(self, text: str) -> Any:
        """Read what an admin typed. Raises `Misread` with a Chinese sentence."""
        reader = READERS.get(self.kind)
        if get_origin(self.kind) is Literal:
            options = get_args(self.kind)
            if text not in options:
                raise Misread(f"「{self.title}」只能是：{'、'.join(map(str, options))}。")
            return text
        if self.kind in _NONE and _ZERO.fullmatch(tight(text)):
            with suppress(Misread):  # where none of it makes sense, the reader says what does
                return self.check(_NONE[self.kind])
        return self.check(reader(text) if reader else text)

    def check(self, value: Any) -> Any:
        """Give the value as the field takes it. Raises `Misread` with a Chinese sentence for one that it does not."""
        try:
            return self._adapter().validate_python(value)
        except ValidationError as error:
            raise self.unfit(error) from error

    def unfit(self, error: ValidationError) -> Misread:
        """Say in Chinese why a value does not fit."""
        return Misread(f"「{self.title}」不能是这个值：{self._reason(error)}。")

    def show(self, value: Any) -> str:
        """The value with its unit, for people."""
        if value is None or value in ("", [], ()):
            return "（空）"
        if isinstance(value, bool):
            return "开" if value else "关"
        if self.kind is Yuan:
            return say_money(value)
        if isinstance(value, timedelta):
            return say_duration(value)
        if isinstance(value, WeeklySpans):
            return value.describe() or "（空）"
        if isinstance(value, list | tuple):
            return "、".join(map(str, value))
        return str(value)

    def dump(self, value: Any) -> Any:
        """The JSON form that is stored."""
        if isinstance(value, WeeklySpans):
            return value.describe()
        return TypeAdapter(Any).dump_python(value, mode="json")

    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(_annotated(self.kind, self.info))

    def _reason(self, error: ValidationError) -> str:
        first = error.errors()[0]
        if pattern := REASONS.get(first["type"]):
            # pydantic names bounds in English; the declared ones are shown as values of this setting are
            declared = {n: getattr(c, n) for c in self.info.metadata for n in BOUNDS if hasattr(c, n)}
            shown = {name: self.show(bound) for name, bound in declared.items()}
            return pattern.format(**{**first.get("ctx", {}), **shown})
        if first["type"] in ("value_error", "assertion_error"):
            return str(first.get("ctx", {}).get("error", first["msg"])).rstrip("。")
        return "看不懂"


READERS: dict[Any, Any] = {
    bool: parse_on_off,
    int: parse_int,
    Yuan: lambda text: Yuan(parse_money(text)),
    timedelta: parse_duration,
    WeeklySpans: lambda text: WeeklySpans(()) if text in ("无", "空") else parse_weekly(text),
    str: str,
    list[int]: lambda text: (
        []
        if text in ("无", "空")
        else [parse_int(w) for w in text.replace("，", ",").replace("、", ",").split(",")]
    ),
}


def _annotated(kind: Any, info: FieldInfo) -> Any:
    for constraint in info.metadata:
        kind = Annotated[kind, constraint]
    return kind


BOUNDS = ("ge", "gt", "le", "lt")
REASONS = {
    "greater_than_equal": "最小是 {ge}",
    "less_than_equal": "最大是 {le}",
    "greater_than": "要大于 {gt}",
    "less_than": "要小于 {lt}",
    "string_too_long": "最长 {max_length} 个字",
    "string_too_short": "最短 {min_length} 个字",
}


def settings_of(feature: FeatureInfo) -> list[Setting]:
    """Every setting a feature declares, in the order of the model. Raises `TypeError` for a field that says too little."""
    if feature.settings is None:
        return []
    found: list[Setting] = []
    for name, info in feature.settings.model_fields.items():
        where = f"{feature.module}.{feature.settings.__name__}.{name}"
        if not info.title or not info.description:
            raise TypeError(
                f"{where} needs a Chinese `title` and a `description`: Field(…, title=…, description=…)"
            )
        if info.is_required():
            raise TypeError(f"{where} needs a default: what counts in a group that has chosen nothing")
        default = info.get_default(call_default_factory=True)
        found.append(Setting(feature.id, name, info.title, info.description, info.annotation, default, info))
    return found
