"""One's own card, and the format."""

from lizheng.sandbox.stage import HostStage


async def test_a_format_is_set_and_a_member_sets_the_card(stage: HostStage) -> None:
    await stage.play("""
开：名片
小王：/名片格式
里正：本群还没有名片格式。管理员发 /名片格式 城市-行业-昵称 来定一个。
管理员：/名片格式 城市-行业-昵称
里正：名片格式定好了：城市-行业-昵称
  例如：上海-电商-管理员
  已经在群里的人有 1 天来改，发 /名片 加内容就行。撤销发 /撤销 1。
小王：/名片
里正：你的名片不合格：还没有群名片。
  格式：城市-行业-昵称
  发 /名片 上海-电商-小王 就能改。
小王：/名片 上海—电商 小王
【里正 改名片 小王 上海-电商-小王】
里正：你的名片改成「上海-电商-小王」了。
小王：/名片
里正：你的名片「上海-电商-小王」符合格式。
""")


async def test_a_newcomer_is_told_and_reminded_and_then_left_alone(stage: HostStage) -> None:
    await stage.play("""
开：名片
设：名片 名片格式 城市-昵称
【过 1 秒】
【小新 进群】
【过 3 秒】
里正：@小新 本群的名片格式是 城市-昵称，比如「上海-小新」。
  发 /名片 上海-小新 就能改，1 天内改好就行。
【过 24 小时】
里正：@小新 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-小新 这样就能改。
【过 24 小时】
里正：@小新 群名片还不合格，格式是 城市-昵称。
  发 /名片 上海-小新 这样就能改。
【过 7 天】
""")
