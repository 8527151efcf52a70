"""What somebody says to the bot in private, and what the group gets to read of it."""

from lizheng.sandbox.stage import HostStage


async def test_who_is_muted_has_no_advertisement_said_by_an_appeal(stage: HostStage) -> None:
    await stage.play("""
开：违规处理
小王：在
管理员：/禁言 @小王 1小时 广告
【里正 禁言 小王 1小时】
里正：…
小王（私聊）：/申诉 加微信 wxid_998877 领红包 http://evil.top/a
里正（私聊 小王）：申诉交给管理员了，结果会在群里说。
里正：小王 申诉 W1（禁言 1 小时，广告）：加微信 ＊ 领红包 ＊
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
""")


async def test_what_an_admin_prepares_in_private_stays_there(stage: HostStage) -> None:
    player = await stage.play("""
开：违规处理
小王：在
小李：在
管理员：在
""")
    both = " ".join(str(player.person(name)) for name in ("小王", "小李"))
    await player.play(f"""
管理员（私聊）：/禁言 {both} 10分 吵架
里正（私聊 管理员）：要对 2 个人禁言 10 分钟：小王、小李
  理由：吵架
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
管理员（私聊）：/确认 1
【里正 禁言 小王 10分钟】
【里正 禁言 小李 10分钟】
里正：…
""")
