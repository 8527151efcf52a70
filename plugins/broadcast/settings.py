"""What a group chooses about broadcasts and timers."""

from datetime import timedelta

from pydantic import BaseModel, Field


class Settings(BaseModel):
    receives: bool = Field(True, title="收广播", description="别处发来的广播要不要；维护通知不受它管。")
    per_day: int = Field(2, ge=1, le=20, title="每天广播", description="一天最多收几次广播，1 到 20。")
    most: int = Field(20, ge=1, le=100, title="定时上限", description="本群最多排几条定时，1 到 100。")
    late: timedelta = Field(
        timedelta(minutes=30),
        ge=timedelta(),
        le=timedelta(days=1),
        title="错过多久不补",
        description="到点时里正不在，回来晚了这么久就不发了；要紧的照补。",
    )
