"""What a group may choose about its events."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from plugins.events.rules import read_leads, write_leads


def _leads(text: str) -> str:
    return write_leads(read_leads(text))


class Settings(BaseModel):
    who: Literal["成员", "代管", "管理员"] = Field(
        "代管", title="谁能发起", description="谁能发起报名和抽奖。"
    )
    per_member: int = Field(
        2, ge=1, le=20, title="每人同时发起", description="一个人同时能有几个没结束的报名，抽奖另算。"
    )
    before: timedelta = Field(
        timedelta(hours=2),
        ge=timedelta(0),
        le=timedelta(days=30),
        title="默认截止",
        description="没写截止时，开始前多久不能再报。",
    )
    remind: Annotated[str, AfterValidator(_leads)] = Field(
        "1天,2小时",
        title="提醒",
        description="开始前多久提醒报上的人，最多三次；写 无 就不提醒。",
        examples=["1天,2小时"],
    )
    filling: Literal["自动", "先问"] = Field(
        "自动",
        title="递补",
        description="有人退出时候补的怎么上：自动上，或者先问他，12 小时不应就轮到下一个。",
    )
    pay_term: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(minutes=10),
        le=timedelta(days=7),
        title="付款期限",
        description="收费的报名，报上以后多久没付，位子就让出来。",
    )
    late_refund: Literal["退", "不退"] = Field(
        "不退", title="截止后退出", description="截止以后才退出的，报名费退不退。"
    )
    no_show_days: int = Field(
        180, ge=0, le=180, title="爽约记录", description="报了没来的记几天，第二次起发起人能看到；0 是不记。"
    )
