"""What a posting says, how it reads, what is doubtful about it, and which two may suit each other. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lizheng.grammar import Misread
from lizheng.grammar.synonyms import canonical, is_concept, wordings
from lizheng.text import clip, fold, fold_command, is_blank, visible
from plugins.boards import texts

LONGEST, LONGEST_TITLE, LONGEST_KIND = 500, 24, 6
SUITS = 0.5
"""Two postings that share at least this part of the weight of the shorter one's words may suit each other."""
MOST_SUITING = 5
TOO_GOOD = 3
"""A pay above so many times the board's own median is looked at by a person."""

# — kinds ——————————————————————————————————————————————————————————————————————————————————

CITY, PAY, COMPANY, POST, SIDE = "城市", "薪资", "公司", "职位", "方向"
PARTS = (CITY, PAY, COMPANY, POST, SIDE)


@dataclass(frozen=True)
class Kind:
    """One kind of entry; `days` None lives until it is taken away. `done` are outcomes that mean it worked.

    `suits` are the kinds that entries are matched with. `sides` are the two words of which one must be said. An `own`
    kind is reached below `/信息板`. `required` is what must be found in the text.
    """

    name: str
    alias: str = ""
    days: int | None = 30
    required: tuple[str, ...] = ()
    suits: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    done: tuple[str, ...] = ("办成了",)
    on: bool = True
    own: bool = False
    summary: str = ""
    example: str = "周末拼车去苏州，两个位子"

    @property
    def place(self) -> str:
        """How its commands begin."""
        return f"/{texts.BOARD_NAME} {self.name}" if self.own else f"/{self.name}"


JOBS, SEEK, REFER, COOP, RESOURCE, NEED, LIBRARY = "招聘", "求职", "内推", "合作", "资源", "求助", "资料"
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            JOBS, "jobs", 30, (CITY, PAY), (SEEK,), (), ("招到了",),
            summary="招人的和看招聘的", example="青禾科技招 Python 工程师，成都，15k-25k",
        ),
        Kind(
            SEEK, "seek", 30, (), (JOBS, REFER), (), ("找到了",),
            summary="找工作的", example="Python 后端，三年，成都或远程，20k",
        ),
        Kind(
            REFER, "refer", 21, (COMPANY, POST, CITY), (SEEK,), (), ("推成了",), on=False,
            summary="内部推荐", example="青禾科技内推后端，成都，内推码 ABC123",
        ),
        Kind(
            COOP, "coop", 30, (SIDE,), (), ("出", "找"), ("谈成了",),
            summary="找人一起做事", example="找设计一起做小程序，可远程",
        ),
        Kind(
            RESOURCE, "resource", 30, (SIDE,), (RESOURCE,), ("有", "要"), ("谈成了",),
            summary="有什么、要什么", example="有闲置显示器两台，苏州自提",
        ),
        Kind(
            NEED, "need", 3, (), (), (), ("好了",),
            summary="请大家帮个忙", example="谁会修打印机，卡纸了",
        ),
        Kind(
            LIBRARY, "library", None, (), (), (), (), on=False,
            summary="报告、数据、链接", example="2026 年行业报告 https://report.example/2026",
        ),
    )
}  # fmt: skip


_TAKEN = "开|关|添加|删除|期限|必填|免审|查看|看|搜索|信息板|背调"
"""What no own kind may be called, beside the kinds there are."""


def check_kind_name(name: str) -> str:
    """The name of an own kind. Raises `Misread`."""
    name = visible(name)
    if not re.fullmatch(r"[\u4e00-\u9fffA-Za-z]{2,6}", name) or name in KINDS or re.fullmatch(_TAKEN, name):
        raise Misread(texts.BAD_KIND.format(name=clip(name, 12)))
    return name


# — parts ——————————————————————————————————————————————————————————————————————————————————

_CITIES = (
    "北京|上海|广州|深圳|成都|杭州|武汉|西安|南京|苏州|天津|重庆|长沙|郑州|"
    "青岛|宁波|合肥|福州|厦门|济南|大连|沈阳|哈尔滨|长春|昆明|贵阳|南宁|"
    "海口|石家庄|太原|南昌|无锡|常州|佛山|东莞|珠海|中山|惠州|温州|嘉兴|"
    "绍兴|金华|台州|徐州|南通|扬州|烟台|潍坊|洛阳|兰州|银川|西宁|乌鲁木齐|"
    "呼和浩特|拉萨|三亚|泉州|漳州|汕头|湖州|镇江|泰州|盐城|香港|澳门|台北|"
    "新加坡"
)
REMOTE = "远程"
_CITY = re.compile(f"{_CITIES}|{REMOTE}|在家办公|居家")
_FREE_CITY = re.compile(r"(?:坐标|地点|城市|base)\s*[:：]?\s*([\u4e00-\u9fff]{2,4})", re.I)
_AMOUNT = r"\d{1,6}(?:\.\d{1,2})?"
_UNIT = r"[kK千万wW]"
_PAY = re.compile(
    rf"(?<![\dA-Za-z.])({_AMOUNT})\s*({_UNIT}?)\s*(?:[-~—–至到]\s*({_AMOUNT})\s*({_UNIT}?))?\s*(?:元|块)?"
    r"(?:\s*/\s*(月|天|日|年|小时|时))?(?:\s*[·・*xX×]?\s*(\d{2})\s*薪)?(?![\dA-Za-z年岁天号台人])"
)
_TO_SCALE = {"k": 1000, "千": 1000, "w": 10000, "万": 10000}
_OPEN_PAY = re.compile("面议|面谈")
_MONTHS = {"年": 1 / 12, "天": 22, "日": 22, "小时": 176, "时": 176}
_NUMERALS = {sign: number for number, sign in enumerate("零一二三四五六七八九十")} | {"两": 2}
_YEARS = re.compile(
    r"(?<!\d)(\d{1,2}|[一二两三四五六七八九十])\s*(?:[-~至到]\s*(?:\d{1,2}|[一二两三四五六七八九十])\s*)?年(?!\d|薪|月|度|级|终|报|的?(?:报告|数据))"
)
_FRESH = re.compile("应届|经验不限|无经验|不限经验")
_TIME = re.compile("全职|兼职|实习")
_COMPANY = re.compile(
    r"(?:公司|企业)\s*[:：]\s*([^\s，,。；;]{2,16})"
    r"|([\u4e00-\u9fffA-Za-z0-9]{2,12}?(?:公司|科技|集团|网络|信息|银行|医院|学校|工作室|事务所|传媒|教育|智能|软件|动力))"
    r"|^([\u4e00-\u9fffA-Za-z0-9]{2,10}?)\s*(?:招聘|诚招|急招|直招|内推|招)"
)
_HIRING = re.compile(r"^.{0,16}?(?:招聘|诚招|急招|直招|招募|内推|招)\s*[:：]?\s*")
_CODE = re.compile(r"(内推码\s*[:：]?\s*)[A-Za-z0-9]{3,16}")
_CONTACT = re.compile(
    r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|[\w.+-]{1,40}@[\w-]{1,40}(?:\.[\w-]{2,20}){1,3}"
    r"|(?:微信|vx|wx|薇信|weixin|v信)号?\s*[:：]?\s*[A-Za-z0-9_-]{5,20}|(?:QQ|扣扣|q号)\s*[:：]?\s*\d{5,11}"
    r"|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|(?:电话|联系|手机)\s*[:：]?\s*[+\d][\d -]{5,16}",
    re.I,
)
_POSTS = (
    "后端 后台 服务端", "前端 web前端", "算法 机器学习 大模型", "测试 qa", "运维 sre devops", "产品 产品经理 pm",
    "设计 ui 设计师 美工", "运营 新媒体", "数据 数据分析 bi", "销售 商务 bd", "客服 售后", "会计 财务 出纳",
    "行政 前台 文员", "人事 hr 招聘专员", "剪辑 视频 后期", "文案 编辑 撰稿", "翻译 口译", "老师 教师 讲师 助教",
    "司机 驾驶", "厨师 后厨", "店员 导购 收银", "安卓 android", "ios 苹果开发", "嵌入式 单片机 硬件", "项目经理 pmo",
    "java", "python", "go golang", "c++ cpp", "php", "javascript js typescript ts 前端开发", "法务 律师", "护士 护理",
    "医生 医师", "摄影 摄影师", "主播 直播", "采购 供应链", "物流 仓管 仓库", "电工 维修", "游戏 unity",
    "区块链 web3",
)  # fmt: skip
_POST_WORDS = {fold(word): line.split()[0] for line in _POSTS for word in line.split()}
_POST = re.compile(
    "|".join(
        rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)
        for word in sorted(_POST_WORDS, key=len, reverse=True)
    )
)
_LINK = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]{1,20}://|(?:javascript|vbscript|data|blob|about|file|mailto):|www\.)[^\s，。]+",
    re.I,
)
_TRACKING = re.compile(
    r"^(?:utm_.*|spm|from|share.*|fbclid|gclid|vd_source|scm|is_from_.*|timestamp|isappinstalled|nsukey)$"
)


@dataclass(frozen=True)
class Parts:
    """What was recognised. `pay` is the range in yuan a month; `alone` asks not to be matched."""

    title: str = ""
    cities: tuple[str, ...] = ()
    pay_text: str = ""
    pay: tuple[int, int] | None = None
    years: int | None = None
    time: str = ""
    company: str = ""
    posts: tuple[str, ...] = ()
    side: str = ""
    code: bool = False
    alone: bool = False
    link: str = ""
    file: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), "file": dict(self.file)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Parts:
        """From JSON."""
        lists = {name: tuple(stored.get(name) or ()) for name in ("cities", "posts")}
        pay = stored.get("pay")
        return cls(**{**stored, **lists, "pay": tuple(pay) if pay else None})

    @property
    def line(self) -> str:
        """The whole on one line, without any contact."""
        years = texts.YEARS.format(years=self.years) if self.years else ""
        more = (self.time, years, "/".join(self.cities), self.pay_text, texts.HAS_CODE if self.code else "")
        return "·".join(part for part in (self.title, *more) if part)

    def missing(self, required: Iterable[str]) -> list[str]:
        """What of the required parts is not there."""
        there = {CITY: self.cities, PAY: self.pay, COMPANY: self.company, POST: self.posts, SIDE: self.side}
        return [part for part in required if not there.get(part)]


_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}


def check_text(text: str) -> str:
    """A text as it is stored: one visible line, digits in ASCII, links that follow nobody. Raises `Misread`."""
    text = visible(fold_command(text).translate(_NARROW))
    if is_blank(text):
        raise Misread(texts.NO_CONTENT)
    if len(text) > LONGEST:
        raise Misread(texts.TOO_LONG.format(most=LONGEST, length=len(text)))
    return clean_links(text)[0]


def read_parts(text: str, kind: Kind) -> Parts:
    """Recognise what a posting says of itself. Raises `Misread` for a link that is none."""
    cleaned, link = clean_links(text)
    bare = _LINK.sub(" ", _CODE.sub(" ", _CONTACT.sub(" ", cleaned)))
    cities = tuple(dict.fromkeys(_city(found[0]) for found in _CITY.finditer(bare)))
    cities = cities or tuple(found[1] for found in [_FREE_CITY.search(bare)] if found)
    pay_text, pay = _pay(bare)
    company = _COMPANY.search(bare)
    time = _TIME.search(bare)
    return Parts(
        title=_title(bare, kind),
        cities=cities,
        pay_text=pay_text,
        pay=pay,
        years=_years(bare),
        time=time[0] if time else "",
        company=next((group for group in company.groups() if group), "") if company else "",
        posts=posts_of(bare),
        side=_side(bare, kind.sides),
        code=_CODE.search(text) is not None,
        alone="别配对" in text or "不配对" in text,
        link=link,
    )


def posts_of(text: str) -> tuple[str, ...]:
    """The post words of a text, each as the first of its line."""
    folded = " ".join(fold(word) for word in re.split(r"[\s，,。；;、/·]+", text))
    return tuple(dict.fromkeys(_POST_WORDS[found[0]] for found in _POST.finditer(folded)))


def _city(written: str) -> str:
    return written if re.fullmatch(_CITIES, written) else REMOTE


def _side(text: str, sides: Sequence[str]) -> str:
    """Which of the two words a text says first; other words count for them."""
    if not sides:
        return ""
    giving, taking = (
        re.search(words, text)
        for words in ("有(?!没有|人|谁)|出(?!差)|转让|提供|赠|送", "要(?!求)|求|找|需要|收(?!入)|缺")
    )
    found = sorted((one.start(), side) for one, side in ((giving, sides[0]), (taking, sides[1])) if one)
    return found[0][1] if found else ""


def _years(text: str) -> int | None:
    if _FRESH.search(text):
        return 0
    found = _YEARS.search(text)
    if found is None:
        return None
    return _NUMERALS[found[1]] if found[1] in _NUMERALS else int(found[1])


def _pay(text: str) -> tuple[str, tuple[int, int] | None]:
    """The pay as written and in yuan a month; a bare number without a unit is none unless it looks like one."""
    for found in _PAY.finditer(text):
        low, low_unit, high, high_unit, per = found.groups()[:5]
        if not (low_unit or high_unit or per) and not (float(low) >= 1000 and (high or "元" in found[0])):
            continue
        unit = low_unit or high_unit or ""
        least = float(low) * _TO_SCALE.get(unit.lower(), 1)
        most = float(high) * _TO_SCALE.get((high_unit or unit).lower(), 1) if high else least
        yearly = "年薪" in text[max(0, found.start() - 3) : found.start()]
        scale = 1 / 12 if yearly else _MONTHS.get(per or "", 1)
        return found[0].strip(), (round(least * scale), round(most * scale))
    open_pay = _OPEN_PAY.search(text)
    return (open_pay[0] if open_pay else ""), None


def _title(text: str, kind: Kind) -> str:
    """What is offered or sought, in few words: the first clause without what the line tells anyway."""
    clauses = [clause.strip(" ：:·-—") for clause in re.split(r"[，,。；;！!\n|]", text)]
    clauses = [clause for clause in clauses if clause]
    if kind.name in (JOBS, SEEK, REFER):
        without = [" ".join(_CITY.sub("", _PAY.sub("", _HIRING.sub("", one))).split()) for one in clauses]
        clauses = [one for one in without if len(one) > 1] or clauses
    return clip(clauses[0] if clauses else kind.name, LONGEST_TITLE)


# — contacts, links, doubts ————————————————————————————————————————————————————————————————


def masked(text: str) -> str:
    """A text without anything by which somebody could be reached, codes included."""
    return _CODE.sub(r"\1＊", _CONTACT.sub("＊", text))


def clean_links(text: str) -> tuple[str, str]:
    """The text with links that follow nobody, and the first of them. Raises `Misread` for any that is no web page."""
    first = ""
    for found in _LINK.finditer(text):
        written = found[0]
        address = clean_link(written)
        text = text.replace(written, address)
        first = first or address
    return text, first


def clean_link(written: str) -> str:
    """A web address without tracking. Raises `Misread`."""
    address = f"https://{written}" if written.lower().startswith("www.") else written
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host or parts.username:
        raise Misread(texts.BAD_LINK)
    kept = [
        (k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k.lower())
    ]
    query = (
        parts.query if len(kept) == len(parse_qsl(parts.query, keep_blank_values=True)) else urlencode(kept)
    )
    return urlunsplit((parts.scheme.lower(), parts.netloc, parts.path, query, ""))


_RISKS = re.compile(
    "押金|培训贷|刷单|日结|打字员|包过|先交|交费上岗|保证金|零投入|躺赚|轻松月入|加盟费|代考|垫付"
)


def doubts(text: str, kind: Kind, parts: Parts, pays: Sequence[int]) -> list[str]:
    """Why a person should look at it first, in Chinese; `pays` are the monthly ones on the board."""
    said = [texts.RISK.format(word=word) for word in dict.fromkeys(_RISKS.findall(fold(text)))]
    if kind.name == JOBS:
        if not parts.company:
            said.append(texts.NO_COMPANY)
        if parts.pay and len(pays) >= 3 and parts.pay[1] > TOO_GOOD * median(pays):
            said.append(texts.TOO_GOOD)
    return said


_LOOKS_HIRING = re.compile("招聘|诚招|急招|直招|招人|招募|内推|求职|找工作|求一份|岗位")
_HIRES = re.compile("招(?![呼手待牌商式生])")
_LOOKS_COOP = re.compile("合作|合伙|外包|接单|出资源|找资源")


def looks_like(text: str) -> str:
    """The kind a message in the chat looks like a posting of, "" for none: it has to be more than a remark."""
    text = visible(text)
    if len(text) < 12 or text.endswith(("?", "？", "吗", "么")):
        return ""
    told = bool(_CONTACT.search(text)) + bool(_pay(text)[1]) + bool(_CITY.search(text)) + bool(posts_of(text))
    if (_LOOKS_HIRING.search(text) and told >= 2) or (_HIRES.search(text) and told >= 3):
        return SEEK if re.search("求职|找工作|求一份", text) else JOBS
    return COOP if _LOOKS_COOP.search(text) and _CONTACT.search(text) else ""


def posts(text: str, names: str) -> bool:
    """Tell whether a message is a command that puts something on the board; `names` are its commands, joined by |."""
    called = rf"\s*/\s*(?:{names})(?:\s+\S+)?\s*(?:发布|改|添加)(?:\s|$)"
    return re.match(called, fold_command(text), re.I) is not None


# — matching and search ————————————————————————————————————————————————————————————————————

_GENERIC = re.compile(
    "工程师|开发|经理|专员|高级|资深|初级|岗位|招聘|求职|远程|别配对|不配对|闲置|二手|全新|[一二两三四五六七八九十0-9]+[台张个把部件套本]|有|要|求|出|找|收|需要|提供|转让"
)


@lru_cache(maxsize=4096)
def words_of(title: str, posts: tuple[str, ...]) -> frozenset[str]:
    """What a posting is about: its post words, other Latin words, and pairs of characters where there are neither."""
    latin = set(re.findall(r"[a-z][a-z0-9+#]{1,}", title.casefold())) - _POST_WORDS.keys()
    if posts or latin:
        return frozenset(latin) | frozenset(posts)
    runs = re.split(r"[^\u4e00-\u9fff]+", _GENERIC.sub(" ", title))
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))


@dataclass(frozen=True)
class Candidate:
    """A live entry as matching sees it."""

    number: int
    author: int
    kind: str
    parts: Parts

    @property
    def words(self) -> frozenset[str]:
        """What it is about."""
        return words_of(self.parts.title, self.parts.posts)


def suits(one: Candidate, others: Collection[Candidate]) -> list[Candidate]:
    """Those that may suit an entry, the best first; words that few postings have count for more."""
    kind = KINDS.get(one.kind)
    if kind is None or not kind.suits or one.parts.alone:
        return []
    everywhere = Counter(word for each in [one, *others] for word in each.words)
    count = len(others) + 1

    weights = {word: 1 + math.log((count + 1) / (often + 0.5)) for word, often in everywhere.items()}

    def weight(words: Iterable[str]) -> float:
        return sum(map(weights.__getitem__, words))

    def score(other: Candidate) -> float:
        if other.kind not in kind.suits or other.author == one.author or other.parts.alone:
            return 0.0
        if kind.sides and other.parts.side == one.parts.side:
            return 0.0
        if not _cities_meet(one.parts, other.parts) or not _years_meet(one, other):
            return 0.0
        shared = one.words & other.words
        return weight(shared) / min(weight(one.words), weight(other.words)) if shared else 0.0

    found = [(value, other) for other in others if (value := score(other)) >= SUITS]
    return [other for _, other in sorted(found, key=lambda f: (-f[0], -f[1].number))[:MOST_SUITING]]


def _cities_meet(one: Parts, other: Parts) -> bool:
    mine, theirs = set(one.cities), set(other.cities)
    return not mine or not theirs or bool(mine & theirs) or REMOTE in mine | theirs


def _years_meet(one: Candidate, other: Candidate) -> bool:
    """Whether who seeks has the years that are asked for, where both say."""
    seeker, job = (one, other) if one.kind == SEEK else (other, one)
    return seeker.parts.years is None or job.parts.years is None or seeker.parts.years >= job.parts.years


def searchable(text: str) -> str:
    """A text as it is compared: folded, and nothing in it by which somebody could be reached."""
    return fold(masked(text))


def sought(query: str) -> set[tuple[str, ...]]:
    """What a query wants found, each as the wordings of which one is enough: words, pairs of characters, synonyms."""
    wanted: set[tuple[str, ...]] = set()
    for word in query.split():
        for run in re.split("([\ue000-\uf8ff])", canonical(searchable(word))):
            if is_concept(run[:1]):
                wanted.add(wordings(run))
            elif len(run) < 3 or run.isascii():
                wanted.add((run,))
            else:
                wanted |= {(run[at : at + 2],) for at in range(len(run) - 1)}
    return wanted - {("",)}


def rank(query: str, rows: Sequence[tuple[int, str]]) -> list[int]:
    """Keys of the rows, of `searchable` texts, that have what is asked for, the best first, of equals in their order.

    What counts are words and pairs of characters, the rarer the more; half of the weight must be there.
    """
    there = {one: [any(word in text for word in one) for _, text in rows] for one in sought(query)}
    weights = {one: math.log((len(rows) + 1) / (sum(found) + 0.5)) + 0.1 for one, found in there.items()}
    total = sum(weights.values())
    scored = [
        (sum(weight for one, weight in weights.items() if there[one][place]), key)
        for place, (key, _) in enumerate(rows)
    ]
    good = [(score, place, key) for place, (score, key) in enumerate(scored) if total and score >= total / 2]
    return [key for _, _, key in sorted(good, key=lambda found: (-found[0], found[1]))]


def days_of(kind: Kind) -> str:
    """For how long, "" for ever."""
    return texts.FOR_DAYS.format(days=kind.days) if kind.days else ""


def say_suiting(found: list[Candidate]) -> str:
    """Up to three that may suit."""
    if not found:
        return ""
    told = (texts.SUITING_ONE.format(number=one.number, kind=one.kind) for one in found[:3])
    return texts.SUITING.format(numbers="、".join(told))


def say_age(seconds: float) -> str:
    """Roughly how long ago."""
    minutes = int(seconds // 60)
    for size, unit in ((1440, "天"), (60, "小时"), (1, "分钟")):
        if minutes >= size:
            return f"{minutes // size} {unit}前"
    return "刚刚"
