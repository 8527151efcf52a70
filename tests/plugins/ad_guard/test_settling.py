"""What a crash interrupts is taken up again: an ad that is gone is explained, charged and counted, once."""

from datetime import timedelta

import pytest
from nonebot.adapters.onebot.v11 import NetworkError

from lizheng import hooks
from lizheng.ledger.tables import Order
from lizheng.store import audit
from lizheng.store.tables import Record, Slot
from plugins.ad_guard import acting, opinions
from plugins.ad_guard.models import Finding
from tests.support.probe_feature import feature as probe

JOB = "招网店兼职打字员，一单十元起，日结，加QQ 2847561930"
SOON = timedelta(seconds=10)


def dies_once(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> None:
    """As a kill at this point would leave it."""
    real = getattr(place, name)
    died: list[bool] = []

    async def die(*args, **kwargs):
        if died:
            return await real(*args, **kwargs)
        died.append(True)
        raise RuntimeError("killed here")

    monkeypatch.setattr(place, name, die)


@pytest.mark.parametrize(
    "where",
    [
        (acting.Acting, "follow_rule"),
        (opinions, "allowed"),
        (opinions, "rule_on"),
        (acting, "_recalled"),
        (acting, "_count"),
    ],
    ids=lambda where: where[1],
)
async def test_what_a_crash_interrupts_is_done_once(
    stage, monkeypatch: pytest.MonkeyPatch, where: tuple[object, str]
) -> None:
    reports: list = []

    async def take(ctx, violation):
        reports.append(violation)
        return True

    monkeypatch.setitem(probe.hook_answers, hooks.violation, take)
    player = await stage.play("开：广告识别、广告税、试探\n设：广告识别 直接记违规 开")
    dies_once(monkeypatch, *where)
    told: list[str] = []

    def hear(one) -> None:
        if one.kind == "message" and one.user_id == stage.world.account:
            told.append(one.data["text"])

    stage.world.watchers.append(hear)
    stage.world.say(player.group.group_id, player.person("小王"), JOB)
    await stage.settle()
    await stage.restart()
    for _ in range(3):
        await stage.move(SOON)
        await stage.settle()
    recalls = [call for call in stage.world.api_log if call.action == "delete_msg"]
    assert len(recalls) == 1
    assert len(told) == 1
    assert "广告A1" in told[0]
    assert await Order.all().count() == 1
    assert len(reports) == 1
    finding = await Finding.get()
    assert finding.state == "recalled"
    assert finding.record == (await Record.get(kind="recall")).number
    assert not await Slot.filter(feature="ad_guard", name="settle").exists()


async def test_what_an_admin_said_goes_on_after_a_crash(stage, monkeypatch: pytest.MonkeyPatch) -> None:
    player = await stage.play("开：广告识别\n小王：楼下花店搬新址啦，老邻居进店都有小礼物")
    dies_once(monkeypatch, opinions, "allowed")
    stage.world.say(
        player.group.group_id, player.person("管理员"), "/是广告", reply_to=player.last_of("小王")
    )
    await stage.settle()
    await stage.restart()
    await stage.move(SOON)
    await stage.settle()
    record = await Record.get(kind="recall")
    assert record.actor_id == player.person("管理员")
    assert (await Finding.get()).telling == "told"


async def test_an_ad_keeps_the_record_of_its_own_recall(stage, monkeypatch: pytest.MonkeyPatch) -> None:
    player = await stage.play("开：广告识别")
    group_id, real = player.group.group_id, opinions.rule_on

    async def overtaken(found):
        """Another ad of his is recalled meanwhile."""
        now = stage.host.now()
        await audit.write(group_id, now, "ad_guard", "recall", target_id=player.person("小王"))
        return await real(found)

    monkeypatch.setattr(opinions, "rule_on", overtaken)
    stage.world.say(group_id, player.person("小王"), JOB)
    await stage.settle()
    own, other = await Record.filter(kind="recall").order_by("number")
    assert (await Finding.get()).record == own.number != other.number


async def test_an_author_who_cannot_be_looked_up_is_looked_up_again(stage, monkeypatch) -> None:
    player = await stage.play("开：广告识别\n小王：在")
    silence = _unanswered(stage, monkeypatch)
    seen = _recalls(stage)
    stage.world.say(player.group.group_id, player.person("小王"), JOB)
    await stage.settle()
    await stage.move(timedelta(seconds=6))
    await stage.settle()
    assert seen == []
    assert await Record.filter(kind="recall").count() == 0
    silence.undo()
    await stage.move(timedelta(seconds=6))
    await stage.settle()
    assert len(seen) == 1
    assert (await Finding.get()).state == "recalled"


async def test_whom_nobody_can_look_up_for_minutes_is_left_to_the_admins_and_told(stage, monkeypatch) -> None:
    player = await stage.play("开：广告识别\n小王：在")
    _unanswered(stage, monkeypatch)
    said: list[str] = []

    def watch(happening) -> None:
        if happening.kind == "message" and happening.user_id == stage.world.account:
            said.append(happening.data["text"])

    stage.world.watchers.append(watch)
    stage.world.say(player.group.group_id, player.person("小王"), JOB)
    await stage.settle()
    await stage.move(timedelta(minutes=11))
    await stage.settle()
    assert said == ["有条广告没撤成：一直读不到成员列表。它在 /待审 里，请管理员看一下。"]
    assert (await Finding.get()).state == "suspect"


async def test_an_order_s_own_message_goes_once_its_author_can_be_looked_up(stage, monkeypatch) -> None:
    player = await stage.play("开：广告税\n小王：在")
    silence = _unanswered(stage, monkeypatch)
    seen = _recalls(stage)
    stage.world.say(player.group.group_id, player.person("小王"), "/广告 二手书市")
    await stage.settle()
    assert seen == []
    silence.undo()
    await stage.move(timedelta(seconds=6))
    await stage.settle()
    assert len(seen) == 1


def _unanswered(stage, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The endpoint does not say who a member is, until this is undone."""

    async def member(*_, **__):
        raise NetworkError("no answer")

    monkeypatch.setattr(stage.host.roster, "member", member)
    return monkeypatch


def _recalls(stage) -> list[int]:
    found: list[int] = []

    def watch(happening) -> None:
        if happening.kind == "recall" and happening.operator_id == stage.world.account:
            found.append(happening.user_id)

    stage.world.watchers.append(watch)
    return found
