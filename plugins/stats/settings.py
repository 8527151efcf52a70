"""What a group may choose about its report."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from lizheng.grammar import parse_time_of_day

DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def _as_time(text: str) -> str:
    return f"{parse_time_of_day(text):%H:%M}"


class Settings(BaseModel):
    day: Literal["周一", "周二", "周三", "周四", "周五", "周六", "周日"] = Field(
        "周一", title="周报日", description="周报哪天私聊发给订阅的人。"
    )
    at: Annotated[str, AfterValidator(_as_time)] = Field(
        "09:30", title="周报时间", description="周报几点发，比如 09:30。"
    )
    picture: bool = Field(
        True, title="图片", description="主机装了 image 扩展时，报告后面附一张图；关掉就只发文字。"
    )
    board: bool = Field(False, title="公开榜", description="成员能不能看功劳榜：按为群里做的事排，不按说话。")
    names: Literal["只在私聊", "不写"] = Field(
        "只在私聊", title="名字", description="沉默名单里的名字：只在私聊里给管理员看，或者哪里都不写。"
    )
    bots: bool = Field(False, title="统计机器人", description="登记过的机器人说的话算不算进消息数。")
    line: int = Field(
        10, ge=1, le=90, title="活跃线", description="活跃率多少算及格，单位是百分之一，1 到 90。"
    )
    quiet: bool = Field(True, title="安静提醒", description="群沉寂了，在周报里提一次可以归档或合并。")
