"""What a group may choose about rewards and its fund."""

from datetime import timedelta

from pydantic import BaseModel, Field

from lizheng import Yuan


class Settings(BaseModel):
    public: bool = Field(True, title="公账公开", description="成员能不能看公账；关了只有管理员能看。")
    two_keys: Yuan = Field(Yuan(20_000), ge=1, title="双签", description="支出超过多少要两位管理员都同意。")
    usual: Yuan = Field(
        Yuan(500), ge=1, le=20_000, title="默认金额", description="发专属红包没写金额时算多少。"
    )
    nag: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(hours=1),
        le=timedelta(days=7),
        title="催发",
        description="说了要发、过多久还没发就提醒发的人，最多两次。",
    )
    confirm: timedelta = Field(
        timedelta(hours=48),
        ge=timedelta(hours=1),
        le=timedelta(days=14),
        title="领取确认",
        description="发了以后多久没人说收到，就在待发里记成未确认。",
    )
