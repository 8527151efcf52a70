"""Rules an admin makes: how they are written and refused, what they match, and what follows in the group."""

import json
from importlib.util import find_spec

import pytest
from nonebot.adapters.onebot.v11 import MessageSegment

from lizheng.grammar import Misread
from lizheng.sandbox.stage import HostStage
from lizheng.store.tables import Record
from lizheng.text import excerpt, shown_name
from plugins.word_rules.reading import words_in
from plugins.word_rules.rules import Ruleset, parse_rule

needs_ladder = pytest.mark.skipif(find_spec("plugins.violations") is None, reason="no ladder")

# — written ————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("关键词 代充、刷单", "关键词 代充、刷单 → 撤回 阶梯"),
        ("关键词代充", "关键词 代充 → 撤回 阶梯"),
        ("关键词：代充", "关键词 代充 → 撤回 阶梯"),
        ("关键词 代充，代.充 刷单 => 第2级起", "关键词 代充、刷单 → 撤回 第2级"),
        ("关键词 代充 → 踢、不撤回", "关键词 代充 → 不撤回 踢"),
        ("关键词 代充 → 只撤回", "关键词 代充 → 只撤回"),
        ("正则 加.{0,3}微信 → 禁言一小时", "正则 加.{0,3}微信 → 撤回 禁言1小时"),
        ("正则 a -> b", "正则 a -> b → 撤回 阶梯"),
        ("刷屏 10秒5条", "刷屏 10秒5条 → 撤回 阶梯"),
        ("刷屏 五条/10秒内", "刷屏 10秒5条 → 撤回 阶梯"),
        ("刷屏 1分钟里 20 条 → 警告 不撤回", "刷屏 1分钟20条 → 不撤回 警告"),
        ("刷屏 1分钟10条 禁言 10分钟", "刷屏 1分钟10条 → 撤回 禁言10分"),
        ("刷屏 1分钟10条禁言10分钟", "刷屏 1分钟10条 → 撤回 禁言10分"),
        ("刷屏 10条/1分钟 禁言 1 小时 不撤回", "刷屏 1分钟10条 → 不撤回 禁言1小时"),
        ("刷屏 1分钟10条 第2级", "刷屏 1分钟10条 → 撤回 第2级"),
        ("刷屏 1分钟10条 只撤回", "刷屏 1分钟10条 → 只撤回"),
        ("刷屏 1分钟10条，踢", "刷屏 1分钟10条 → 撤回 踢"),
        ("关键词 代充 → 禁言 1 小时 30 分", "关键词 代充 → 撤回 禁言1小时30分"),
        ("链接 除 qq.com 禁言 10分", "链接 除 qq.com → 撤回 禁言10分"),
        ("链接 警告", "链接 → 撤回 警告"),
        ("链接", "链接 → 撤回 阶梯"),
        ("链接 除 QQ.com、bilibili.com → 只撤回", "链接 除 qq.com、bilibili.com → 只撤回"),
    ],
)
def test_a_rule_is_kept_as_it_reads(text: str, kept: str) -> None:
    rule = parse_rule(text)
    assert str(rule) == kept
    assert parse_rule(kept) == rule


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "规则要以 关键词、正则、刷屏、链接 开头。"),
        ("代充", "规则要以 关键词、正则、刷屏、链接 开头。"),
        ("关键词", "没有写关键词"),
        ("关键词 色", "「色」太短"),
        ("关键词 。。。", "太短"),
        ("关键词 " + "长" * 31, "太长"),
        ("关键词 " + " ".join(f"词{n}号" for n in range(101)), "最多 100 个关键词"),
        ("关键词 代充 → 炒鱿鱼", "「炒鱿鱼」看不懂"),
        ("关键词 代充 → 第2级 踢", "只能选一种处理"),
        ("关键词 代充 → 只撤回 警告", "只能选一种处理"),
        ("关键词 代充 → 只撤回 不撤回", "不能一起写"),
        ("关键词 代充 → 第0级", "太小"),
        ("关键词 代充 → 第99级", "太大"),
        ("关键词 代充 → 禁言31天", "禁言最长 30 天"),
        ("关键词 代充 → 禁言", "禁言要写多久"),
        ("正则", "没有写正则"),
        (r"正则 加(?=微信)", "不支持先行断言"),
        (r"正则 (?!微信)x", "不支持先行断言"),
        (r"正则 (?<=加)微信", "不支持后行断言"),
        (r"正则 (?<!加)微信", "不支持后行断言"),
        (r"正则 (.)\1\1", "不支持反向引用"),
        (r"正则 (?P<x>加)(?P=x)", "不支持反向引用"),
        (r"正则 (?>加)微信", "不支持独占匹配"),
        (r"正则 加++微信", "不支持独占匹配"),
        (r"正则 (加)?(?(1)微|信)", "不支持条件分支"),
        (r"正则 加(?#注释)", "不支持注释"),
        ("正则 [加", "少了一个「]」"),
        ("正则 (加", "少了一个「)」"),
        ("正则 加)", "多了一个「)」"),
        ("正则 *加", "前面没有东西可以重复"),
        ("正则 加{2000}", "重复次数太大"),
        ("正则 加\\", "最后多了一个「\\」"),
        ("正则 .*", "几乎什么话都能匹配"),
        ("正则 x*", "几乎什么话都能匹配"),
        ("正则 .", "几乎什么话都能匹配"),
        ("正则 " + "加" * 201, "最长 200 个字"),
        ("刷屏", "比如 刷屏 10秒5条"),
        ("刷屏 5条", "比如 刷屏 10秒5条"),
        ("刷屏 10秒", "比如 刷屏 10秒5条"),
        ("刷屏 10秒2条", "太小"),
        ("刷屏 10秒51条", "太大"),
        ("刷屏 11分5条", "最长 10 分钟"),
        ("刷屏 0秒5条", "太短"),
        ("链接 http", "只能写放行的网站"),
        ("链接 除 百度", "不是网站"),
        ("链接 除 file:///etc", "不是网站"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_with_one_sentence(text: str, fault: str) -> None:
    with pytest.raises(
        Misread, match=fault.replace("(", r"\(").replace(")", r"\)").replace("\\」", r"\\」")
    ) as caught:
        parse_rule(text)
    assert str(caught.value).endswith("。")
    assert "\n" not in str(caught.value)


# — matching ———————————————————————————————————————————————————————————————————————————————

RULES = Ruleset({
    1: parse_rule("关键词 代充、刷单、Free Gift"),
    2: parse_rule("正则 加.{0,3}微信"),
    3: parse_rule("链接 除 qq.com、bilibili.com"),
    4: parse_rule("刷屏 10秒5条"),
    7: parse_rule("关键词 代充值"),
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("今天天气不错", []),
        ("", []),
        ("有人代充吗", [1]),
        ("代 充 便宜", [1]),
        ("代\u200b充", [1]),
        ("刷.單", [1]),
        ("FREE-gift!", [1]),
        ("代充值", [1, 7]),
        ("加个微信", [2]),
        ("加我的微信号微信", [2]),
        ("加好几个人的微信", []),
        ("看 https://www.qq.com/x", []),
        ("看 https://v.QQ.com:443?a=1#b", []),
        ("https://qq.com看看", []),
        ("www.bilibili.com。", []),
        ("bilibili.com/video", []),
        ("evil.com好看", [3]),
        ("https://qq.com@evil.com/x", [3]),
        ("https://qq.com.evil.com", [3]),
        ("https://evil.com/qq.com", [3]),
        ("https://notqq.com", [3]),
        ("https://中文", [3]),
        ("http://127.0.0.1", [3]),
        ("邮箱 me@evil.com", []),
        ("版本 1.2.3", []),
        ("半个代理 \ud800 代充", [1]),
        ("加个微信 代充 evil.com", [1, 2, 3]),
    ],
)
def test_which_rules_a_text_breaks(text: str, numbers: list[int]) -> None:
    assert RULES.all_broken(text) == numbers
    assert RULES.broken(text) == (numbers[0] if numbers else 0)


def test_a_pattern_never_stalls() -> None:
    slow = Ruleset({1: parse_rule("正则 (a+)+$x")})
    assert slow.all_broken("a" * 60_000 + "!") == []


def test_nothing_shown_can_be_used_to_reach_anyone() -> None:
    assert excerpt("加我微信abc12345，低价代充各种游戏都有") == "加我微信＊，低价代充各种游戏都有"
    assert excerpt("\u200b") == "（没有文字）"
    assert shown_name("卖号vx88888") == "卖＊"
    assert shown_name("小王") == "小王"


# — in the group ———————————————————————————————————————————————————————————————————————————


@needs_ladder
async def test_a_rule_is_made_tried_and_applied(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则
里正：本群还没有自己的规则。管理员发 /违规规则 添加 关键词 代充、刷单 → 撤回 来定一条。
管理员：/违规规则 添加 关键词 代充、刷单 → 第2级
里正：规则 1 定好了：关键词 代充、刷单 → 撤回 第2级
  先试试：/规则测试 一句话。撤销发 /撤销 1。
管理员：/规则测试 代.充找我
里正：会触发：
  规则 1：关键词 代充、刷单 → 撤回 第2级
管理员：/规则测试 今天天气不错
里正：不会触发任何规则。
小王：今天天气不错
小王：低价代充
【里正 撤回 小王】
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W1）：触发规则 1（关键词）。
  再犯：禁言 1 天。不服就私聊我发 /申诉 理由。
管理员：/违规 W1
里正：W1 11-18 12:00 小王 禁言 10 分钟（已执行）
  原因：触发规则 1（关键词）
  证据：规则 1（关键词）：低价代充
  谁：规则「规则 1」　阶梯第 2 级
  状态：算数，算到 2026-12-18
【重启】
小李：刷单刷单
【里正 撤回 小李】
【里正 禁言 小李 10分钟】
里正：@小李 禁言 10 分钟（W2）：触发规则 1（关键词）。…
管理员：/违规规则 删除 1
里正：规则 1 删掉了：关键词 代充、刷单 → 撤回 第2级
  撤销发 /撤销 8。
小陈：低价代充
管理员：/撤销 8
里正：已撤销 #8：删除规则 1。
小陈：低价代充
【里正 撤回 小陈】
【里正 禁言 小陈 10分钟】
里正：@小陈 禁言 10 分钟（W3）：触发规则 1（关键词）。…
""")


@needs_ladder
async def test_who_and_what_is_not_judged(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 代充 → 踢
里正：规则 1 定好了：…
管理员：/代管 添加 @小李
里正：…
群主：/白名单 添加 @小陈
里正：…
管理员：代充是什么
小陈：低价代充
小李：/违规 代充
里正：…
小王：/申诉 我没有说代充
【里正 撤回 小王】
里正：@小王 这类内容本群不让发（规则 1）。
小王→小陈：这是什么
小王：低价代充
【里正 撤回 小王】
【里正 踢 小王】
里正：小＊ 的机票已送达（W1），一路平安。
【里正 撤回 小王】
""")


@needs_ladder
async def test_a_burst_is_one_case(stage: HostStage) -> None:
    """What was said before the warning could be read climbs no further rung."""
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 代充
里正：规则 1 定好了：…
小王：代充
【里正 撤回 小王】
里正：@小王 警告一次（W1）：触发规则 1（关键词）。…
小王：代充
【里正 撤回 小王】
里正：@小王 这类内容本群不让发（规则 1）。
小王：代充
【里正 撤回 小王】
【过 61 秒】
小王：代充
【里正 撤回 小王】
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W2）：触发规则 1（关键词）。…
""")


@needs_ladder
async def test_flooding(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 刷屏 10秒5条 → 禁言10分
里正：规则 1 定好了：刷屏 10秒5条 → 撤回 禁言10分…
管理员：/规则测试 哈
里正：不会触发任何规则。刷屏的规则要看发得多快，一句话试不出来。
小王：哈
小王：哈
【过 11 秒】
小王：哈
小王：哈
小王：哈
小李：哈
小王：哈
小李：哈
管理员：哈
管理员：哈
管理员：哈
管理员：哈
管理员：哈
小王：哈
【里正 撤回 小王】
【里正 撤回 小王】
【里正 撤回 小王】
【里正 撤回 小王】
【里正 撤回 小王】
【里正 禁言 小王 10分钟】
里正：@小王 禁言 10 分钟（W1）：触发规则 1（刷屏）。…
""")


@needs_ladder
async def test_only_recalled(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 链接 除 qq.com → 只撤回
里正：规则 1 定好了：链接 除 qq.com → 只撤回…
小王：看 https://qq.com/x
小王：看 https://example.com/x
【里正 撤回 小王】
里正：@小王 这类内容本群不让发（规则 1）。
管理员：/违规
里正：本群还没有违规记录。
""")


@needs_ladder
async def test_rules_that_cannot_be_change_nothing(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 正则 (.)\\1
里正：这里的正则是 RE2，不支持反向引用 \\1，请换个写法。
  用法：/违规规则 添加 <规则>
  例如：/违规规则 添加 关键词 代充、刷单 → 撤回 第2级
管理员：/违规规则 添加 关键词 代充 → 第5级
里正：阶梯「警告×1 → 禁言10分 → 禁言1天 → 踢」只有 4 级，没有第 5 级。
  用法：/违规规则 添加 <规则>
  例如：/违规规则 添加 关键词 代充、刷单 → 撤回 第2级
管理员：/违规规则 删除 9
里正：没有规则 9。发 /违规规则 看现有的。
管理员：/违规规则 添加关键词 代充
里正：规则 1 定好了：…
管理员：/违规规则 添加 关键词 代充 → 撤回
里正：和规则 1 一模一样。
管理员：/违规规则 查看
里正：本群的规则：
  1. 关键词 代充 → 撤回 阶梯
  阶梯：警告×1 → 禁言10分 → 禁言1天 → 踢
小王：/违规规则 添加 关键词 开心
里正：/违规规则 添加 <规则> 只有管理员和群主能用。
""")


@needs_ladder
async def test_an_appeal_is_no_way_around_the_rules(stage: HostStage) -> None:
    await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 关键词 代充 → 警告
里正：…
小王：/申诉 低价代充找我
【里正 撤回 小王】
里正：@小王 这类内容本群不让发（规则 1）。
小王：代充
【里正 撤回 小王】
里正：@小王 警告一次（W1）：触发规则 1（关键词）。
  再犯：禁言 10 分钟。不服发 /申诉 理由。
小王：/申诉 我说的代充是手机充值
里正：小王 申诉 W1…
【过 2 分】
小王：/申诉 还是代充
【里正 撤回 小王】
里正：@小王 这类内容本群不让发（规则 1）。
""")


CARD = {
    "app": "com.tencent.structmsg",
    "prompt": "[分享]游戏代充",
    "meta": {
        "news": {
            "title": "游戏代充",
            "jumpUrl": "https://evil.top/a?b=c",
            "preview": "http://gchat.qpic.cn/x",
            "tag": "某网站",
        }
    },
}
XML = '<?xml version="1.0"?><msg brief="[分享]" url="http://evil.top/a&amp;b"><item><title>游戏代充</title></item></msg>'


def card(kind: str, **data: str) -> MessageSegment:
    return MessageSegment(kind, dict(data))


@pytest.mark.parametrize(
    ("segment", "numbers"),
    [
        (card("json", data=json.dumps(CARD)), [1, 3]),
        (card("xml", data=XML), [1, 3]),
        (card("share", title="看看", content="代充", url="https://v.qq.com/x"), [1]),
        (card("markdown", content="[看](https://evil.top)"), [3]),
        (
            card(
                "json", data='{"meta": {"a": {"jumpUrl": "mqqapi://card/show", "preview": "http://x.top/p"}}}'
            ),
            [],
        ),
        (card("json", data='{"meta": {"a": {"url": "m.q.qq.com/a/s/1", "title": "小程序"}}}'), []),
        (card("json", data='{"a": ' * 3000 + "1"), []),
        (card("json", data="[" * 60_000), []),
        (card("json", data='{"url": "https://[::1"}'), []),
        (card("image", file="代充.jpg", url="https://evil.top/a"), []),
        (card("forward", id="代充"), []),
    ],
)
def test_what_is_read_of_a_card_is_held_against_the_rules(
    segment: MessageSegment, numbers: list[int]
) -> None:
    assert RULES.all_broken(words_in([segment])) == numbers


def test_words_around_a_mention_are_one_text() -> None:
    said = [MessageSegment.text("代"), MessageSegment.at(1), MessageSegment.text("充")]
    assert words_in(said) == "代充"


@needs_ladder
async def test_a_shared_page_is_a_link(stage: HostStage) -> None:
    player = await stage.play("""
开：违规规则、违规处理
管理员：/违规规则 添加 链接 除 qq.com → 警告
里正：…
小王：在
""")
    segment = {"type": "json", "data": {"data": json.dumps(CARD)}}
    stage.world.say(player.group.group_id, player.person("小王"), [segment])
    await stage.settle()
    assert await Record.filter(kind="case").values_list("reason", flat=True) == ["触发规则 1（链接）"]


async def test_a_rule_is_taken_back_by_its_record(stage: HostStage) -> None:
    await stage.play("""
开：违规规则
管理员：/违规规则 添加 关键词 加微 警告
里正：…
管理员：/撤销 1
里正：已撤销 #1：添加规则 1。
""")


async def test_there_is_room_for_fifty_rules(stage: HostStage) -> None:
    await stage.play(
        "开：违规规则\n"
        + "".join(f"管理员：/违规规则 添加 关键词 词{n}号 → 撤回\n里正：…\n" for n in range(50))
        + "管理员：/违规规则 添加 关键词 多余 → 撤回\n里正：一个群最多 50 条规则，请先删掉几条。\n"
    )
