"""What a group may choose about its cards."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from plugins.name_tag.formats import parse_format


def _readable(text: str) -> str:
    return str(parse_format(text)) if text else ""


class Settings(BaseModel):
    format: Annotated[str, AfterValidator(_readable)] = Field(
        "",
        title="名片格式",
        description="群名片的写法，比如 城市-行业-昵称；空着就不管名片。",
        examples=["城市-行业-昵称"],
    )
    grace: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        title="宽限",
        description="进群或定下格式后，过多久才第一次提醒。",
    )
    reminders: int = Field(2, ge=0, le=10, title="提醒次数", description="最多提醒几次，0 到 10。")
    interval: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(minutes=10),
        le=timedelta(days=30),
        title="间隔",
        description="两次提醒之间、最后一次提醒到后果之间隔多久。",
    )
    consequence: Literal["无", "禁言", "踢"] = Field(
        "无",
        title="后果",
        description="提醒完还不改怎么办：无、禁言、踢；开着违规处理就记成违规，没开的话踢之前要管理员确认。",
    )
    mute_span: timedelta = Field(
        timedelta(hours=1),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        title="禁言时长",
        description="后果是禁言时禁多久。",
    )
