"""What a group may choose about advertisements."""

from typing import Literal

from pydantic import BaseModel, Field


class Settings(BaseModel):
    action: Literal["撤回", "只待审"] = Field(
        "撤回", title="动作", description="认出广告后：撤回并说明，或者只放进 /待审 等管理员看。"
    )
    strictness: Literal["标准", "宽松"] = Field(
        "标准", title="力度", description="标准：像广告就动手；宽松：很有把握才动手，其余放进 /待审。"
    )
    strikes: int = Field(
        3, ge=0, le=20, title="违规次数", description="24 小时内第几条广告起算违规，0 是不算。"
    )
    certain_counts: bool = Field(
        False, title="直接记违规", description="很有把握的广告，第一条就算违规，默认关。"
    )
    newcomer_days: int = Field(
        3, ge=0, le=30, title="新人天数", description="进群几天内算新人，新人的消息看得更严，0 是不分新人。"
    )
