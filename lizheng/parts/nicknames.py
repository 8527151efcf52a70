"""How much a nickname looks like a bulk adder's (A 保险-张经理, AAA建材): patterns only, never enough to act on alone."""

from __future__ import annotations

import re
import unicodedata

SUSPICIOUS = 0.6

_LEAD = re.compile(r"^(?:[0-9]?a{1,5}(?![a-z0-9.'])|0+a+|[✅✨🔥⭐🌟💰❤💎🏆🎉👑☎📞📱🈶㊙🆕]\ufe0f?)")
_TRADE = re.compile(
    "保险|建材|装修|装潢|装饰|家装|五金|水电|空调|家电|电器|灯具|灯饰|家具|家居|门窗|地板|瓷砖|"
    "卫浴|厨具|窗帘|沙发|床垫|涂料|油漆|木门|橱柜|防水|"
    "搬家|货运|物流|租车|二手车|汽车|车贷|房贷|贷款|信贷|理财|期货|股票|证券|基金|投资|财富|"
    "金融|银行卡|pos机|二手房|房产|地产|租房|楼盘|中介|"
    "茶叶|白酒|红酒|酒水|烟酒|海鲜|水果|生鲜|特产|粮油|食品|餐饮|火锅|母婴|奶粉|童装|女装|男装|"
    "服装|服饰|鞋业|鞋子|箱包|内衣|珠宝|黄金|翡翠|玉器|"
    "化妆品|护肤|美容|美发|美甲|减肥|瘦身|养生|保健|按摩|足浴|医美|整形|植发|口腔|牙科|月嫂|"
    "家政|保洁|开锁|疏通|维修|回收|二手|电脑|手机|数码|"
    "教育|培训|留学|移民|签证|考研|驾校|旅游|旅行|酒店|机票|婚庆|摄影|广告|印刷|包装|设计|网站|"
    "软件|推广|营销|电商|微商|代购|批发|零售|"
    "会计|代账|注册公司|财税|税务|律师|法律|专利|商标|招聘|劳务|外包|建筑|工程|机械|钢材|化工|"
    "农资|苗木|花卉|宠物|游戏币|点卡|健身|彩票"
)
_TITLE = re.compile(
    r"总经理|经理|总监|顾问|店长|老板|掌柜|总代|ceo|董事长|主任|专员|客服|师傅|老师|总$|哥$|姐$|"
    r"厂长|创始人|合伙人|团队长|教练|律师|站长"
)
_HARD_TITLE = re.compile(r"业务员|业务经理|招商|销售|代理(?!人)|渠道|商务经理|客户经理|总代理|加盟")
_FIRM = re.compile(r"有限公司|集团|公司|旗舰店|专卖|工厂|厂家|商行|商贸|工作室|门店|总店")
_SALES = re.compile(
    r"诚招|招代理|批发|承接|加盟|直销|低价|特价|专业|同号|24h|24小时|接单|供应|定制|出售|专营|"
    r"一手|货源|咨询|上门|\+v|优惠|免费"
)
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|\d{3}-\d{4}-\d{4}")
_BRAND = re.compile(
    r"^[^a-z]?[万宏瑞金永恒鑫盛华泰鼎信达利丰兴隆顺安康通图源诚和嘉富益佳正中天众创联]{2}(?=[^万宏瑞金永恒]|"
    r"$)"
)
_PLAYFUL = re.compile(
    r"别念|我没|の狗|修仙|本群|群主|管理|鸽|腐竹|同学$|妈妈$|爸爸$|家长$|班长|课代表|大号|小号|"
    r"班\b|学委|辅导员"
)
_COMMUNITY = re.compile(
    r"产品经理|项目经理|前端|后端|java|python|测试|运维|算法|嵌入式|硬件|学生|研究生|"
    r"大[一二三四]|[12]\d级|\d年|(?<!\d)(?:1[5-9]|2[0-6])[\u4e00-\u9fff]{2}|\d{4}(?=[|"
    r"\-_—·丨 ]?[\u4e00-\u9fff]{2,3}$)"
)


def nick_suspicion(nick: str) -> tuple[float, list[str]]:
    """Suspicion 0..1 (from `SUSPICIOUS` on worth a look) and why, in Chinese."""
    name = unicodedata.normalize("NFKC", nick).casefold().strip()
    marks: list[tuple[float, str]] = []
    trade, title, hard = _TRADE.search(name), _TITLE.search(name), _HARD_TITLE.search(name)
    sales, firm, phone = _SALES.search(name), _FIRM.search(name), _PHONE.search(name)
    if _LEAD.search(name) and (trade or sales or firm or title or hard):
        marks.append((0.4, "用 A 或符号抢排在前面"))
    if trade:
        marks.append((0.35, "写着行业"))
    if hard:
        marks.append((0.45, "写着招商、业务一类的身份"))
    elif title:
        marks.append((0.3, "写着职务称呼"))
    if sales:
        marks.append((0.35, "写着招揽用语"))
    if firm:
        marks.append((0.35, "写着公司或店铺"))
    if _BRAND.search(name) and (title or hard or firm):
        marks.append((0.3, "像字号"))
    if phone:
        marks.append((0.4, "写着手机号"))
    score = sum(weight for weight, _ in marks)
    if _PLAYFUL.search(name):
        score -= 0.4
    if _COMMUNITY.search(name) and not (sales or phone or firm):
        score -= 0.4
    return max(0.0, min(1.0, score)), [why for _, why in sorted(marks, key=lambda mark: -mark[0])]
