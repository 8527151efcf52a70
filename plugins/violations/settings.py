"""What a group may choose about violations."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from lizheng.messages.templates import placeholders
from plugins.violations.ladder import EXAMPLE, parse_ladder

PLACEHOLDERS = ("昵称", "编号", "群名")
FAREWELL = "{昵称} 的机票已送达（{编号}），一路平安。"


def _readable(text: str) -> str:
    return str(parse_ladder(text))


def _fillable(text: str) -> str:
    placeholders(text, PLACEHOLDERS)
    return text


class Settings(BaseModel):
    ladder: Annotated[str, AfterValidator(_readable)] = Field(
        EXAMPLE, title="阶梯", description=f"每次违规上一级，写成 {EXAMPLE}；踢只能在最后。"
    )
    decay: timedelta = Field(
        timedelta(days=30),
        ge=timedelta(hours=1),
        le=timedelta(days=365),
        title="衰减",
        description="一次违规过多久不再算数，从记下那时起。",
    )
    farewell: Annotated[str, AfterValidator(_fillable)] = Field(
        FAREWELL,
        min_length=1,
        max_length=100,
        title="送机词",
        description="移出之后说的一句话，可用 {昵称}（只露第一个字）{编号} {群名}。",
    )
    recall: bool = Field(True, title="踢时撤回", description="移出之后撤回他 24 小时内的消息，最多 20 条。")
    blacklist: bool = Field(
        False, title="踢时拉黑", description="/踢 的人都进黑名单；默认关，可以在 /踢 后面写 拉黑。"
    )
    picture: bool = Field(
        True,
        title="图片",
        description="主机装了 image 扩展时，/违规 阶梯 下面附一张阶梯图，每人一分钟最多一张；关掉就只有文字。",
    )
