"""What a group may choose about its board."""

from datetime import timedelta

from pydantic import BaseModel, Field


class Settings(BaseModel):
    lifetime: timedelta = Field(
        timedelta(days=7),
        ge=timedelta(hours=1),
        le=timedelta(days=90),
        title="有效期",
        description="一条广告通过后在广告贴上留多久，1 小时到 90 天。",
    )
    per_member: int = Field(
        1,
        ge=1,
        le=10,
        title="每人上限",
        description="每人同时最多有几条，1 到 10；超过时，新通过的换下他最早的一条。",
    )
