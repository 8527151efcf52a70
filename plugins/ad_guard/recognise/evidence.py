"""What can be pointed at in a message: ways to reach someone, and the trade it talks about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

KNOWN_LINK = "\ue8f8"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for an advertisement; `weight` is added to the margin (1.0 alone never decides)."""

    kind: str
    why: str
    weight: float = 0.0


# read on the flat letters: no spaces, no punctuation, lower case; Latin ways begin no later than their word, or
# JavaScript and departments would be some
_CONTACT = re.compile(
    r"(?P<qq>(?:(?<![a-z])q+|扣+|抠抠?|球球|企鹅?|口口|敲敲|叩叩?)[^\d]{0,3}\d{5,11})"
    r"|(?P<wechat>(?:微信?|薇信?|威信|维信|卫星|喂心|(?<![a-z])(?:v信?|vx|wx|wechat))号?(?:同号)?"
    r"[a-z][a-z0-9]{5,}|(?:加|加我|\+)(?:微|薇|威|v|vx|wx|卫星))"
    r"|(?P<group>(?:群|裙|峮)(?:号|聊|号码)?[^\d]{0,4}\d{6,10})"
    r"|(?P<phone>(?<!\d)1[3-9]\d{9}(?!\d))"
    r"|(?P<telegram>(?<![a-z])tme[a-z]|飞机群|纸飞机|telegram|whatsapp|电报)"
    r"|(?P<private>私聊|私信|私我|私窗|加我|加俺|联系我|滴滴我|滴我|戳我|找我|加好友|扫码|有意[者向]|咨询|"
    r"详询|欢迎[^\d]{0,2}[来联])"
    r"|(?P<link>https?[a-z0-9]|www[a-z0-9])"
    r"|(?P<number>(?<!\d)\d{5,12}(?!\d))"
)
# every way to reach someone starts with one of these: most chatter holds none and is done
_CONTACT_START = re.compile(r"[0-9qvwhtw扣抠球企口敲叩微薇威维卫喂加+群裙峮飞纸电私联滴戳找扫有咨详欢]")
CONTACTS = {
    "qq": "留了 QQ 号",
    "wechat": "留了微信",
    "group": "留了群号",
    "phone": "留了手机号",
    "telegram": "引到站外聊天软件",
    "private": "叫人私下联系",
    "link": "带链接",
    "number": "带一串号码",
}
_WORDS = {
    "sale": (
        "低价出 低价 批发 代理 优惠 折扣 包邮 促销 特价 秒杀 免费领 现货 货源 卡网 出售 代充 代购 "
        "正品 一手 厂家 直销 清仓 下单 抢购 满减 立减 套餐 收购 回收 高价收 价格 便宜出 满送 店铺 "
        "旗舰店 退订"
    ),
    "work": (
        "兼职 日结 日赚 月入 佣金 返利 返现 刷单 提成 赚钱 躺赚 招聘 招人 招收 招代理 做单 接单 副业 "
        "在家做 工资 薪资 直招"
    ),
    "loan": "贷款 放款 征信 下款 额度 网贷 套现 花呗 借呗 无抵押 低息 垫还 秒批 借钱",
    "gambling": (
        "彩票 百家乐 娱乐城 棋牌 下注 返水 投注 上分 开户 充值送 首充 时时彩 赌场 捕鱼 电竞投 稳赚 盘口 红单"
    ),
    "adult": (
        "约炮 看片 外围 裸聊 上门服务 全套 学生妹 成人 福利视频 黄片 小视频 卖片 资源群 约妹 按摩 "
        "同城约 看我名字 看名字"
    ),
    "shady": (
        "跑分 车队 料主 承接 接码 盗号 开票 发票 办证 刻章 实名 洗米 担保 点位 卡接回 引流 上粉 涨粉 "
        "群发 代发 超级签 外挂 科技"
    ),
    "promo": (
        "关注公众号 公众号 互粉 互赞 助力 砍一刀 邀请码 下载 注册 领取 红包 福利 名额有限 限时 点击 "
        "报名 进群 入群 扫一扫 领券 优惠券"
    ),
    "study": "考证 代写 代考 代课 论文 期刊 挂名 培训班 特训 保过 网课 刷课 挂科 学历",
}
TRADES = {
    "sale": "有买卖用语",
    "work": "有招工、兼职或返佣用语",
    "loan": "有借贷用语",
    "gambling": "有博彩用语",
    "adult": "有色情招揽用语",
    "shady": "有黑灰产用语",
    "promo": "有推广拉人用语",
    "study": "有代写、培训推销用语",
}
_TRADE_OF = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_TRADE = re.compile("|".join(sorted(map(re.escape, _TRADE_OF), key=len, reverse=True)))
_WARNING = re.compile(r"骗|谨防|警方|警惕|小心|别信|不要信|别点|举报|提醒大家|防诈|反诈|请勿|切勿")

_URL = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,10}(?:[/?#:][!-~]*)?", re.IGNORECASE)
_KNOWN = re.compile(
    r"(?:https?://)?(?:(?:qq|163|126|gmail|outlook|foxmail)\.com|"
    r"(?:[a-z0-9-]+\.)*(?:github\.com|gitee\.com|gitlab\.com|githubusercontent\.com|"
    r"bilibili\.com|b23\.tv|zhihu\.com|wikipedia\.org|"
    r"baike\.baidu\.com|docs\.qq\.com|wjx\.cn|wjx\.top|weibo\.com|weibo\.cn|youtube\.com|"
    r"youtu\.be|douban\.com|csdn\.net|"
    r"stackoverflow\.com|microsoft\.com|python\.org|mozilla\.org|nodejs\.org|docker\.com|"
    r"steampowered\.com|minecraft\.net|curseforge\.com|modrinth\.com|"
    r"mcbbs\.net|edu\.cn|gov\.cn|feishu\.cn|kdocs\.cn|music\.163\.com|aliyun\.com))"
    r"(?:[:/?#].*)?",
    re.IGNORECASE,
)


def hide_known_links(text: str) -> str:
    """Replace links to well-known sites (code, video, papers, forms, mail) by one mark: their paths say nothing."""
    return _URL.sub(lambda found: KNOWN_LINK if _KNOWN.fullmatch(found[0]) else found[0], text)


_NOTHING, _NOTHING_WARNED = [0xF020, 0xF040], [0xF020, 0xF041, 0xF050]
_NONE: frozenset[str] = frozenset()


class Findings(NamedTuple):
    contacts: frozenset[str]
    trades: frozenset[str]
    warning: bool

    @property
    def marks(self) -> list[int]:
        """Numbers of the findings and of their pairs, for the model; below 2**16 and never a gram of the shape."""
        if not self.contacts and not self.trades:
            return _NOTHING_WARNED if self.warning else _NOTHING
        contacts = [index for index, kind in enumerate(CONTACTS) if kind in self.contacts]
        trades = [index for index, kind in enumerate(TRADES) if kind in self.trades]
        marks = [0xF000 + c for c in contacts] + [0xF010 + t for t in trades]
        marks += [0xF100 + c * 16 + t for c in contacts for t in trades]
        marks += (0xF020 + min(len(contacts), 3) * 4 + min(len(trades), 3), 0xF040 + self.warning)
        if self.warning:
            marks.append(0xF050 + min(len(contacts), 3) * 4 + min(len(trades), 3))
        return marks

    def reasons(self) -> list[str]:
        named = [why for kind, why in CONTACTS.items() if kind in self.contacts]
        return [why for kind, why in TRADES.items() if kind in self.trades] + named


def find(flat: str) -> Findings:
    """Look through the flat letters (separators and disguise removed, numbers kept)."""
    contacts, at = [], 0
    while start := _CONTACT_START.search(flat, at):
        at = start.end()
        if found := _CONTACT.match(flat, start.start()):
            contacts.append(found.lastgroup or "")
            at = found.end()
    trades = frozenset([_TRADE_OF[word] for word in _TRADE.findall(flat)])
    return Findings(frozenset(contacts) if contacts else _NONE, trades, bool(_WARNING.search(flat)))
