"""What a group may choose about questions and answers."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field


class Settings(BaseModel):
    unasked: bool = Field(
        True, title="主动答", description="没人用命令问，也在很有把握时回答；关掉就只答 /问 和关键词。"
    )
    rest: timedelta = Field(
        timedelta(minutes=10),
        ge=timedelta(seconds=10),
        le=timedelta(days=1),
        title="间隔",
        description="同一条问答多久才主动答一次。",
    )
    keyword_rest: timedelta = Field(
        timedelta(seconds=10),
        ge=timedelta(seconds=1),
        le=timedelta(days=1),
        title="关键词间隔",
        description="同一个关键词多久才回一次。",
    )
    teachers: Literal["代管", "所有人"] = Field(
        "代管", title="谁能直接教", description="别人教的要先由代管或管理员通过；选 所有人 就不用通过。"
    )
    shared: str = Field(
        "",
        max_length=100,
        title="公共题库",
        description="本群也用的公共题库，几个就用空格分开；/问答 题库 看有哪些。",
        examples=["新手"],
    )
    llm: bool = Field(
        False, title="大模型", description="/问 没有把握时让大模型根据本群问答来写；要主机管理员先配好。"
    )
    llm_daily: int = Field(50, ge=1, le=10000, title="大模型次数", description="大模型每天最多写几次。")
