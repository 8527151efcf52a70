"""Trades that are against the law: what offers one is never priced, ordered or published. Pure."""

from __future__ import annotations

import re

from lizheng.text import fold

_KINDS = {
    "虚开发票": r"代开.{0,4}票|虚开.{0,4}票|[发税]票.{0,2}代开|[开发]票.{0,8}税点|税点.{0,8}[开发]票",
    "刷单": r"刷单(?!元|据)|刷信誉|刷好评|刷销量|补单员",
    "诈骗": r"代充诈骗|诈骗(?:话术|教程|项目|团队|源码)|杀猪盘|盗刷",
    "假证假票": r"办假证|假证件|专业办证|办证刻章|刻假章|卖假[币钞]|出售假[币钞]|办假?文凭|买卖文凭",
    "买卖账户": r"(?:收|卖|租|出售|回收|收购|出租)(?:个人)?(?:银行卡|对公账?户|对公账号|电话卡|实名卡)|银行卡.{0,4}四件套",
    "洗钱": r"洗钱|洗米|卡接回|料主|跑分(?:平台|项目|车队|团队|兼职|日结|码商)|[招接做]跑分|usdt搬砖",
    "赌博": r"网赌|百家乐|时时彩|娱乐城|赌场|赌球|真人荷官|棋牌.{0,2}[上下]分",
    "色情": r"约炮|裸聊|援交|外围[女模]|上门全套|黄片|卖片|学生妹|特殊服务",
    "套现": r"(?:花呗|白条|信用卡|公积金|额度).{0,2}套现|套现.{0,2}秒到",
    "盗取信息": r"盗号|接码平台|黑客接单|查开房|社工库|手机定位找人|(?:卖|出售)(?:公民|个人)信息",
    "违禁品": r"迷药|听话水|冰毒|枪支弹药|走私烟|出售假烟|卖假烟",
    "代考": r"代考|替考",
}
_TRADE = re.compile("|".join(f"({pattern})" for pattern in _KINDS.values()))
_NAMES = tuple(_KINDS)
_WARNING = re.compile(
    r"谨防|警惕|当心|小心|警方|反诈|防诈|防骗|举报|切勿|请勿|不要信|别信|别做|远离|抵制|严禁|禁止|被骗|骗局|骗子|"
    r"是诈骗|电信诈骗|都是骗|拒绝"
)


def unlawful(text: str) -> str:
    """The unlawful trade a text offers, in Chinese; "" when there is none, or the text warns of it."""
    flat = fold(text)
    found = _TRADE.search(flat)
    if found is None or _WARNING.search(flat):
        return ""
    return _NAMES[(found.lastindex or 1) - 1]
