"""What admins can set of 举报."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field


class Settings(BaseModel):
    who: Literal["所有人", "进群满 3 天"] = Field(
        "所有人", title="谁能举报", description="谁能举报；刚进群 3 天内的人说话本来就轻。"
    )
    daily: int = Field(5, ge=1, le=50, title="每日次数", description="一个人一天最多举报几次。")
    urgent: str = Field(
        "诈骗、裸聊、开盒、人肉、自杀",
        max_length=200,
        title="直达词",
        description="举报里有这些词就马上告诉管理员，用顿号隔开。",
    )
    threshold: int = Field(
        2, ge=1, le=10, title="私加门槛", description="几位互不相关的成员反映同一个人私下骚扰，才告诉管理员。"
    )
    together: timedelta = Field(
        timedelta(hours=2),
        ge=timedelta(minutes=5),
        le=timedelta(days=1),
        title="合并时间",
        description="不急的举报攒多久一起告诉管理员。",
    )
