from typing import Any


async def test_it_remembers(stage: Any) -> None:
    await stage.play("""
开：模板
小王：/模板 你好
里正：模板：记下了，一共 1 句。
【重启】
小李：/模板 再见
里正：模板：记下了，一共 2 句。
""")
