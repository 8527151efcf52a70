"""Slips of the finger: which known names somebody may have meant who typed one that there is not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from lizheng.text import edit_distance_one

MOST = 3
"""More names than this are no help."""
CHINESE, LATIN = 3, 4
"""From how many characters on any one slip counts: Latin letters say less each, and `/get` is not our `/set`."""
# The commonest 3755 characters (GB 2312, level one) stand in the order of how they are read; these begin a syllable each.
_SYLLABLES = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗蹿摧村磋"
    "搭呆耽当刀德蹬堤颠碉跌丁丢东兜督端堆墩掇蛾恩而发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖棺光瑰辊锅"
    "哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块宽匡亏坤括"
    "垃莱蓝琅捞勒雷棱厘俩联粮撩列琳玲溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇"
    "拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴女暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇飘撇拼乒坡扑期掐牵枪橇切钦青琼秋趋圈缺裙"
    "然瓤饶惹壬扔日戎揉茹软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松搜苏酸虽孙蓑"
    "塌胎坍汤掏特藤梯天挑贴厅通偷凸湍推吞拖挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋"
    "压焉殃邀椰一茵英哟拥幽迂鸳曰耘匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨"
)
_BEGINNINGS = tuple(char.encode("gb2312") for char in _SYLLABLES)
_AFTER_LAST = b"\xd7\xfa"


def meant(typed: str, known: Iterable[str]) -> list[str]:
    """The names a single slip away from what was typed, at most three; [] when none is, or too many are.

    Names that sound the same go before others: a phonetic keyboard offers them side by side. Of a name of two Chinese
    characters only these count, as any word shares one character with some other; of Latin names those of four letters
    and more.
    """
    typed = typed.casefold()
    near = [name for name in dict.fromkeys(known) if _is_slip(typed, name.casefold())]
    alike = [name for name in near if sounds_like(typed, name.casefold())]
    found = alike or near
    return found if len(found) <= MOST else []


def _is_slip(typed: str, name: str) -> bool:
    if sounds_like(typed, name):
        return True
    least = LATIN if name.isascii() else CHINESE
    return min(len(typed), len(name)) >= least and edit_distance_one(typed, name)


def sounds_like(typed: str, name: str) -> bool:
    """Whether exactly one character was taken for another that is read the same, tone aside."""
    pairs = [(a, b) for a, b in zip(typed, name, strict=False) if a != b]
    if len(typed) != len(name) or len(name) < 2 or len(pairs) != 1:
        return False
    one, other = (syllable(char) for char in pairs[0])
    return one is not None and one == other


def syllable(char: str) -> int | None:
    """Which syllable a character is read as, by a number; None for one that is not among the commonest."""
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return None
    if len(code) != 2 or not _BEGINNINGS[0] <= code < _AFTER_LAST:
        return None
    return bisect_right(_BEGINNINGS, code)
