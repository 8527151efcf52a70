"""What admins may set."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field


class Settings(BaseModel):
    """Who opens polls, and how long they last."""

    opener: Literal["成员", "代管", "管理员"] = Field(
        "代管", title="谁能发起", description="谁能发起投票和问卷。"
    )
    at_once: int = Field(1, ge=1, le=20, title="每人同时", description="一个人同时最多几个投票在进行。")
    span: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(minutes=5),
        le=timedelta(days=30),
        title="默认截止",
        description="没写截止时间的，过多久截止。",
    )
    remind: timedelta = Field(
        timedelta(hours=2),
        ge=timedelta(),
        le=timedelta(days=3),
        title="提醒",
        description="截止前多久在群里提醒一次，不点名；0 是不提醒。",
    )
    seconds: int = Field(5, ge=1, le=100, title="提案附议", description="一个提案要几个人附议才交给管理员。")
    newcomers: bool = Field(False, title="后来的也能投", description="发起以后才进群的人能不能投。")
