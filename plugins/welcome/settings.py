"""What a group may choose about its greeting."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from plugins.welcome.rules import check_template

DEFAULT_TEXT = "{at} 欢迎加入{群名}！\n{群规}\n{名片格式}"


class Settings(BaseModel):
    text: Annotated[str, AfterValidator(check_template)] = Field(
        DEFAULT_TEXT,
        min_length=1,
        max_length=500,
        title="欢迎语",
        description="新人进群时说的话，最长 500 个字；可用 {at} {昵称} {群名} {人数} {群规} {名片格式}。",
        examples=["{at} 欢迎，进群先看群规：{群规}"],
    )
    rules: str = Field(
        "",
        max_length=500,
        title="群规",
        description="/群规 给大家看的内容，最长 500 个字；空着就没有。",
        examples=["一、友善 二、不发广告"],
    )
    private_rules: bool = Field(
        False, title="私聊群规", description="新人进群后再私聊发一份群规；QQ 不让发时不打扰群里。"
    )
