"""What a group may choose about its homework. A cycle keeps what held when it began."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field

from lizheng import Yuan


class Settings(BaseModel):
    fine: Yuan = Field(
        Yuan(1000),
        ge=0,
        le=20_000,
        title="罚款",
        description="没交作业欠多少红包；不罚就发 /作业 设 罚款 0 0。",
    )
    review_fine: Yuan = Field(
        Yuan(500),
        ge=0,
        le=20_000,
        title="点评罚款",
        description="没点评够欠多少红包；不罚就发 /作业 设 罚款 10 0。",
    )
    account: Literal["群里", "公账"] = Field(
        "群里", title="去向", description="罚的红包发给群里所有人，还是进公账。"
    )
    reviews: int = Field(2, ge=0, le=5, title="点评", description="交了作业的人每期要点评几篇。")
    least: int = Field(
        100, ge=1, le=2000, title="字数", description="交文字至少几个字；链接、图片、文件不算字数。"
    )
    least_review: int = Field(15, ge=1, le=500, title="点评字数", description="一条点评至少几个字。")
    buffer: timedelta = Field(
        timedelta(),
        ge=timedelta(),
        le=timedelta(hours=12),
        title="缓冲",
        description="截止后多久内交的算晚交，不罚。",
    )
    out_after: int = Field(3, ge=1, le=20, title="出局次数", description="欠了几次就出局。")
    out_how: Literal["累计", "连续", "不"] = Field(
        "累计", title="出局", description="怎么数欠的次数；不，就是从不出局。"
    )
    out_then: Literal["移出名单", "请出群", "无"] = Field(
        "移出名单", title="出局后果", description="请出群会先问管理员；无，就是只说一声。"
    )
    leaves: int = Field(2, ge=0, le=20, title="请假", description="一季可以请几次假。")
    remind: bool = Field(True, title="提醒", description="截止前 24 小时和 3 小时提醒还没交的人。")
    term: timedelta = Field(
        timedelta(days=3),
        ge=timedelta(days=1),
        le=timedelta(days=30),
        title="罚款期限",
        description="多久没付提醒一次。",
    )
    unpaid_counts: bool = Field(True, title="不付算缺", description="提醒后一天还没付的，算多欠一次。")
