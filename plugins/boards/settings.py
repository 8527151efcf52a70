"""What a group may choose about its board."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field

from lizheng import Yuan


class Settings(BaseModel):
    per_kind: int = Field(2, ge=1, le=50, title="每人上限", description="一个人每一类同时最多几条，1 到 50。")
    per_week: int = Field(
        3, ge=1, le=100, title="每周上限", description="一个人一周里各类一共最多发几条，1 到 100。"
    )
    review: Literal["新人", "全部", "不审"] = Field(
        "新人", title="审核", description="谁的条目要管理员先看：新人、全部、不审；有风险词的都要看。"
    )
    newcomer: timedelta = Field(
        timedelta(days=14),
        ge=timedelta(days=1),
        le=timedelta(days=365),
        title="新人期",
        description="进群多久以内算新人，1 到 365 天。",
    )
    warn_before: timedelta = Field(
        timedelta(days=3),
        ge=timedelta(days=1),
        le=timedelta(days=14),
        title="下架提醒",
        description="到期前多久问作者还要不要，1 到 14 天。",
    )
    hint: bool = Field(
        True, title="撞见提示", description="群里有像招聘、求职的话，一天最多提醒一次可以放到板上。"
    )
    in_brief: bool = Field(True, title="进早报", description="昨天新上的和可能合适的写进早报。")
    price: Yuan = Field(
        Yuan(0), ge=0, title="招聘价格", description="成员发一条招聘先要付多少，0 是不收；开着账本才收。"
    )
