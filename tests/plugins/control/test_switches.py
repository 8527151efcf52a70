"""Switching by chat."""

from lizheng import Recipe
from lizheng.sandbox.stage import HostStage


async def test_help_shows_only_what_a_member_may_use(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助
里正：你现在能用（/帮助 加名字看用法）：
  控制：
  /帮助 /功能 /代管 /白名单
  /机器人
  待办：/确认 /取消 /待办
小王：今天天气不错
管理员：/帮助
里正：…/开启 /关闭…/试运行…
""")


async def test_members_may_not_switch(stage: HostStage) -> None:
    await stage.play("""
小王：/关闭 全部
里正：/关闭 <功能|全部> 只有管理员和群主能用。
""")


async def test_what_comes_along_goes_with_what_brought_it(stage: HostStage) -> None:
    dues = stage.host.features.get("dues")
    if dues is None or "ad_tax" not in stage.host.features:
        return
    await stage.play("""
开：广告税
管理员：/关闭 账本
里正：「账本」跟着「广告税」一起开：关掉那边，它就一起关了。
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）…
管理员：/关闭 全部
里正：已关闭全部功能，只留「控制」。
管理员：/账本
里正：「账本」在本群是关的。发 /开启 账本 打开它。
""")


async def test_a_recipe_opens_what_suits_the_group_and_is_taken_back_whole(stage: HostStage) -> None:
    titles = {f.title: f for f in stage.host.features.values() if Recipe.POP_UP in f.recipes}
    on = "、".join(titles)
    await stage.play(f"""
管理员：/开启 配方
里正：资源群：…
  …
  一次开齐发 /开启 配方 资源群，不合适的再 /关闭。
小王：/开启 配方 快闪群
里正：/开启 配方 只有管理员和群主能用。
管理员：/开启 配方 工作群
里正：「工作群」看不懂，要写资源群或训练营或兴趣群或大群或快闪群。
  用法：/开启 配方 <资源群|训练营|兴趣群|大群|快闪群>
  例如：/开启 配方 资源群
管理员：/开启 配方 快闪群
里正：按「快闪群」开好了：{on}。
  用 /帮助 看命令，整个撤销发 /撤销 1。
管理员：/开启 配方 快闪群
里正：「快闪群」要的功能都已经开着了。
管理员：/撤销 1
里正：已撤销 #1：开启 {on}。
""")
    (group,) = stage.host.groups.known()
    assert not any(group.switches.get(f.id) for f in titles.values())


async def test_what_is_on_already_stays_on_beside_a_recipe(stage: HostStage) -> None:
    titles = [f.title for f in stage.host.features.values() if Recipe.POP_UP in f.recipes]
    if len(titles) < 2:
        return
    first, *others = titles
    await stage.play(f"""
管理员：/开启 {first}
里正：已开启「{first}」，马上生效。
管理员：/开启 配方 快闪群
里正：按「快闪群」开好了：{"、".join(others)}。
  本来就开着：{first}。
  用 /帮助 看命令，整个撤销发 /撤销 2。
""")


async def test_everything_leaves_out_what_is_opened_by_name(stage: HostStage) -> None:
    left = [f for f in stage.host.features.values() if f.opt_in]
    if not left:
        return
    await stage.play(f"""
管理员：/开启 全部
里正：已开启全部功能：…
  另有 {len(left)} 个要按名字开，或按群的种类开：/开启 配方 资源群。
  用 /帮助 看命令，用 /设置 功能名 调整。
里正：（1/…）…
管理员：/开启 {left[0].title}
里正：已开启「{left[0].title}」，马上生效。
管理员：/关闭 全部
里正：已关闭全部功能，只留「控制」。
""")
    (group,) = stage.host.groups.known()
    assert not any(group.switches.get(f.id) for f in left)
