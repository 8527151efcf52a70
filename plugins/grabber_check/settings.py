"""What admins can set of 测挂."""

from datetime import timedelta

from pydantic import BaseModel, Field


class Settings(BaseModel):
    rounds: int = Field(3, ge=3, le=20, title="轮数", description="测够几轮才说谁像挂。")
    valid: timedelta = Field(
        timedelta(days=180),
        ge=timedelta(days=7),
        le=timedelta(days=180),
        title="有效期",
        description="多久以前的轮次还算，最长 180 天。",
    )
