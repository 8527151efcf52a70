"""Recognition as pure code: what is caught, what is left alone, what a group can teach, and what may never happen."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from time import perf_counter_ns

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.ad_package import WEIGHTS, recognise
from lizheng.parts.nicknames import nick_suspicion

package = recognise()
Evidence, GroupModel = package.Evidence, package.GroupModel
recogniser = package.Recogniser.load(WEIGHTS)

ADS = [
    "办理各类信用卡代还，额度高放款快，需要的加微信 kefu88213",
    "招网店兼职打字员，一单十元起，日结，加QQ 2847561930",
    "低价出售各类游戏账号外挂辅助，自动发货，群号 738291056",
    "百家乐真人荷官，首充一百送一百，注册 https://kz.bet918.vip",
    "代写毕业论文，查重包过，不满意退款，联系学姐微信 lunwen2020",
]
HARMLESS = [
    "今天食堂的红烧肉不错",
    "我手机号换了，班长改一下通讯录",
    "作业发到 zhang@163.com，截止周五",
    "群里那个加微信刷单的是骗子，大家别信",
    "有人一起打球吗，我在操场",
    "https://github.com/python/cpython/issues/1",
    "哈哈哈哈哈",
    "明天几点开会",
    "出一台显示器，三百，宿舍楼下自提",
]


@pytest.mark.parametrize("text", ADS)
def test_plain_advertisements_are_caught_with_a_reason(text: str) -> None:
    found = recogniser.judge(text)
    assert found.ad, found
    assert found.why
    assert not any(word in why for why in found.why for word in ("kefu88213", "2847561930", "738291056"))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_members_write_is_left_alone(text: str) -> None:
    found = recogniser.judge(text)
    assert not found.ad, found


@pytest.mark.parametrize(
    "text",
    [
        "办\u200b理各\u200b类信\u200b用卡代\u200b还，额度高放款快，需要的加微信 kefu88213",
        "招 网 店 兼 职 刷 单 员 ， 一 单 十 元 起 ， 日 结 ， 加 Q Q ２８４７５６１９３０",
        "低價出售各類遊戲賬號外掛輔助，自動發貨，羣號 ⑦③⑧②⑨①⓪⑤⑥",
        "代鞋毕业论纹，茶重包过，不满意推款，联系学姐薇信 lunwen2020",
    ],
)
def test_disguise_does_not_help(text: str) -> None:
    assert recogniser.judge(text).ad


@pytest.mark.parametrize(
    "text", ["", " \n", "\u3164", "\x00", "😂", "\ud800", "的", "a" * 50_000, "加" * 50_000, "\u0301" * 999]
)
def test_odd_input_is_judged_without_error(text: str) -> None:
    found = recogniser.judge(text)
    assert 0.0 <= found.score <= 1.0


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_tiers_are_nested_whatever_is_written(text: str) -> None:
    found = recogniser.judge(text, newcomer=True, nick_suspicion=1.0)
    assert found.certain <= found.ad <= found.suspect
    assert bool(found.why) == found.suspect


def test_the_score_line_is_one_half() -> None:
    for text in ADS + HARMLESS:
        found = recogniser.judge(text)
        assert found.ad == (found.score >= 0.5)


def test_priors_weigh_but_never_make_certain() -> None:
    for text in ADS + HARMLESS:
        alone, newcomer = recogniser.judge(text), recogniser.judge(text, newcomer=True, nick_suspicion=1.0)
        assert newcomer.score >= alone.score
        assert newcomer.certain == alone.certain
    assert not any(recogniser.judge(text, newcomer=True, nick_suspicion=1.0).ad for text in HARMLESS)


def test_evidence_from_outside_counts_and_is_named() -> None:
    found = recogniser.judge("看图", evidence=[Evidence("qr", "图里有二维码，指向加群链接", 3.0)])
    assert found.ad
    assert found.why[0] == "图里有二维码，指向加群链接"
    assert not recogniser.judge("", evidence=()).ad


def test_a_group_teaches_and_takes_back() -> None:
    group = GroupModel()
    text = "小区团长开团了，今晚有车的直接接龙"
    before = recogniser.judge(text, learned=group)
    assert not before.ad
    recogniser.teach(group, text, is_ad=True)
    assert recogniser.judge(text, learned=group).ad
    assert recogniser.judge(text + "！！", learned=group).ad
    assert "教过" in "".join(recogniser.judge(text, learned=group).why)
    assert recogniser.forget(group, text)
    assert not recogniser.forget(group, text)
    assert recogniser.judge(text, learned=group) == before


def test_a_wrong_judgement_can_be_corrected() -> None:
    group = GroupModel()
    recogniser.teach(group, ADS[0], is_ad=False)
    found = recogniser.judge(ADS[0], learned=group)
    assert not found.ad
    assert not found.certain
    assert recogniser.judge(ADS[3], learned=group).ad
    recogniser.teach(group, ADS[0], is_ad=True)
    assert recogniser.judge(ADS[0], learned=group).ad
    assert len(group.lessons) == 1


def test_lessons_survive_being_stored() -> None:
    group = GroupModel()
    for text in ADS:
        recogniser.teach(group, text, is_ad=True)
    again = GroupModel.from_json(group.to_json())
    for text in ADS + HARMLESS:
        one, two = recogniser.judge(text, learned=group), recogniser.judge(text, learned=again)
        assert one.ad == two.ad
        assert one.score == pytest.approx(two.score, abs=1e-3)
    for broken in ("{}[", "[1]", "null", '[{"d":"x"}]'):
        with pytest.raises(ValueError, match=r".+"):
            GroupModel.from_json(broken)


def test_lessons_of_one_group_leave_ordinary_talk_alone() -> None:
    group = GroupModel()
    for text in ADS:
        recogniser.teach(group, text, is_ad=True)
    assert not any(recogniser.judge(text, learned=group).ad for text in HARMLESS)


@pytest.mark.parametrize(
    "nick",
    [
        "A 保险-张经理",
        "AAA建材",
        "✅装修王师傅13812345678",
        "鑫源建材有限公司",
        "A0贷款-李总监",
        "诚招代理-面膜批发",
    ],
)
def test_bulk_adder_nicknames(nick: str) -> None:
    score, why = nick_suspicion(nick)
    assert score >= 0.6
    assert why


@pytest.mark.parametrize(
    "nick",
    [
        "小王",
        "Alice",
        "AE86",
        "aaaaa",
        "上海-产品经理-阿水",
        "计科2101-李雷",
        "张三妈妈",
        "摸鱼大师",
        "【群主】豆豆",
        "",
        "老师好",
    ],
)
def test_ordinary_nicknames(nick: str) -> None:
    assert nick_suspicion(nick)[0] < 0.6


def test_a_file_that_is_no_weight_table_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "weights.bin"
    wrong.write_bytes(b"not a table")
    with pytest.raises(package.ModelError):
        package.Recogniser.load(wrong)
    wrong.write_bytes(WEIGHTS.read_bytes()[:5000])
    with pytest.raises(package.ModelError):
        package.Recogniser.load(wrong)


def test_the_table_is_small_and_says_where_it_comes_from() -> None:
    assert WEIGHTS.stat().st_size <= 5_000_000
    card = WEIGHTS.with_name("MODEL_CARD.md").read_text(encoding="utf-8")
    for name in (
        "ADDetector4J",
        "ComplexBot",
        "tg-spam",
        "FBS_SMS_Dataset",
        "COLDataset",
        "ToxiCN",
        "BUSTM",
        "StoneSkipping",
    ):
        assert name in card


def test_chatter_is_judged_quickly() -> None:
    took = []
    for text in HARMLESS * 20:
        start = perf_counter_ns()
        recogniser.judge(text)
        took.append((perf_counter_ns() - start) / 1000)
    # the figure itself is measured in bench; this only catches an order of magnitude
    assert statistics.median(took) < 1500


def test_the_bench_writes_one_line_per_row_and_never_needs_the_label(tmp_path: Path) -> None:
    quality = __import__("bench.quality_ads", fromlist=["judge_file"])
    lines = {}
    for label in "01":
        source, target = tmp_path / f"{label}.tsv", tmp_path / f"{label}.jsonl"
        source.write_text(
            "label\ttext\n" + "".join(f"{label}\t{text}\n" for text in ["a\\nb", *ADS, *HARMLESS]),
            encoding="utf-8",
        )
        assert quality.judge_file(recogniser, source, target) == 1 + len(ADS) + len(HARMLESS)
        lines[label] = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert lines["0"] == lines["1"]
    assert set(lines["0"][0]) == {"score", "ad", "certain", "why"}


@pytest.mark.parametrize(
    "text",
    ["JavaScript 教程", "departments", "investment 计划", "developers 大会", "FAQ 12345", "seq1234567"],
)
def test_a_way_to_reach_somebody_is_not_found_inside_a_word(text: str) -> None:
    found = package.evidence.find(recogniser.model.tables.fold(text).flat)
    assert not found.contacts & {"wechat", "telegram", "qq"}


@pytest.mark.parametrize(
    ("text", "contact"),
    [("加v abcdef1", "wechat"), ("vx：abcdef12", "wechat"), ("t.me/abc", "telegram"), ("QQ 12345678", "qq")],
)
def test_it_is_found_as_a_word(text: str, contact: str) -> None:
    assert contact in package.evidence.find(recogniser.model.tables.fold(text).flat).contacts


TALK = (
    "今天的会开得挺顺的，大家把上个月的进度都过了一遍，我这边的服务器还要再等两天才能装好，"
    "晚上如果有人一起吃饭的话就在群里说一声，地方还是老地方，路上有点堵早点出门。"
) * 60


@pytest.mark.parametrize("text", [ADS[1], "全网最低价代充会员，加微信 vx88888 领优惠，名额有限"])
@pytest.mark.parametrize(("before", "after"), [(60, 60), (400, 200), (1000, 1000), (300, 4000), (4000, 0)])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_talk_all_around_hides_nothing(text: str, before: int, after: int, gap: str) -> None:
    found = recogniser.judge(f"{TALK[:before]}{gap}{text}{gap}{TALK[:after]}")
    assert found.ad, found
    assert found.why
    assert not recogniser.judge(TALK[: before + after]).suspect


def test_long_talk_that_only_sounds_like_one_is_left_alone() -> None:
    assert not any(recogniser.judge("，".join(HARMLESS * n)).ad for n in (2, 5, 20))


def test_what_was_taught_about_a_long_message_holds() -> None:
    group, text = GroupModel(), f"{TALK[:300]}{ADS[1]}{TALK[:300]}"
    recogniser.teach(group, text, is_ad=False)
    assert not recogniser.judge(text, learned=group).ad
