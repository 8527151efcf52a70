"""What a group may choose about who comes in."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from lizheng.grammar import parse_time_of_day


def _as_time(text: str) -> str:
    return f"{parse_time_of_day(text):%H:%M}"


class Settings(BaseModel):
    handling: Literal["只记录", "按规则", "全交人"] = Field(
        "只记录",
        title="处理",
        description="只记录：都等人定，附上规则会怎么做；按规则：规则能定的就定；全交人：都等人定。",
    )
    strangers: Literal["等人", "拒绝"] = Field(
        "等人", title="名单外", description="有通过规则时，哪条都没答出来的怎么办：等人或拒绝。"
    )
    level: int = Field(
        0, ge=0, le=200, title="最低等级", description="QQ 等级低于它就标出来；0 不看。读不到等级不算低。"
    )
    answer: int = Field(2, ge=0, le=40, title="要答出", description="回答至少几个字，0 到 40；不够的等人定。")
    inviter: Literal["不问", "问", "要担保"] = Field(
        "问",
        title="邀请人",
        description="回答里说了介绍人时：不问；问他认不认识；要担保，没人担保就等人定。",
    )
    vouch_lets_in: bool = Field(
        False, title="担保即通过", description="处理是按规则时，有资格的介绍人担保了就放进来。"
    )
    vouch_after: timedelta = Field(
        timedelta(days=30),
        ge=timedelta(0),
        le=timedelta(days=365),
        title="担保资格",
        description="进群满多久的人担保才算数，0 到 365 天。",
    )
    vouch_most: int = Field(3, ge=1, le=50, title="担保名额", description="一个人 30 天里最多担保几次。")
    again: int = Field(
        3, ge=1, le=20, title="重复申请", description="同一个人一天里第几次以后不再出声，只记下来。"
    )
    ticket: bool = Field(True, title="持票直通", description="别的功能给了票的人直接放进来。")
    remind: Annotated[str, AfterValidator(_as_time)] = Field(
        "10:00", title="未决提醒", description="每天几点提醒还有谁在等，一个申请最多提醒三天。"
    )
    full: Literal["告诉管理员", "不说"] = Field(
        "告诉管理员", title="满员处理", description="同意了但群满了时要不要说；同意了的会一直等到有空位。"
    )
    shown: Literal["群里", "管理员私聊"] = Field(
        "群里",
        title="通知到",
        description="回答在哪里看：群里（手机号打码），或者只私聊发给订了 /入群 订阅 的。",
    )
