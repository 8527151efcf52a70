"""An upgrade loses nothing: what the last release left behind is there, and what waits still happens.

The fixtures and what that release itself did with them were written by `make_release`. Compared are facts, not words:
of each line the release said, its names, numbers, dates, amounts and titles must stand together in a line said now.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lizheng import Pending, Slot
from lizheng.base import config
from lizheng.base.clock import Clock
from lizheng.plugin.feature import apps_of
from lizheng.store import Store, moving
from lizheng.store.tables import Switch
from tests.upgrade import scenes, town
from tests.upgrade.town import GROUPS, MARKET, PEOPLE, Deed

HERE = Path(__file__).parent
RELEASE = "release-0.1.0"
LEFT: dict[str, Any] = json.loads((HERE / f"{RELEASE}.json").read_text(encoding="utf-8"))
AT = datetime.fromisoformat(LEFT["at"])

# — facts ——————————————————————————————————————————————————————————————————————————————————

HINT = re.compile(r"发 /|发：|引用|长按|回复|用法：|例如：|修改：|说明：|^用 /|用上发|看一条|看全部")
"""How to go on is for each release to say."""
FACT = re.compile(
    r"https?://\S+|[WA]\d+|#\d+|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}(?: \d{2}:\d{2})?|\d{1,2}:\d{2}|\d+ 月 \d+ 日"
    r"|-?\d+(?:\.\d+)? ?(?:元|天|小时|分钟|秒|次|条|张|人|号)|\d{6,}"
    r"|警告|禁言|踢|撤回|算数|赦免|付清|用掉|作废|退款|置顶|关键词|正则|刷屏|链接|阶梯|第\d级|试运行|只待审|\[图片\]"
)


def facts_of(line: str) -> list[str]:
    """What must still be said where this was said: people, numbers, and what members wrote."""
    people = [name for name in PEOPLE if name in line]
    return [
        _tight(fact) for fact in (*people, *FACT.findall(line), *(word for word in WRITTEN if word in line))
    ]


WRITTEN = (
    "一、友善 二、不发广告",
    "{at} 你好，你是第 {人数} 位，群规：{群规}",
    "每周四 18:00-20:00；周末 09:00-10:00",
    "要闻甲",
    "要闻乙",
    "要闻丙",
    "要闻丁",
    "里巷新闻",
    "江边骑车",
    "读书会",
    "捡到钥匙一串",
    "周末家政每小时五十",
    "出二手显示器三百元",
    "陪练钢琴",
    "遛狗十元一次",
    "吉他九成新",
    "周末二手书市",
    "旧书换新书",
    "城市{北京,上海,其他}-昵称",
    "车型-昵称",
    "怎么申请白名单",
    "在群公告里点链接填表",
    "群号",
    "地图长什么样",
    "几点开门",
    "早上八点",
    "早上九点",
    "图书角在哪",
    "雨伞怎么借",
    "电梯什么时候修好",
    "下个月",
    "新手",
    "洗衣机在哪一层",
    "可以带宠物散步么",
    "垃圾哪天收",
    "在三楼",
    "代充、刷单",
    "加.{0,3}微信",
    "qq.com",
    "bilibili.com",
    "卖假证",
    "大群专用词",
    "骗过钱",
    "骗子一个",
    "混进来的",
    "家教一对一",
    "广告税",
    "活动费",
    "场地费",
    "水电费",
    "报名费",
    "屡教不改",
    "那天我不在",
    "攒着的次数用在这里",
    "走好",
)
SPLIT_OFF = ("blacklist", "word_rules")
"""What was part of 违规处理."""
STATES = {True: "已撤销", False: "撤销不了"}


def _tight(text: str) -> str:
    return "".join(text.split())


CHANGED = {
    # The exempt are told apart by the end of their number; the last row of a full page of /记录 leaves its second line
    # to how to see the next.
    "answers": r"不受名片格式约束的人|'#(?:118|17|2) ",
    # What was recalled and is not paid for afterwards is no violation any more.
    "time_passes": r"不交广告税|not done: .*禁言小(?:孙1小时|周1天)",
    # The bot takes in what is written after /广告, and a submission that comes to nothing.
    "refused": r"though not before: .*撤回小[孙冯]",
    "life_goes_on": r"though not before: .*撤回小蒋",
}
"""What is meant to be other than in that release, by scene."""


def lost(before: Sequence[Deed], now: Sequence[Deed]) -> list[str]:
    """What was said or done then and is not now, and what is done now and was not then, or said more often."""
    acts = Counter((d["where"], _tight(d["did"])) for d in before if "did" in d)
    acts_now = Counter((d["where"], _tight(d["did"])) for d in now if "did" in d)
    wrong = [f"not done: {act}" for act in acts - acts_now]
    wrong += [f"done, though not before: {act}" for act in acts_now - acts]
    words = Counter((d["where"], d["said"]) for d in before if "said" in d)
    words_now = Counter((d["where"], d["said"]) for d in now if "said" in d)
    wrong += [f"said {n} times: {said}" for said, n in words_now.items() if n > max(1, words[said])]
    lines = [(where, _tight(line)) for where, said in words_now for line in said.splitlines()]
    for where, said in words:
        here = [line for place, line in lines if place == where]
        for line in said.splitlines():
            facts = [] if HINT.search(line) else facts_of(line)
            # What is said to several at once may be said to each.
            apart = line.count("@") > 1
            if not all(any(f in one for one in here) for f in facts) or (
                facts and not apart and not any(all(f in one for f in facts) for one in here)
            ):
                wrong.append(f"not said in {where}: {line!r} ({'、'.join(facts)})")
    return wrong


# — the databases ——————————————————————————————————————————————————————————————————————————


@pytest.fixture(scope="session")
def worlds() -> dict[str, Any]:
    return json.loads(gzip.decompress((HERE / f"{RELEASE}.world.json.gz").read_bytes()))


@pytest.fixture
def files(worlds: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pictures, where either engine looks for them."""
    monkeypatch.setattr(config, "ROOT", tmp_path)
    for folder in (tmp_path, tmp_path / "data"):
        for name, content in worlds["files"].items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(base64.b64decode(content))
    return tmp_path


@pytest.fixture
async def left_behind(listening: Any, files: Path, worlds: dict[str, Any]) -> Any:
    """Opens what the release left: `whole`, or `cut_off` while the endpoint was silent."""
    host, port, engine = listening
    urls: list[str] = []

    async def open_(which: str = "whole") -> Any:
        name = RELEASE if which == "whole" else f"{RELEASE}-cut-off"
        database = files / "lizheng.db"
        town.load(gzip.decompress((HERE / f"{name}.sql.gz").read_bytes()).decode(), database)
        url = f"sqlite://{database}"
        if engine.name != "sqlite":
            url = await engine.fresh(files, empty=True)
            urls.append(url)
            await _move(host, f"sqlite://{database}", url)
        return town.opened(host, port, url, AT, worlds[which])

    yield open_
    for url in urls:
        await engine.drop(url)


async def _move(host: Any, origin: str, target: str) -> None:
    """By the command an owner uses: first the file is brought up to date, then everything is copied."""
    apps, clock = apps_of(host.features.values()), Clock()
    source = Store(origin, apps, clock)
    await source.open()
    await source.close()

    async def nothing_wrong() -> list[object]:
        return []

    await moving.move(Store(origin, apps, clock), Store(target, apps, clock), nothing_wrong)


# — the tests ——————————————————————————————————————————————————————————————————————————————


async def test_pendings_and_slots_are_in_their_place(left_behind: Any) -> None:
    async with await left_behind():
        waiting = await Slot.filter(state="waiting")
        slots = {(s.name, s.group_id, s.key): s.due_at.astimezone(UTC) for s in waiting}
        open_ones = {(p.group_id, p.number, p.notice_id) for p in await Pending.filter(state="open")}
    # What is looked at when the host starts may come sooner than it would have.
    missing = [
        slot
        for slot in LEFT["slots"]
        if not (due := slots.get((slot["name"], slot["group_id"], slot["key"])))
        or due > datetime.fromisoformat(slot["due_at"])
    ]
    assert missing == []
    assert {(p["group_id"], p["number"], p["notice_id"]) for p in LEFT["pendings"]} <= open_ones


async def test_every_list_and_setting_says_the_same(left_behind: Any) -> None:
    async with await left_behind() as place:
        told = await scenes.answers(place, LEFT)
        titles = [f.title for f in place.stage.host.features.values() if f.settings is not None]
        for title in sorted({*titles} - {*LEFT["settings"]}):
            told |= {f"new：/设置 {title}": await place.say(MARKET, "管理员", f"/设置 {title}")}
    before = LEFT["scenes"]["answers"]
    _compare("answers", {k: v for k, v in before.items() if "：/设置" not in k}, told)
    for group in GROUPS.values():
        assert _settings(before, group) - _settings(told, group) == Counter()
        assert _switches(before, group).items() <= _switches(told, group).items()


async def test_what_was_split_off_is_on_where_it_was_part_of_what_was_on(left_behind: Any) -> None:
    async with await left_behind():
        on = dict(await Switch.filter(feature="violations").values_list("group_id", "on"))
        assert True in on.values()
        for feature in SPLIT_OFF:
            assert dict(await Switch.filter(feature=feature).values_list("group_id", "on")) == on


def _settings(told: scenes.Told, group: str) -> Counter[str]:
    """Each setting as `title：value`, of whatever feature it is now."""
    replies = [d["said"] for k, v in told.items() if "：/设置" in k for d in v if d["where"] == group]
    return Counter(
        line.strip() for said in replies for line in said.splitlines()[1:] if not HINT.search(line)
    )


def _switches(told: scenes.Told, group: str) -> dict[str, str]:
    replies = [d["said"] for k, v in told.items() if k.startswith(group) and k.endswith("/功能") for d in v]
    return {title: mark for said in replies for mark, title in re.findall(r"([●○])\s*([^\s●○（]{2,})", said)}


@pytest.mark.parametrize("scene", [scenes.decided_by_number, scenes.decided_by_quoting, scenes.refused])
async def test_what_waits_for_a_person_is_decided(left_behind: Any, scene: scenes.Scene) -> None:
    async with await left_behind() as place:
        told = await scene(place, LEFT)
    _compare(scene.__name__, LEFT["scenes"][scene.__name__], told)


async def test_what_waits_for_its_time_happens_once(left_behind: Any) -> None:
    async with await left_behind() as place:
        told = await scenes.time_passes(place, LEFT)
    # A busy machine may bring what is due at a step's end in the next one.
    _compare("time_passes", _at_once(LEFT["scenes"]["time_passes"]), _at_once(told))


async def test_what_was_taught_forbidden_and_paid_still_holds(left_behind: Any) -> None:
    async with await left_behind() as place:
        told = await scenes.life_goes_on(place, LEFT)
    _compare("life_goes_on", LEFT["scenes"]["life_goes_on"], told)


async def test_old_records_are_undone_or_refused(left_behind: Any) -> None:
    async with await left_behind() as place:
        told = await scenes.undone(place, LEFT)
    _compare("undone", LEFT["scenes"]["undone"], told)
    for label, deeds in LEFT["scenes"]["undone"].items():
        if "/撤销" in label:
            verdict = [
                state for state in STATES.values() for deed in told[label] if state in deed.get("said", "")
            ]
            undone_then = any(STATES[True] in deed.get("said", "") for deed in deeds)
            assert verdict, (label, told[label])
            assert not undone_then or verdict == [STATES[True]], (label, told[label])


async def test_what_waited_in_the_outbox_goes_out_once(left_behind: Any) -> None:
    async with await left_behind("cut_off") as place:
        told = await scenes.resumed(place, LEFT)
    _compare("resumed", _at_once(LEFT["scenes"]["resumed"]), _at_once(told))


def _at_once(told: scenes.Told) -> scenes.Told:
    """All steps in which nothing but time passes as one."""
    passing = [label for label in told if "过" in label[:2] or label == "一开机"]
    rest = {label: deeds for label, deeds in told.items() if label not in passing}
    return {"时间过去": [deed for label in passing for deed in told[label]], **rest}


def _compare(scene: str, before: scenes.Told, told: scenes.Told) -> None:
    wrong: list[str] = []
    for label, deeds in before.items():
        if label.endswith("/记录") and scene != "answers":
            continue  # it shows the last ones, and how many there are is for each release to say
        found = lost(deeds, told[label])
        if scene in CHANGED:
            found = [one for one in found if not re.search(CHANGED[scene], one)]
        wrong += [f"{label}\n  {one}" for one in found]
    assert not wrong, "\n".join(wrong)
