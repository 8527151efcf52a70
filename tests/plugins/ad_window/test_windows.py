"""A group's advertising times, as conversations; `问广告` stands for whoever recognises advertisements."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from lizheng import GroupContext, Misread, Slot
from lizheng.hooks import AdSeen, AdWindow, Allow, Forbid, ad_opinion, window_opens
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world import Happening
from plugins.ad_window.models import FreeAd
from tests.support.admin_actions import context, dry_run, switch, undo
from tests.support.reliability_figures import Note


def said_from_now(stage: HostStage) -> list[str]:
    """What the bot says, as it says it."""
    seen: list[str] = []

    def hear(one: Happening) -> None:
        if one.kind == "message" and one.user_id == stage.world.account:
            seen.append(one.data["text"])

    stage.world.watchers.append(hear)
    return seen


async def test_outside_the_next_window_is_named_and_inside_one_ad_is_free(stage: HostStage) -> None:
    await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每周五 18:00-20:00
小王：卖茶叶
里正：撤回：现在不是广告时段。等下一个广告时段：11 月 20 日（周五）18:00-20:00
【到 周五 18:00】
里正：广告时段开始了…
小王：卖茶叶
里正：留下：现在是广告时段
小王：卖茶叶，便宜
里正：撤回：这个广告时段里你已经发过 1 条。等下一个广告时段：11 月 27 日（周五）18:00-20:00
小李：卖水果
里正：留下：现在是广告时段
小王：/广告时段
里正：广告时段：每周五 18:00-20:00
  现在可以发广告，到 20:00 为止；每人 1 条，你已发 1 条。
  下一次：…
""")


async def test_every_window_has_its_own_allowance(stage: HostStage) -> None:
    await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每天 18:00-20:00
设：广告时段 每人条数 2
【到 18:00】
里正：广告时段开始了，到 20:00 为止，每人可以发 2 条广告。
小王：卖茶叶
里正：留下…
小王：卖茶杯
里正：留下…
小王：卖茶壶
里正：撤回：这个广告时段里你已经发过 2 条…
【到 明天 18:10】
里正：广告时段开始了…
小王：卖茶壶
里正：留下…
""")


@pytest.mark.parametrize("moved", ["11:30-14:00", "12:05-13:00", "11:00-12:30", "11:59-12:01"])
async def test_a_window_whose_edges_are_moved_gives_no_fresh_allowance(stage: HostStage, moved: str) -> None:
    player = await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每天 11:00-13:00
【过 1 秒】
里正：广告时段开始了…
小王：卖茶叶
里正：留下…
""")
    await stage.change_setting(player.group.group_id, "广告时段", "时段", f"每天 {moved}")
    await stage.move(timedelta(minutes=6 if moved.startswith("12") else 0, seconds=2))
    await stage.settle()
    await player.play("""
小王：卖茶杯
里正：撤回：这个广告时段里你已经发过 1 条…
小李：卖水果
里正：留下…
""")


async def test_switched_off_while_open_it_closes_once(stage: HostStage) -> None:
    player = await stage.play("""
开：广告时段
设：广告时段 时段 每天 11:00-13:00
【过 1 秒】
里正：广告时段开始了…
""")
    seen = said_from_now(stage)
    await switch(stage, player, "ad_window", on=False)
    assert seen == ["广告时段提前结束了。"]
    await stage.move(timedelta(hours=2))
    await switch(stage, player, "ad_window", on=True)
    await switch(stage, player, "ad_window", on=False)
    await stage.move(timedelta(minutes=1))
    await stage.settle()
    assert seen == ["广告时段提前结束了。"]


async def test_in_dry_run_announcements_say_so(stage: HostStage) -> None:
    player = await stage.play("开：广告时段\n设：广告时段 时段 每天 13:00-14:00")
    await dry_run(stage, player, on=True)
    await player.play("""
【到 13:00】
里正：【试运行】广告时段开始了，到 14:00 为止…
【到 13:50】
里正：【试运行】广告时段还有 10 分钟结束…
【到 14:00】
里正：【试运行】广告时段结束了。下一次：…
""")


async def test_without_windows_or_switched_off_there_is_no_opinion(stage: HostStage) -> None:
    await stage.play("""
开：广告时段 问广告
小王：卖茶叶
里正：没有人管
管理员：/广告时段
里正：本群还没有广告时段。管理员发 /广告时段 每周五 18:00-20:00 来定一个。
管理员：/广告时段 关
里正：本来就没有广告时段。
""")
    await stage.play("""
开：问广告
小王：卖茶叶
里正：没有人管
""")


@pytest.mark.parametrize(
    ("spans", "why"),
    [
        ("25:61-26:00", "「25:61…」…"),
        ("每周八 18:00-20:00", "「每周八 18:00-20:00」里没有这一天，请写 周一 到 周日。"),
        ("18:00", "…"),
        ("每周五", "…缺钟点…"),
        ("每周五 18:00-18:00", "…开始和结束相同…"),
        ("每周五 18:00-20:00；每周五 19:00-21:00", "…重叠…"),
    ],
)
async def test_bad_spans_change_nothing(stage: HostStage, spans: str, why: str) -> None:
    player = await stage.play(f"""
开：广告时段
设：广告时段 时段 每周六 18:00-20:00
管理员：/广告时段 {spans}
里正：{why}
  用法：/广告时段 <时段>
  例如：/广告时段 每周五 18:00-20:00
管理员：/广告时段
里正：广告时段：每周六 18:00-20:00
  …
""")
    with pytest.raises(Misread):
        await stage.change_setting(player.group.group_id, "广告时段", "停用日期", "国庆")


async def test_it_goes_on_after_a_restart_and_tells_nothing_twice(stage: HostStage) -> None:
    await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每周五 18:00-20:00
【重启】
【到 周五 18:00】
里正：广告时段开始了…
小王：卖茶叶
里正：留下…
【重启】
【过 1 分钟】
小王：卖茶叶，便宜
里正：撤回：这个广告时段里你已经发过 1 条…
【到 19:50】
里正：广告时段还有 10 分钟结束，要发的抓紧。
【重启】
【到 20:00】
里正：广告时段结束了…
【重启】
【过 1 小时】
""")


async def test_what_was_missed_by_half_an_hour_is_not_told_late(stage: HostStage) -> None:
    await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每周五 18:00-20:00；每周六 18:00-20:00
【到 周五 18:20】
里正：广告时段开始了…
【到 20:40】
【到 周六 18:31】
小王：卖茶叶
里正：留下…
【到 19:53】
里正：广告时段还有 7 分钟结束，要发的抓紧。
【到 20:29】
里正：广告时段结束了…
【过 30 天】
""")


async def test_changes_while_a_window_is_open_are_told(stage: HostStage) -> None:
    player = await stage.play("""
开：广告时段 问广告
管理员：/广告时段 每周三 11:00-13:00
里正：广告时段定好了…
【过 1 秒】
里正：广告时段开始了，到 13:00 为止…
管理员：/广告时段 每周三 11:30-14:00
里正：广告时段定好了：每周三 11:30-14:00
  现在可以发广告，到 14:00 为止；…
  …
  …
【到 13:00】
【到 13:50】
里正：广告时段还有 10 分钟结束，要发的抓紧。
管理员：/广告时段 每周五 18:00-20:00
里正：广告时段定好了…
【过 1 秒】
里正：广告时段结束了。下一次：11 月 20 日（周五）18:00-20:00。
""")
    await undo(stage, player, 3)
    await player.play("""
【过 1 秒】
里正：广告时段开始了，到 14:00 为止…
""")
    await undo(stage, player, 2)
    await player.play("""
【过 1 秒】
里正：广告时段结束了。下一次：11 月 25 日（周三）11:00-13:00。
""")


async def test_switched_off_it_is_silent_and_switched_on_again_it_knows_the_time(stage: HostStage) -> None:
    player = await stage.play("""
开：广告时段
设：广告时段 时段 每天 18:00-20:00
""")
    await switch(stage, player, "ad_window", on=False)
    await player.play("""
【到 18:00】
【过 10 分】
开：广告时段
【过 1 秒】
里正：广告时段开始了，到 20:00 为止…
""")


async def test_holidays_are_left_out(stage: HostStage) -> None:
    await stage.play("""
开：广告时段
设：广告时段 停用日期 2026-11-20、2026-11-21
管理员：/广告时段 每天 22:00-02:00
里正：广告时段定好了：每天 22:00-次日 02:00
  现在不是广告时段；时段里每人可以发 1 条。
  下一次：今天 22:00-次日 02:00
  …
【到 明天 22:00】
里正：广告时段开始了，到 明天 02:00 为止…
【到 周五 02:00】
里正：广告时段结束了。下一次：11 月 22 日（周日）22:00-次日 02:00。
【到 周五 23:00】
【到 周六 23:00】
【到 周日 22:00】
里正：广告时段开始了…
""")


async def test_dry_run_changes_nothing_about_it(stage: HostStage) -> None:
    player = await stage.play("开：广告时段 问广告\n设：广告时段 时段 每周五 18:00-20:00")
    await dry_run(stage, player, on=True)
    await player.play("""
【到 周五 18:00】
里正：【试运行】广告时段开始了…
小王：卖茶叶
里正：留下…
""")


async def test_two_groups_have_nothing_to_do_with_each_other(stage: HostStage) -> None:
    await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每周五 18:00-20:00
""")
    other = Player(stage, title="隔壁群")
    await stage.introduce(other.group.group_id)
    # What is said in the first group is seen here too; in this one nothing opens.
    await other.play("""
开：广告时段 问广告
【到 周五 18:00】
里正：广告时段开始了…
小王：卖茶叶
里正：没有人管
""")


async def settle_ad(ctx: GroupContext, seen: AdSeen) -> bool:
    """Whether the ad stays, by the window's word alone."""
    for answer in await ad_opinion.ask(ctx, seen):
        if isinstance(answer.value, Allow):
            assert answer.value.claim is not None
            return await answer.value.claim() is not None
        assert isinstance(answer.value, Forbid)
    return False


async def ads_in_any_order(stage: HostStage, seed: int, count: int) -> None:
    """Late, early and repeated messages of three members: each window lets two of each member through, by event time."""
    player = await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每天 18:00-20:00
设：广告时段 每人条数 2
""")
    ctx = context(stage, player, "asker")
    noon = stage.now()
    opens = [noon + timedelta(days=day, hours=6) for day in range(3)]
    chance = random.Random(seed)
    ads = []
    for number in range(count):
        edge = chance.choice(opens) + timedelta(hours=chance.choice((0, 1, 2)))
        moment = edge + timedelta(seconds=chance.choice((-3600, -6, -5, -1, 0, 1, 5, 6, 600)))
        ads.append(AdSeen(chance.randrange(3) + 1, 1000 + number, "卖", int(moment.timestamp()), True))
    ads += chance.sample(ads, count // 2)
    chance.shuffle(ads)
    let_through: dict[tuple[int, datetime], set[int]] = {}
    for ad in ads:
        moment = datetime.fromtimestamp(ad.at, UTC)
        window = next(
            (o for o in opens if timedelta(seconds=-5) <= moment - o <= timedelta(hours=2, seconds=5)), None
        )
        expected = False
        if window is not None:
            known = let_through.setdefault((ad.user_id, window), set())
            expected = ad.message_id in known or len(known) < 2
            if expected:
                known.add(ad.message_id)
        assert await settle_ad(ctx, ad) is expected, (ad, moment)
    kept = FreeAd.filter(group_id=player.group.group_id)
    assert await kept.count() == sum(map(len, let_through.values()))


async def test_ads_in_any_order_and_twice_match_a_model(stage: HostStage, figure: Note) -> None:
    await ads_in_any_order(stage, 7, 120)
    figure("machine windows", histories=1, steps=180.0)


@pytest.mark.nightly
async def test_ads_match_a_model_a_thousand_times(stage: HostStage, figure: Note) -> None:
    for seed in range(1000):
        await ads_in_any_order(stage, seed, 20)
        figure("machine windows", histories=1, steps=30.0)


async def test_of_several_claims_at_once_as_many_succeed_as_are_free(stage: HostStage) -> None:
    player = await stage.play("""
开：广告时段 问广告
设：广告时段 时段 每周三 11:00-13:00
设：广告时段 每人条数 3
【过 1 秒】
里正：广告时段开始了…
""")
    ctx = context(stage, player, "asker")
    now = int(stage.now().timestamp())
    opinions = [
        answer.value
        for number in range(8)
        for answer in await ad_opinion.ask(ctx, AdSeen(5, 100 + number, "卖", now, True))
    ]
    claims = [o.claim for o in opinions if isinstance(o, Allow) and o.claim]
    assert len(claims) == 8
    results = [await claim() for claim in claims]
    assert [r is not None for r in results] == [True] * 3 + [False] * 5
    assert [await claim() for claim in claims][:3] == ["", "", ""]


@pytest.mark.parametrize("works", [True, False])
async def test_an_opening_carries_a_digest_and_does_without_one_that_fails(
    stage: HostStage, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    async def answer(ctx: GroupContext, window: AdWindow) -> str:
        assert window.opens < window.closes
        if not works:
            raise RuntimeError("on purpose")
        return "广告贴上有 1 条"

    monkeypatch.setitem(stage.host.features["asker"].hook_answers, window_opens, answer)
    await stage.play(f"""
开：广告时段 问广告
设：广告时段 时段 每周三 11:00-13:00
【过 1 秒】
里正：广告时段开始了，到 13:00 为止，每人可以发 1 条广告。{"广告贴上有 1 条" if works else ""}
""")


async def test_an_announcement_does_not_wait_for_an_endpoint_that_is_away_too_long(stage: HostStage) -> None:
    player = await stage.play("开：广告时段\n设：广告时段 时段 每天 18:00-20:00")
    seen = []
    stage.world.watchers.append(lambda happening: seen.append(happening.data.get("text", "")))
    for away, said in ((timedelta(minutes=31), False), (timedelta(minutes=20), True)):
        await stage.move(timedelta(hours=18) - timedelta(hours=stage.now().hour, minutes=stage.now().minute))
        await stage.wire.stop()
        await stage.settle()
        await stage.move(away)
        await stage.wire.start()
        await stage.wire.ready()
        await stage.settle()
        assert bool([text for text in seen if "开始了" in text]) is said
        await stage.move(timedelta(hours=5))
        await stage.settle()
        seen.clear()
        await stage.move(timedelta(hours=24) - timedelta(hours=stage.now().hour, minutes=stage.now().minute))
    assert player


async def test_a_look_whose_end_a_crash_lost_says_nothing_again(stage: HostStage) -> None:
    player = await stage.play("""
开：广告时段
设：广告时段 时段 每周五 18:00-20:00
【到 周五 18:00】
里正：广告时段开始了…
""")
    opened = stage.host.clock.now()
    assert await Slot.filter(feature="ad_window").update(state="running", due_at=opened, claimed_at=opened)
    await player.play("""
【重启】
【到 19:50】
里正：广告时段还有 10 分钟结束，要发的抓紧。
""")
