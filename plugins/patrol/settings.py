"""What admins can set of 巡查."""

from pydantic import BaseModel, Field


class Settings(BaseModel):
    silent: int = Field(90, ge=14, le=400, title="沉默天数", description="多少天没动静算沉默。")
    never: int = Field(30, ge=7, le=400, title="从未发言", description="进群多少天一句没说过才算。")
    grace: int = Field(14, ge=1, le=90, title="新人宽限", description="进群不到这么多天的不看发言。")
    level: int = Field(0, ge=0, le=100, title="最低等级", description="群等级低于它算一点，0 是不看。")
    most: int = Field(20, ge=1, le=50, title="一次最多", description="一次最多清几个人。")
    remind_first: bool = Field(True, title="先提醒", description="没提醒过、或提醒还不到 7 天的不能清。")
    nicknames: bool = Field(True, title="名片规则", description="名片像群发广告的算不算，光凭名片清不了。")
    weekly: str = Field(
        "", max_length=20, title="定期", description="每周什么时候列一次，如 每周一 21:00；空着就不列。"
    )
