from typing import Any


async def test_it_answers(stage: Any) -> None:
    await stage.play("""
开：模板
小王：/模板 你好
里正：模板：你好
小王：/模板
里正：缺少内容。
  用法：/模板 <内容>
  例如：/模板 你好
""")
