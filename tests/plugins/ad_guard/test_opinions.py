"""What other features think of an ad, and what follows: claims, charges, violations, failures, floods, cards."""

import asyncio
import json
from datetime import timedelta

import pytest

from lizheng import hooks
from lizheng.adapter import reply
from lizheng.hooks import Allow, Charge, Forbid
from lizheng.plugin.hook import Answer
from lizheng.store.tables import Record
from tests.support.probe_feature import feature as probe

JOB = "招网店兼职打字员，一单十元起，日结，加QQ 2847561930"
CARD = "办理各类信用卡代还，额度高放款快，需要的加微信 kefu88213"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch):
    """Has the tests' own feature answer `ad_opinion` with what the test puts into the list, one after the other."""
    opinions: list = []

    async def answer(ctx, seen):
        if not opinions:
            return None
        opinion = opinions.pop(0)
        if isinstance(opinion, Exception):
            raise opinion
        return opinion

    monkeypatch.setitem(probe.hook_answers, hooks.ad_opinion, answer)
    return opinions


def claim(result, taken: list):
    async def take():
        await asyncio.sleep(0)
        taken.append(result)
        return result

    return take


START = "开：广告识别 试探"


async def test_a_free_allowance_leaves_the_ad_and_says_why_in_the_record(stage, answers) -> None:
    taken: list = []
    answers.append(Allow("现在是广告时段", claim=claim("", taken)))
    player = await stage.play(f"{START}\n小王：{JOB}")
    assert taken == [""]
    record = await Record.get(group_id=player.group.group_id, kind="allowed")
    assert "现在是广告时段" in record.reason


async def test_what_claiming_says_is_told(stage, answers) -> None:
    answers.append(Allow("用掉一次", paid=True, claim=claim("用掉了 1 次，还剩 2 次。", [])))
    await stage.play(f"{START}\n小王：{JOB}\n里正：@小王 用掉了 1 次，还剩 2 次。")


async def test_an_allowance_that_came_too_late_is_none_but_its_way_out_is_named(stage, answers) -> None:
    answers.append(Allow("现在是广告时段", claim=claim(None, []), way_out="等周五 18:00"))
    await stage.play(
        f"{START}\n小王：{JOB}\n【里正 撤回 小王】\n"
        "里正：@小王 你的消息像广告（…），已撤回。\n  本群不让随便发广告。\n  也可以等周五 18:00。\n  认错了…"
    )


async def test_a_charge_is_claimed_once_and_named_with_its_price(stage, answers) -> None:
    taken: list = []
    answers.append(
        Charge(10_000, "发广告要交广告税", claim("订单 A1 等你", taken), "发红包，祝福语写 广告A1")
    )
    await stage.play(
        f"{START}\n小王：{JOB}\n【里正 撤回 小王】\n"
        "里正：@小王 你的消息像广告（…），已撤回。\n"
        "  发广告要交广告税。价格 100 元。订单 A1 等你。\n  也可以发红包，祝福语写 广告A1。\n  认错了…"
    )
    assert taken == ["订单 A1 等你"]


async def test_what_forbids_is_told(stage, answers) -> None:
    answers.append(Forbid("现在不是广告时段。", "等下一个广告时段：周五 18:00"))
    await stage.play(
        f"{START}\n小王：{JOB}\n【里正 撤回 小王】\n"
        "里正：@小王 你的消息像广告（…），已撤回。\n"
        "  现在不是广告时段。\n  也可以等下一个广告时段：周五 18:00。\n  认错了…"
    )


async def test_of_two_that_forbid_the_one_that_ends_decides_and_both_ways_are_named(
    stage, answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = stage.host.now() + timedelta(days=2)
    found = [Forbid("广告请走广告贴", "发 /广告贴 投稿"), Forbid("现在不是广告时段", "等周五 18:00", soon)]

    async def ask(ctx, seen):
        return [Answer("probe", one) for one in found]

    monkeypatch.setattr(hooks.ad_opinion, "ask", ask)
    for _ in range(2):
        await stage.play(
            f"{START}\n小王：{JOB}\n【里正 撤回 小王】\n"
            "里正：@小王 你的消息像广告（…），已撤回。\n"
            "  现在不是广告时段。\n  也可以等周五 18:00；发 /广告贴 投稿。\n  认错了…"
        )
        found.reverse()


async def test_a_new_reason_is_told_within_the_same_minute(stage, answers) -> None:
    for number in (1, 1, 2, 2):
        answers.append(Charge(10_000, "要先付 100 元", claim(f"祝福语写「广告A{number}」", [])))
    await stage.play(f"""{START}
小王：{JOB}
【里正 撤回 小王】
里正：@小王 …祝福语写「广告A1」…
小王：{CARD}
【里正 撤回 小王】
【过 10 秒】
小王：{JOB}！
【里正 撤回 小王】
里正：@小王 …祝福语写「广告A2」…
小王：{CARD}！
【里正 撤回 小王】
【过 20 秒】""")


@pytest.mark.parametrize("where", ["answer", "claim"])
async def test_a_failing_opinion_means_no_act_and_is_told_once(stage, answers, where: str) -> None:
    async def fail():
        raise RuntimeError

    trouble = RuntimeError() if where == "answer" else Allow("坏了", claim=fail)
    answers.extend([trouble, trouble])
    await stage.play(f"{START}\n小王：{JOB}\n里正：「广告识别」问不到…请管理员看一下日志。\n小李：{CARD}")


async def test_nothing_is_claimed_in_dry_run(stage, answers) -> None:
    taken: list = []
    answers.append(Charge(100, "要交税", claim("A1", taken)))
    answers.append(Allow("有额度", paid=True, claim=claim("", taken)))
    await stage.play(
        f"{START}\n管理员：/试运行 开\n里正：…\n小王：{JOB}\n里正：【试运行】本来会：撤回消息 小王。…\n小李：{JOB}"
    )
    assert taken == []


async def test_without_rights_nothing_is_opened_and_it_is_said_once(stage, answers) -> None:
    taken: list = []
    answers.extend([Charge(100, "要交税", claim("A1", taken)) for _ in range(2)])
    player = await stage.play(START)
    stage.world.set_role(player.group.group_id, stage.world.account, "member")
    await player.play(f"小王：{JOB}\n里正：我在本群不是管理员，「广告识别」只能先记着。…\n小李：{CARD}")
    assert taken == []
    await player.play("管理员：/待审\n里正：有 2 条待审：\n  1. 小王：…\n  2. 小李：…")
    stage.world.set_role(player.group.group_id, stage.world.account, "admin")
    await player.play("管理员：/待审 是 1\n【里正 撤回 小王】\n里正：记住了…\n里正：@小王 …")


@pytest.mark.parametrize("command", ["/判", "/是广告", "/误判"])
async def test_what_cannot_be_read_is_not_judged(
    stage, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    player = await stage.play("开：广告识别\n小王：大家早上好呀")
    heard = _said(stage)
    monkeypatch.setattr(reply.Recent, "find", lambda *_: None)
    stage.world.faults.add("refused", "get_msg", -1)
    quoted = player.last_of("小王")
    stage.world.say(player.group.group_id, player.person("管理员"), command, reply_to=quoted)
    await stage.settle()
    (said,) = heard
    assert said.startswith("引用的消息已经读不到了")
    assert ("编号" in said.splitlines()[0]) is (command == "/误判")


@pytest.mark.parametrize(
    ("setting", "expected"), [("", [3, 4]), ("设：广告识别 直接记违规 开", [1, 2, 3, 4])]
)
async def test_repeated_or_certain_ads_are_violations(
    stage, answers, monkeypatch: pytest.MonkeyPatch, setting: str, expected: list[int]
) -> None:
    seen: list = []

    async def take(ctx, violation):
        seen.append((count, violation))
        return True

    monkeypatch.setitem(probe.hook_answers, hooks.violation, take)
    player = await stage.play(f"{START}\n{setting}")
    for count in range(1, 5):
        stage.world.say(player.group.group_id, player.person("小王"), f"{JOB}{count}")
        await stage.settle()
    assert [at for at, _ in seen] == expected
    assert all(JOB not in v.evidence and v.rule == "广告" for _, v in seen)
    await stage.move(timedelta(hours=25))
    count = 5
    stage.world.say(player.group.group_id, player.person("小王"), f"{JOB}5")
    await stage.settle()
    assert (seen[-1][0] == 5) is bool(setting)


def _said(stage) -> list[str]:
    found: list[str] = []

    def watch(happening) -> None:
        if happening.user_id == stage.world.account and happening.kind == "message":
            found.append(happening.data["text"])
        if happening.kind == "recall" and happening.operator_id == stage.world.account:
            found.append("recall")

    stage.world.watchers.append(watch)
    return found


async def test_a_raid_of_one_ad_is_recalled_and_explained_twice(stage) -> None:
    player = await stage.play("开：广告识别")
    people = [player.person(f"号{n}") for n in range(30)]
    seen = _said(stage)
    for person in people:
        stage.world.say(player.group.group_id, person, JOB)
    await stage.settle()
    await stage.move(timedelta(seconds=10))
    await stage.settle()
    assert seen.count("recall") == 30
    assert len(seen) <= 30 + 3
    await stage.move(timedelta(minutes=2))
    await stage.settle()
    assert len(seen) <= 30 + 3
    assert not any(JOB[:6] in said for said in seen)


async def test_the_same_event_twice_is_one_ad(stage) -> None:
    player = await stage.play("开：广告识别")
    stage.world.faults.add("duplicate", "message", 1, times=3)
    seen = _said(stage)
    stage.world.say(player.group.group_id, player.person("小王"), JOB)
    await stage.settle()
    assert seen.count("recall") == 1
    assert len(seen) == 2


async def test_the_same_event_after_a_restart_is_one_ad(stage) -> None:
    player = await stage.play("开：广告识别")
    events: list[dict] = []
    stage.world.outlets.append(events.append)
    stage.world.say(player.group.group_id, player.person("小王"), JOB)
    await stage.settle()
    stage.world.outlets.remove(events.append)
    (said,) = [event for event in events if event["post_type"] == "message"]
    await stage.restart()
    seen = _said(stage)
    for outlet in stage.world.outlets:
        outlet(said)
    await stage.settle()
    await stage.move(timedelta(minutes=2))
    await stage.settle()
    assert seen == []


async def test_what_was_harmless_is_judged_anew_once_taught(stage) -> None:
    await stage.play(
        """开：广告识别
小王：小区团长开团了，今晚有车的直接接龙
小李：小区团长开团了，今晚有车的直接接龙
管理员→小王：/是广告
【里正 撤回 小王】
里正：记住了…
里正：@小王 …
小张：小区团长开团了，今晚有车的直接接龙
【里正 撤回 小张】
管理员：/撤销 1
里正：…
小赵：小区团长开团了，今晚有车的直接接龙"""
    )


def _card(**detail: str) -> list[dict]:
    return [
        {"type": "json", "data": {"data": json.dumps({"app": "com.tencent.x", "meta": {"detail": detail}})}}
    ]


async def test_cards_and_forwards_are_read(stage) -> None:
    player = await stage.play("开：广告识别\n设：广告识别 违规次数 0")
    group = player.group.group_id
    seen = _said(stage)
    stage.world.say(group, player.person("小王"), _card(title=JOB, jumpUrl="https://x.example/a?b=1"))
    await stage.settle()
    assert seen.count("recall") == 1
    stage.world.say(group, player.person("小李"), _card(title="哔哩哔哩", desc="十分钟学会做红烧肉"))
    node = {
        "type": "node",
        "data": {"name": "阿花", "uin": "12345", "content": [{"type": "text", "data": {"text": CARD}}]},
    }
    calm = {
        "type": "node",
        "data": {**node["data"], "content": [{"type": "text", "data": {"text": "明天见"}}]},
    }
    await stage.settle()
    assert seen.count("recall") == 1
    stage.world.forward(group, player.person("小张"), [calm, node])
    await stage.settle()
    assert seen.count("recall") == 2
    stage.world.forward(group, player.person("小张"), [calm])
    await stage.settle()
    assert seen.count("recall") == 2


async def test_newcomers_first_messages_weigh_more(stage) -> None:
    close = "有人要买课程资料吗，私聊"
    player = await stage.play("开：广告识别")
    old = player.person("老王")
    player.group.members[old].join_time = int(stage.world.now()) - 90 * 86400
    seen = _said(stage)
    stage.world.say(player.group.group_id, old, close)
    await stage.settle()
    assert seen == []
    new = player.person("新人甲")
    stage.world.join(player.group.group_id, new)
    stage.world.say(player.group.group_id, new, close)
    await stage.settle()
    assert "recall" in seen
