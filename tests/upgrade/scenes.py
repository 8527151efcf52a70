"""What is done in the groups after the bot was away: each scene on a copy of its own, told step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from tests.upgrade.town import CLUB, GARDEN, GROUPS, MAIN, MARKET, PEOPLE, Deed, Town

Told = dict[str, list[Deed]]
Left = Mapping[str, Any]
"""What a release left behind: `pendings`, `undoable` and `settings`; see `make_release`."""
Scene = Callable[[Town, Left], Awaitable[Told]]

MARKET_QUESTIONS = """
/功能
/代管 查看
/白名单 查看
/机器人 查看
/群规
/欢迎语
/广告时段
/早报
/早报 时间
/早报 订阅列表
/早报 预览
/名片格式
/豁免 查看
/名片检查
/广告税 免税
/欠款
/广告贴
/违规
/违规 阶梯
/黑名单
/违规规则
/规则测试 低价代充
/规则测试 加我的微信
/规则测试 看 http://spam.example.com
/规则测试 没用的规则
/待审
/判 楼下花店搬新址啦，老邻居进店都有小礼物
/判 出一台二手显示器，想要的私聊我
/问答
/问答 2
/问答 白名单
/问答 看 新手-1
/问答 差评
/问答 题库
/待答
/记录
/试运行
"""
OTHERS_QUESTIONS = """
/功能
/代管 查看
/白名单 查看
/机器人 查看
/群规
/广告时段
/早报 时间
/早报 订阅列表
/名片格式
/豁免 查看
/欠款
/广告贴
/违规
/黑名单
/违规规则
/待审
/问答
/待答
/记录
/试运行
"""


async def answers(town: Town, left: Left) -> Told:
    """Every list and setting, as an admin sees it."""
    return {**await _lists(town), **await _details(town, left)}


async def _lists(town: Town) -> Told:
    told: Told = {}
    for group_id, title in GROUPS.items():
        questions = MARKET_QUESTIONS if group_id == MARKET else OTHERS_QUESTIONS
        asker = "园丁" if group_id == GARDEN else "管理员"
        for question in questions.strip().splitlines():
            told[f"{title} {asker}：{question}"] = await town.say(group_id, asker, question)
    return told


async def _details(town: Town, left: Left) -> Told:
    told: Told = {}

    async def ask(who: str, question: str, group_id: int = MARKET) -> None:
        told[f"{GROUPS[group_id]} {who}：{question}"] = await town.say(group_id, who, question)

    for group_id in GROUPS:
        for title in left["settings"]:
            await ask("园丁" if group_id == GARDEN else "管理员", f"/设置 {title}", group_id)
    for who in ("小王", "小李", "小孙", "小周", "小冯", "小陈", "小褚", "小卫", "小蒋"):
        await ask("管理员", f"/账本 @{who}")
    for who in ("小王", "小李", "小蒋"):
        await ask(who, "/广告税")
        await ask(who, "/名片")
        await ask(who, "/违规")
    for number in range(1, 18):
        await ask("管理员", f"/违规 W{number}")
    for number in range(1, 10):
        await ask("管理员", f"/问答 看 {number}")
    for number in (7, 8, 10, 11, 16):
        await ask("管理员", f"/广告贴 查看 {number}")
    for record in left["undoable"]:
        if record["group_id"] == MARKET:
            await ask("管理员", f"/记录 #{record['number']}")
    await ask("小孙", "/违规 阶梯")
    await ask("管理员", "/违规 @小周")
    return told


# — what waits for a person —————————————————————————————————————————————————————————————————


async def decided_by_number(town: Town, left: Left) -> Told:
    """Every open question is answered yes by its number."""
    return await _decide(town, left, yes=True, quoting=False)


async def decided_by_quoting(town: Town, left: Left) -> Told:
    """Every open question is answered yes by quoting the message that asked it, days before or a minute ago."""
    return await _decide(town, left, yes=True, quoting=True)


async def refused(town: Town, left: Left) -> Told:
    """Every open question is answered no."""
    return await _decide(town, left, yes=False, quoting=False)


async def _decide(town: Town, left: Left, *, yes: bool, quoting: bool) -> Told:
    told: Told = {}
    for pending in left["pendings"]:
        group_id, number, own = pending["group_id"], pending["number"], pending["decider"] == "author"
        who = next((n for n, known in PEOPLE.items() if own and known == pending["author_id"]), "群主")
        if pending["kind"] == "first_step":
            words, quoted = "每周六 10:00-12:00" if yes else "跳过", pending["notice_id"]
        elif quoting:
            words, quoted = "同意" if yes else "不同意", pending["notice_id"]
        else:
            command = ("确认" if own else "通过") if yes else ("取消" if own else "拒绝")
            words, quoted = f"/{command} {number}", None
        label = f"{GROUPS[group_id]} {who}：{words}（{pending['feature']} {pending['kind']} {number}）"
        told[label] = await town.say(group_id, who, words, quoting=quoted)
    told["过 10 秒"] = await town.wait(timedelta(seconds=10))
    return told if quoting else {**told, **await _lists(town)}


# — what waits for its time —————————————————————————————————————————————————————————————————


async def time_passes(town: Town, left: Left) -> Told:
    """Nobody does anything for a week."""
    told: Told = {}
    steps = ("15 秒", 15), ("1 分钟", 60), ("11 分钟", 660), ("2 小时", 7200), ("8 小时", 28_800)
    for label, seconds in steps:
        told[f"过 {label}"] = await town.wait(timedelta(seconds=seconds))
    for half in range(1, 14):
        told[f"再过 12 小时（{half}）"] = await town.wait(timedelta(hours=12))
    return {**told, **await _lists(town)}


# — what people go on doing ——————————————————————————————————————————————————————————————————


async def life_goes_on(town: Town, left: Left) -> Told:
    """What was taught, forbidden, paid and promised before holds for what is said now."""
    told: Told = {}

    async def say(group_id: int, who: str, words: str, quoting: int | None = None) -> None:
        told[f"{GROUPS[group_id]} {who}：{words}"] = await town.say(group_id, who, words, quoting=quoting)

    async def happens(label: str) -> None:
        await town.stage.settle()
        told[label] = town.take()

    world = town.world
    await say(MARKET, "小杨", "群号")
    await say(MARKET, "小杨", "如何申请白名单？")
    await say(MARKET, "小杨", "/问 地图长什么样")
    await say(MARKET, "小杨", "/问 几点开门")
    await say(MAIN, "小杨", "/问 几点开门")
    await say(MARKET, "小杨", "1")
    await say(MARKET, "小王", "低价代充")
    await say(MAIN, "小王", "低价代充")
    await say(MAIN, "小王", "大群专用词")
    await say(CLUB, "小王", "低价代充")
    await say(MARKET, "小白", "低价代充，加我微信")
    await say(MARKET, "小机", "低价代充，加我微信")
    await say(MARKET, "小杨", "出一台二手显示器，想要的私聊我")
    await say(MARKET, "小韩", "楼下花店搬新址啦，老邻居进店都有小礼物！")
    await say(MARKET, "小李", "教英语一对一上门试听，价格优惠，加微信 abcd7654321")
    await say(MARKET, "小蒋", "/广告 攒着的次数用在这里")
    await say(MARKET, "小代", "/警告 @小张 代管还是代管")
    world.join(MARKET, PEOPLE["小吴"])
    await happens("小吴 回来，禁言没到期")
    for group_id in (MARKET, MAIN, CLUB, GARDEN):
        world.join(group_id, PEOPLE["骗子"])
        await happens(f"骗子 进 {GROUPS[group_id]}")
    world.join(MARKET, PEOPLE["新人乙"])
    told["新人乙 进集市"] = await town.wait(timedelta(seconds=4))
    await say(MARKET, "小褚", "新店开业全场五折，加微信 xyzw7654321")
    told["小周（私聊）：/申诉 轻一点"] = await town.whisper("小周", "/申诉 轻一点")
    # Money.
    await say(MARKET, "管理员", "收到", quoting=town.bot_said(MARKET, "付 A12"))
    await say(MARKET, "管理员", "收到", quoting=town.bot_said(MARKET, "说 A11"))
    await say(MARKET, "管理员", "/确认收款 A5 30")
    await say(MARKET, "管理员", "/退款 A6 30")
    await say(MARKET, "管理员", "/退款 A9")
    await say(MARKET, "管理员", "/误判", quoting=town.bot_said(MARKET, "@小孙  你的消息像广告"))
    await say(MARKET, "管理员", "/待审 是 4")
    await say(MARKET, "管理员", "/赦免 W2")
    await say(MARKET, "小王", "/广告贴 下架 7")
    await say(MARKET, "管理员", "/早报 退订 2")
    await say(MARKET, "管理员", "/收费 @小杨 5 试试编号")
    await say(MARKET, "小杨", "/教 新问题一个 => 新答案一个")
    told["过 10 秒"] = await town.wait(timedelta(seconds=10))
    return {**told, **await _lists(town)}


# — what can be taken back ——————————————————————————————————————————————————————————————————


async def undone(town: Town, left: Left) -> Told:
    """Everything that can be taken back is, the newest first."""
    told: Told = {}
    for record in reversed(left["undoable"]):
        label = f"{GROUPS[record['group_id']]} 超级：/撤销 {record['number']}（{record['feature']} {record['name']}）"
        told[label] = await town.say(record["group_id"], "超级", f"/撤销 {record['number']}")
    told["过 10 秒"] = await town.wait(timedelta(seconds=10))
    return {**told, **await _lists(town)}


# — what was being sent —————————————————————————————————————————————————————————————————————


async def resumed(town: Town, left: Left) -> Told:
    """What waited in the outbox goes out, once."""
    told = {"一开机": town.take()}
    for label, seconds in (("15 秒", 15), ("1 分钟", 60), ("5 分钟", 300)):
        told[f"过 {label}"] = await town.wait(timedelta(seconds=seconds))
    return told


SCENES: Sequence[Scene] = (
    answers,
    decided_by_number,
    decided_by_quoting,
    refused,
    time_passes,
    life_goes_on,
    undone,
)
