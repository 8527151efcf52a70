"""Written conversations: recalled, explained, taught, undone."""

import pytest

ONE_AD = "招网店兼职刷单员，一单十元起，日结，加QQ 2847561930"
OTHER_AD = "办理各类信用卡代还，额度高放款快，需要的加微信 kefu88213"

EXPLAINED = "你的消息像广告（…），已撤回。\n  本群不让随便发广告。\n  认错了的话，请管理员引用这条发 /误判。"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            f"""
            开：广告识别
            小王：今天食堂的红烧肉不错
            小王：{ONE_AD}
            【里正 撤回 小王】
            里正：@小王 {EXPLAINED}
            小李：明天几点开会
            """,
            id="recalled and explained",
        ),
    ],
)
async def test_play(stage, script: str) -> None:
    await stage.play("\n".join(line.strip() if not line.strip().startswith(("本群", "认错")) else "  " + line.strip() for line in script.splitlines()))
