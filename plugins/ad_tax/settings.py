"""What a group may choose about its tax."""

from datetime import timedelta

from pydantic import BaseModel, Field

from lizheng import Yuan


class Settings(BaseModel):
    price: Yuan = Field(Yuan(10_000), ge=1, title="价格", description="发一条广告要多少钱的红包。")
    term: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        title="期限",
        description="下单后多久没付清就作废。",
    )
