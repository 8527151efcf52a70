"""What a group may choose about its morning brief."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from lizheng.grammar import parse_time_of_day

EVERY_DAY, WORKDAYS, NEVER = "每天", "工作日", "不发"
Days = Literal["每天", "工作日", "不发"]


def _as_time(text: str) -> str:
    return f"{parse_time_of_day(text):%H:%M}"


class Settings(BaseModel):
    at: Annotated[str, AfterValidator(_as_time)] = Field(
        "08:00", title="时间", description="早报几点发，比如 08:00。"
    )
    days: Days = Field(
        "每天", title="日子", description="哪些天发：每天、工作日（按国务院的放假和调休安排）或不发。"
    )
    items: int = Field(8, ge=1, le=20, title="条数", description="订阅里的新闻一期最多几条，1 到 20。")
    links: bool = Field(False, title="附链接", description="每条新闻后面要不要带上链接。")
    numbers: bool = Field(True, title="昨日数字", description="要不要写昨天的消息、进群和退群人数。")
    picture: bool = Field(
        True, title="图片", description="主机装了 image 扩展时，早报发成一张图片；关掉就只发文字。"
    )
    catch_up: timedelta = Field(
        timedelta(hours=3),
        ge=timedelta(minutes=10),
        le=timedelta(hours=12),
        title="补发时限",
        description="机器人停机后，最多晚多久还补发当天的早报，10 分钟到 12 小时。",
    )
