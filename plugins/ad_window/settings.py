"""What a group may choose about its advertising times."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from lizheng.grammar import WeeklySpans
from plugins.ad_window.rules import read_days_off, write_days_off


def _readable(text: str) -> str:
    return write_days_off(read_days_off(text))


class Settings(BaseModel):
    spans: WeeklySpans = Field(
        WeeklySpans(()),
        title="时段",
        description="每周什么时候可以发广告，比如 每周五 18:00-20:00。",
        examples=["每周五 18:00-20:00"],
    )
    per_member: int = Field(
        1, ge=1, le=20, title="每人条数", description="一个时段里每人可以发几条广告，1 到 20。"
    )
    days_off: Annotated[str, AfterValidator(_readable)] = Field(
        "",
        title="停用日期",
        description="这些天不开广告时段，比如节假日：2026-10-01至2026-10-07、2026-12-31。",
        examples=["2026-12-31"],
    )
    picture: bool = Field(
        True,
        title="图片",
        description="主机装了 image 扩展时，/广告时段 下面附一张七天的图，一分钟最多一张；关掉就只有文字。",
    )
