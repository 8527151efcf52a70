"""Help on a phone: short, and only what the asker may use."""

import pytest

from lizheng import Area, Feature
from lizheng.cli.pages import plugins_page
from lizheng.parts.administration import Switchable
from lizheng.sandbox.stage import HostStage
from plugins.control.help import by_area
from plugins.control.screen import MOST_LINES, rows

SCREEN = MOST_LINES


def last_said(stage: HostStage) -> str:
    messages = next(reversed(stage.world.groups.values())).messages
    assert messages[-1].user_id == stage.world.account
    return "".join(s["data"].get("text", "") for s in messages[-1].segments)


@pytest.mark.parametrize("who", ["小王", "管理员", "群主"])
@pytest.mark.parametrize("words", ["/帮助", "/功能"])
async def test_with_everything_on_it_fits_a_phone(stage: HostStage, who: str, words: str) -> None:
    await stage.play(f"""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）…
{who}：{words}
里正：…
""")
    lines = last_said(stage).splitlines()
    assert rows(lines) <= SCREEN
    assert [line for line in lines if rows([line]) > 1] == []


async def test_a_topic_shows_what_the_asker_may_and_says_who_may_the_rest(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助 代管
里正：QQ 管理员之外，能处理违规和待办的人
  /代管 查看
管理员：/帮助 代管
里正：QQ 管理员之外，能处理违规和待办的人
  /代管 查看
  /代管 添加 @成员…（管理员） 例：/代管 添加 @小王
  /代管 删除 @成员…（管理员） 例：/代管 删除 @小王
小王：/帮助 撤销
里正：/撤销 <编号> 只有管理员和群主能用。
小王：/帮助 待办
里正：确认、取消、通过、拒绝：等人决定的事。
  /待办 [页] 例：/待办
  /确认 确认自己发起的操作
  /取消 放弃自己发起的操作
小王：/帮助 没有的
里正：没有叫「没有的」的功能或命令。发 /功能 就能看全部。
  用法：/帮助 <功能|命令>
  例如：/帮助 群规
""")


async def test_what_is_off_is_explained_to_whoever_asks(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助 试探
里正：…
  「试探」在本群是关的，管理员发 /开启 试探 打开。
""")


async def test_only_whoever_may_switch_is_told_how(stage: HostStage) -> None:
    await stage.play("""
小王：/功能
里正：●开 ○关（/帮助 加名字看说明）
  ● 控制　…
  …
管理员：/功能
里正：●开 ○关（/开启 /关闭 加名字切换）
  ● 控制　…
  …
""")


async def test_every_topic_fits_a_phone(stage: HostStage) -> None:
    player = await stage.play("""
管理员：/开启 全部
里正：已开启全部功能：…
里正：（1/…）…
""")
    features = stage.host.features.values()
    names = [*(f.title for f in features), *(c.name for f in features for c in f.commands)]
    for name in dict.fromkeys(names):
        await player.play(f"群主：/帮助 {name}\n里正：…")
        assert rows([last_said(stage)]) <= SCREEN, name


async def test_what_has_no_switch_of_its_own_says_what_it_comes_with(stage: HostStage) -> None:
    """It is not to be switched on, be it asked about or used while it is off."""
    if not {"dues", "ad_tax"} <= stage.host.features.keys():
        return
    await stage.play("""
小王：/帮助 收款
里正：认出红包，等管理员确认入账。
  「收款」跟着「广告税」「账本」…一起开，现在都没开。
管理员：/已发红包
里正：「收款」跟着「广告税」「账本」…一起开，现在都没开。
管理员：/开启 收款
里正：「收款」跟着「广告税」「账本」…一起开，不用自己开。
开：广告税
小王：/帮助 收款
里正：认出红包，等管理员确认入账。
  /已发红包 …
""")
    page = plugins_page(list(stage.host.features.values()))
    assert "认出红包，等管理员确认入账。跟着「广告税」「账本」" in page
    assert "/开启 收款" not in page


async def test_a_topic_is_about_the_same_whether_on_or_off(stage: HostStage) -> None:
    if "ad_tax" not in stage.host.features:
        return
    await stage.play("""
小王：/帮助 广告税
里正：发广告先发红包，管理员确认收到后发布
  「广告税」在本群是关的，管理员发 /开启 广告税 打开。
开：广告税
小王：/帮助 广告税
里正：发广告先发红包，管理员确认收到后发布
  /广告税
  /广告 下单发一条广告
管理员：/帮助 控制
里正：…
  用法：/帮助 命令名，如 /帮助 开启
""")


async def test_a_slip_in_a_topic_gets_the_nearest(stage: HostStage) -> None:
    await stage.play("""
小王：/帮助 白名丹
里正：没有叫「白名丹」的功能或命令，你是不是想说「白名单」？
  用法：/帮助 <功能|命令>
  例如：/帮助 群规
""")


async def test_a_name_that_is_a_feature_s_and_a_command_s_is_both(stage: HostStage) -> None:
    if "name_tag" not in stage.host.features:
        return
    await stage.play("""
开：名片
管理员：/帮助 名片
里正：规定群名片的格式，教新人写，提醒没改的人
  /名片
  /名片 <名片> 例：/名片 上海-电商-小王
  /名片格式 查看或规定群名片的格式
  /名片检查 谁的名片不合格
  /豁免 名片格式不管的人
小王：/帮助 名片
里正：规定群名片的格式，教新人写，提醒没改的人
  /名片
  /名片 <名片> 例：/名片 上海-电商-小王
  /名片格式 查看或规定群名片的格式
""")


async def test_one_area_tells_what_each_of_it_is_for(stage: HostStage) -> None:
    await stage.play("""
小王：/功能 系统
里正：系统（●开 ○关）
  ● 控制：开关和设置
  …
小王：/功能 9
里正：没有第 9 页，一共 1 页。
""")


def many(count: int) -> list[Switchable]:
    areas = [*Area, ""]
    return [
        Switchable(f"f{n}", f"第{n}功能", "做事", n % 2 == 0, True, area=areas[n % 7]) for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, 25, 40, 90])
def test_by_area_each_line_fits_and_nobody_is_left_out(count: int) -> None:
    lines = by_area(many(count))
    assert all(rows([line]) == 1 for line in lines)
    told = " ".join(lines).replace("：", " ").split()
    assert sum(word[0] in "●○" for word in told) == count
    assert [line.split("：")[0] for line in lines if "：" in line] == [
        area or "其他" for area in [*Area, ""] if any(s.area == area for s in many(count))
    ]


async def test_more_features_than_a_phone_shows_are_leafed_through(stage: HostStage) -> None:
    added = {
        f"page{n}": Feature(f"probe.page{n}", f"第{n}个试页功能", "做事", area=[*Area][n % 6])
        for n in range(60)
    }
    stage.host.registry.features |= added
    try:
        await stage.play("""
小王：/功能
里正：●开 ○关（/帮助 加名字看说明）
  成员：…
  第 1/4 页，下一页发 /功能 2
小王：/功能 第4页
里正：●开 ○关（/帮助 加名字看说明）
  …
小王：/功能 其他
里正：没有「其他」这一类的功能。
""")
    finally:
        for name in added:
            del stage.host.registry.features[name]
