"""What members and admins see of 早报."""

from __future__ import annotations

import pytest

from lizheng import Feature, GroupContext
from lizheng.hooks import BriefDay, Section, brief_section
from lizheng.sandbox.stage import HostStage


async def test_a_brief_comes_once_a_day_whatever_restarts(stage: HostStage) -> None:
    await stage.play("""
开：早报
【到 明天 07:59】
【重启】
【过 1 分钟】
里正：早报 11 月 19 日 周四
  农历丙午年十月十一
【重启】
【过 1 分钟】
【重启】
【过 1 小时】
小王：/早报
里正：早报 11 月 19 日 周四
  农历丙午年十月十一
【到 明天 08:00】
里正：早报 11 月 20 日 周五
  农历丙午年十月十二
  昨天 1 条消息，进群 0 人，退群 0 人。
""")


async def test_workdays_only(stage: HostStage) -> None:
    await stage.play("""
开：早报
管理员：/早报 时间 8点半 工作日
里正：早报改为工作日 08:30 发，下一期 明天 08:30。撤销发 /撤销 1。
小王：/早报 时间
里正：早报工作日 08:30 发，下一期 明天 08:30。
【到 明天 08:30】
里正：早报 11 月 19 日…
【到 周五 08:30】
里正：早报 11 月 20 日 周五…
小王：/早报 时间
里正：早报工作日 08:30 发，下一期 11 月 23 日（周一）08:30。
【过 2 天】
【到 周一 08:30】
里正：早报 11 月 23 日 周一…
管理员：/早报 停
里正：不再自动发早报，发 /早报 还能看。撤销发 /撤销 2。
管理员：/早报 停
里正：本来就没有自动发早报。
【到 明天 08:30】
小王：/早报 时间
里正：现在不自动发早报。管理员发 /早报 时间 08:00 来定时。
管理员：/撤销 2
里正：已撤销 #2：不再自动发早报。现在：日子 工作日。
小王：/早报 时间
里正：早报工作日 08:30 发，下一期 明天 08:30。
管理员：/早报 停
里正：不再自动发早报…
管理员：/早报 时间 9:00
里正：早报改为每天 09:00 发，下一期 今天 09:00。撤销发 /撤销 4。
【过 30 分钟】
里正：早报 11 月 24 日…
""")


async def test_a_day_has_one_brief_even_when_its_time_is_moved(stage: HostStage) -> None:
    await stage.play("""
开：早报
【到 明天 08:00】
里正：早报 11 月 19 日…
管理员：/早报 时间 10:00
里正：早报改为每天 10:00 发，下一期 明天 10:00。…
小王：/早报 时间
里正：早报每天 10:00 发，下一期 明天 10:00。
管理员：/早报 预览
里正：下一期在 明天 10:00 发，照现在的内容会是：
  早报 11 月 20 日…
【过 3 小时】
【到 明天 10:00】
里正：早报 11 月 20 日…
""")


async def test_submissions_wait_for_an_admin_and_appear_once(stage: HostStage) -> None:
    await stage.play("""
开：早报
小王：/早报 投稿 周六骑车
里正：小王 投稿早报：「周六骑车」…
小王：/早报 投稿 二手书换书
里正：小王 投稿早报：「二手书换书」…
小王：/通过 1
里正：/通过 [编号…] 只有代管、管理员和群主能用。
管理员→里正「骑车」：同意
里正：@小王 的 1 号投稿会进下一期早报。
管理员：/拒绝 2 已经有了。
里正：@小王 的 2 号投稿没有采用：已经有了。
小王：/早报 预览
里正：/早报 预览 只有管理员和群主能用。
管理员：/早报 预览
里正：下一期在 明天 08:00 发，照现在的内容会是：
  早报 11 月 19 日 周四
  农历丙午年十月十一
  【投稿】
  周六骑车（小王）
  昨天 7 条消息，进群 0 人，退群 0 人。
【到 明天 08:00】
里正：…周六骑车（小王）…
【到 明天 08:00】
里正：早报 11 月 20 日 周五
  农历丙午年十月十二
""")


async def test_a_member_has_few_submissions_waiting(stage: HostStage) -> None:
    await stage.play("""
开：早报
小王：/早报 投稿 一
里正：…
小王：/早报 投稿 二
里正：…
小王：/早报 投稿 三
里正：…
小王：/早报 投稿 四
里正：你已经有 3 条在等管理员决定，等一等再投。
小李：/早报 投稿 五
里正：小李 投稿早报：「五」…
""")


async def test_today_is_shown_once_a_minute(stage: HostStage) -> None:
    await stage.play("""
开：早报
小王：/早报
里正：早报 11 月 18 日 周三
  农历丙午年十月初十
小李：/早报
里正：早报刚发过，往上翻一翻。
小李：/早报 投稿 周六骑车
里正：…
管理员：/通过 1
里正：…
小李：/早报
里正：早报 11 月 18 日 周三…周六骑车（小李）
【过 1 分钟】
小李：/早报
里正：早报 11 月 18 日…
""")


async def test_what_came_too_late_is_reported_and_not_sent(stage: HostStage) -> None:
    stage.world.add_person("房东", 99999)
    player = await stage.play("""
开：早报
设：早报 补发时限 1小时
【过 3 天】
管理员：/记录 1
里正：…11 月 19 日、11 月 20 日、11 月 21 日的早报没有发：机器人当时不在，超过了补发时限 1 小时。…
【到 明天 08:59】
里正：早报 11 月 22 日 周日
  农历丙午年十月十四，小雪
  昨天 1 条消息，进群 0 人，退群 0 人。
""")
    told = [c.params for c in stage.world.api_log if c.action == "send_private_msg"]
    assert len(told) == 1
    assert str(player.group.group_id) in str(told)


BAD = [
    ("时间 25:00", "「25:00」不是钟点，请写 00:00 到 23:59。"),
    ("时间 24:00", "…请写成 00:00。"),
    ("时间 明早", "「明早」不是钟点，请写 08:00 或 8点半。"),
    ("时间 08:00 周一", "「周一」看不懂，要写工作日或每天。"),
    ("时间 08:00 工作日 每天", "「每天」是多出来的。"),
    ("订阅", "缺少 RSS 地址。"),
    ("订阅 file:///etc/passwd", "只能订阅 http:// 或 https:// 开头的地址。"),
    ("订阅 example.com/rss", "只能订阅 http:// 或 https:// 开头的地址。"),
    ("订阅 http://127.1/", "这个地址指向机器人自己的内网，不能订阅。"),
    ("订阅 http://2130706433/rss", "这个地址指向机器人自己的内网，不能订阅。"),
    ("订阅 http://0x7f000001/", "这个地址指向机器人自己的内网，不能订阅。"),
    ("订阅 http://[64:ff9b::7f00:1]/", "这个地址指向机器人自己的内网，不能订阅。"),
    ("订阅 http://localhost:8080/", "这个地址指向机器人自己的内网，不能订阅。"),
    ("订阅 http://a:b@example.com/", "地址里不要带用户名和密码。"),
    ("订阅 http://exa mple.com/", "这不是一个完整的网址。"),
    ("订阅 http://", "这不是一个完整的网址。"),
    (f"订阅 https://example.com/{'x' * 3000}", "地址最长 1000 个字符，你写了 3020 个。"),
    ("退订 一号", "…"),
    ("投稿", "缺少内容。"),
    ("投稿 \u200b\u3164", "缺少内容。"),
    (f"投稿 {'长' * 3000}", "太长了，最多 200 个字，现在是 3000 个。"),
    ("停 一下", "「一下」是多出来的。"),
    ("什么", "「什么」是多出来的。"),
]


@pytest.mark.parametrize(("words", "sentence"), BAD, ids=[str(n) for n in range(len(BAD))])
async def test_bad_input_is_answered_and_changes_nothing(stage: HostStage, words: str, sentence: str) -> None:
    await stage.play(f"""
开：早报
管理员：/早报 {words}
里正：{sentence}
  用法：/早报…
  例如：/早报…
管理员：/早报 时间
里正：早报每天 08:00 发，下一期 明天 08:00。
管理员：/早报 订阅列表
里正：还没有订阅。…
管理员：/记录
里正：还没有记录。
""")


async def test_what_is_not_there_is_declined(stage: HostStage) -> None:
    await stage.play("""
开：早报
管理员：/早报 退订 7
里正：没有 7 号订阅，发 /早报 订阅列表 看有哪些。
小王：/早报 停
里正：/早报 停 只有管理员和群主能用。
小李：/早报 订阅 https://example.com/rss
里正：/早报 订阅 <RSS 地址> 只有管理员和群主能用。
管理员：/设置 早报 时间 8点
里正：…08:00…
管理员：/设置 早报 时间 28点
里正：…
""")


async def test_another_features_paragraph_is_shown_and_one_that_fails_is_not(stage: HostStage) -> None:
    async def speak(ctx: GroupContext, day: BriefDay) -> Section:
        return Section("作业", (f"{day.date:%m-%d} 有 3 人没交", "第二行\n换行", "[CQ:at,qq=all]"))

    async def fail(ctx: GroupContext, day: BriefDay) -> Section:
        raise ZeroDivisionError

    found = []
    for name, answer in (("tests.homework", speak), ("tests.broken", fail)):
        feature = Feature(name, name, "测试用", always_on=True)
        feature.answers(brief_section, answer)
        found.append(feature)
    known = dict(stage.host.features)
    stage.host.features.update({feature.id: feature for feature in found})
    try:
        await stage.play("""
开：早报
【到 明天 08:00】
里正：早报 11 月 19 日 周四
  农历丙午年十月十一
  【作业】
  11-19 有 3 人没交
  第二行 换行
  [CQ:at,qq=all]
""")
    finally:
        stage.host.features.clear()
        stage.host.features.update(known)


async def test_all_of_a_submission_is_seen_before_it_is_let_through(stage: HostStage) -> None:
    long = "周末骑车去" * 15 + "加我微信"
    await stage.play(f"""
开：早报
小王：/早报 投稿 {long}
里正：小王 投稿早报：「{long}」
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
""")


async def test_a_time_or_an_address_needs_no_space(stage: HostStage) -> None:
    await stage.play("""
开：早报
管理员：/早报 时间07:30 工作日
里正：早报改为工作日 07:30 发，下一期 明天 07:30。撤销发 /撤销 1。
管理员：/早报时间８点半
里正：早报改为工作日 08:30 发，下一期 明天 08:30。撤销发 /撤销 2。
管理员：/早报 订阅http://127.1/
里正：这个地址指向机器人自己的内网，不能订阅。…
小王：/早报 时间表在哪
里正：「时间表在哪」是多出来的。…
""")


async def test_a_preview_while_none_is_sent_and_a_submission_in_private(stage: HostStage) -> None:
    await stage.play("""
开：早报
管理员：/早报 停
里正：…
管理员：/早报 预览
里正：现在不自动发早报，管理员发 /早报 时间 08:00 来定时。今天的内容会是：…
小王（私聊）：/早报 投稿 今天下雨
里正（私聊 小王）：投稿 1 号交上去了，管理员通过后会进早报。
里正：…
""")
