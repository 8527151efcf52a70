"""The history that a release plays: every feature on in one group and off in another, and everything left open."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta

from tests.upgrade.town import CLUB, FEED_PLACE, GARDEN, MAIN, MARKET, PEOPLE, Town, mentioned

PICTURE = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()
IMAGE = {"type": "image", "data": {"file": f"base64://{PICTURE}"}}
FEED = f"http://{FEED_PLACE}/feed.xml"
BROKEN_FEED = f"http://{FEED_PLACE}/gone.xml"

SETTINGS = """
控制 记录条数 20
广告贴 有效期 3天
广告贴 每人上限 2
广告识别 违规次数 4
广告识别 新人天数 2
广告税 价格 50
广告税 期限 2天
广告时段 每人条数 2
广告时段 停用日期 2026-12-31
广告时段 图片 关
早报 条数 5
早报 附链接 开
早报 图片 关
早报 补发时限 1小时
名片 宽限 2小时
名片 提醒次数 3
名片 间隔 6小时
名片 后果 禁言
名片 禁言时长 2小时
问答 间隔 20分
问答 关键词间隔 30秒
问答 大模型次数 7
违规处理 阶梯 警告×2 → 禁言1小时 → 禁言1天 → 踢
违规处理 衰减 60天
违规处理 送机词 {昵称} 走好（{编号}）。
违规处理 踢时撤回 关
违规处理 图片 关
入群欢迎 私聊群规 开
"""

MAIN_SETTINGS = """
广告识别 动作 只待审
广告识别 力度 宽松
广告识别 直接记违规 开
广告税 价格 8.88
问答 主动答 关
问答 谁能直接教 所有人
早报 日子 工作日
早报 时间 06:45
早报 昨日数字 关
名片 后果 踢
违规处理 踢时拉黑 开
"""

NEWS = "".join(
    f"<item><title>要闻{word}</title><link>https://example.com/{word}</link><guid>{word}</guid></item>"
    for word in "甲乙丙丁"
)
RSS = (
    f'<?xml version="1.0"?><rss version="2.0"><channel><title>里巷新闻</title>{NEWS}</channel></rss>'.encode()
)


async def play(town: Town) -> None:
    """From Wednesday noon to Thursday noon."""
    await set_up(town)
    await first_day(town)
    await second_day(town)
    await leave_open(town)


async def set_up(town: Town) -> None:
    say = town.say
    await say(MARKET, "管理员", "/开启 全部", "（1/")
    for _ in range(8):
        try:
            notice = town.bot_said(MARKET, "先不定就回「跳过」")
            await say(MARKET, "管理员", "跳过", "", quoting=notice)
        except (LookupError, AssertionError):
            break
    await town.wait(timedelta(seconds=5))
    for line in SETTINGS.strip().splitlines():
        await say(MARKET, "管理员", f"/设置 {line}", "改成了")
    await say(MARKET, "管理员", "/代管 添加 @小代", "加进代管")
    await say(MARKET, "管理员", "/白名单 添加 @小白", "加进白名单")
    await say(MARKET, "管理员", "/机器人 添加 @小机", "小机")
    await say(MARKET, "管理员", "/代管 添加 @小吴", "加进代管")
    await say(MARKET, "管理员", "/代管 删除 @小吴", "移出代管")
    await say(MARKET, "管理员", "/群规 一、友善 二、不发广告", "群规改好了")
    words = [{"type": "text", "data": {"text": "/欢迎语 {at} 你是第 {人数} 位，群规：{群规}"}}, IMAGE]
    await say(MARKET, "管理员", words, "欢迎语改好了")
    await say(MARKET, "管理员", "/欢迎语 {at} 你好，你是第 {人数} 位，群规：{群规}", "欢迎语改好了")
    await say(MARKET, "管理员", "/广告时段 每周四 18:00-20:00；周末 9:00-10:00", "广告时段定好了")
    await say(MARKET, "管理员", "/早报 时间 07:30 每天", "07:30")
    await say(MARKET, "管理员", f"/早报 订阅 {FEED}", "里巷新闻")
    await say(MARKET, "管理员", f"/早报 订阅 {BROKEN_FEED}", "")
    await say(MARKET, "管理员", f"/早报 订阅 http://{FEED_PLACE}/other.xml", "")
    await say(MARKET, "管理员", "/早报 退订 3", "退订")
    await say(MARKET, "管理员", "/豁免 @小张", "不再管")
    await say(MARKET, "管理员", "/广告税 免税 @小李", "不用交税")
    # The other groups.
    await say(MAIN, "管理员", "/开启 违规处理", "开启")
    for title in ("广告贴", "广告识别", "名片", "问答", "早报", "隐私"):
        await say(MAIN, "管理员", f"/开启 {title}", "开启")
    for line in MAIN_SETTINGS.strip().splitlines():
        await say(MAIN, "管理员", f"/设置 {line}", "改成了")
    await say(CLUB, "管理员", "/开启 全部", "（1/")
    await say(CLUB, "管理员", "车型-昵称", "", quoting=town.bot_said(CLUB, "（1/"))
    await town.wait(timedelta(seconds=5))
    await say(CLUB, "管理员", "/关闭 违规处理", "关闭")
    await say(CLUB, "管理员", "/设置 名片 后果 踢", "改成了")
    await say(CLUB, "管理员", "/设置 名片 宽限 1小时", "改成了")
    await say(CLUB, "管理员", "/设置 名片 间隔 1小时", "改成了")
    await say(CLUB, "管理员", "/设置 名片 提醒次数 1", "改成了")
    await say(GARDEN, "园丁", "/白名单 添加 @小白", "加进白名单")


async def first_day(town: Town) -> None:
    say, world = town.say, town.world
    for name, user_id in PEOPLE.items():
        if user_id in world.groups[MARKET].members and name not in ("小赵", "群主", "管理员", "小机"):
            world.set_card(MARKET, user_id, f"上海-{name}")
        if user_id in world.groups[CLUB].members and name not in ("小赵", "群主", "管理员", "小机"):
            world.set_card(CLUB, user_id, f"卡车-{name}")
    await say(MARKET, "管理员", "/名片格式 城市{北京,上海,其他}-昵称", "名片格式定好了")
    await say(MARKET, "小王", "/名片 北京-小王", "北京-小王")
    # Questions and answers.
    await say(MARKET, "管理员", "/教 怎么申请白名单|白名单在哪弄 => 在群公告里点链接填表", "问答 1 号")
    await say(MARKET, "管理员", "/教 =群号 => 800001", "问答 2 号")
    await say(
        MARKET, "管理员", [{"type": "text", "data": {"text": "/教 地图长什么样 => 看图"}}, IMAGE], "问答 3 号"
    )
    await say(MARKET, "管理员", "/教 几点开门 => 早上八点", "问答 4 号")
    await say(MARKET, "管理员", "/教 周末停车场收费吗 => 不收费", "问答 5 号")
    await say(MARKET, "管理员", "/忘记 5", "忘掉了")
    await say(MARKET, "超级", "/问答 共享 4 新手", "新手")
    await say(MARKET, "管理员", "/问答 题库 新手 开", "新手")
    await say(MAIN, "管理员", "/问答 题库 新手 开", "新手")
    await say(MARKET, "小王", "/问 白名单在哪弄", "填表")
    await say(MARKET, "小王", "有用", None, quoting=town.bot_said(MARKET, "填表"))
    await say(MARKET, "小李", "/问 洗衣机在哪一层", "待答 1 号")
    await say(MARKET, "小张", "/问 可以带宠物散步么", "待答 2 号")
    await say(MARKET, "小孙", "/问 快递几时送到门口", "待答 3 号")
    await say(MARKET, "小代", "/待答 忽略 3", "")
    await say(MARKET, "管理员", "/问答 导入 图书角在哪 => 二楼\n雨伞怎么借 => 问前台", "能用")
    await say(MARKET, "管理员", "/确认", "导入好了")
    await say(MARKET, "小杨", "/问 图书角在哪", "二楼")
    await say(MARKET, "小代", "没用", "先不主动答", quoting=town.bot_said(MARKET, "二楼"))
    await say(MARKET, "管理员", "/教 电梯什么时候修好 => 下个月", "号")
    for voter in ("小王", "小李", "小张"):
        await town.wait(timedelta(minutes=1))
        await say(MARKET, voter, "/问 电梯什么时候修好", "下个月")
        await say(MARKET, voter, "没用", None, quoting=town.bot_said(MARKET, "下个月"))
    # Advertisements.
    advert = "招网店兼职打字员，一单十五元，当天结算，加QQ 2046813579"
    await say(MARKET, "小孙", advert, "撤回 小孙")
    await say(MARKET, "小周", "出一台二手显示器，想要的私聊我", "撤回 小周")
    await town.wait(timedelta(minutes=2))
    await say(MARKET, "管理员", "/误判", "以后这样的不算广告", quoting=town.bot_said(MARKET, "@小周"))
    await say(MARKET, "小吴", "楼下花店搬新址啦，老邻居进店都有小礼物")
    await say(MARKET, "管理员", "/是广告", "以后这样的算广告", quoting=town.last_id_of(MARKET, "花店"))
    await say(MARKET, "小郑", "家教一对一，数学英语都可以，联系我")
    await say(MAIN, "小郑", "专业办证刻章，电话 13900002222")
    # Money.
    await say(MARKET, "小王", "/广告 周末二手书市，欢迎来逛", "A")
    await pay(town, MARKET, "小王", "收到")
    await say(MARKET, "小李", "/广告 免税的新书签售会", "【广告】上海-小李")
    for who, words in (("小孙", "旧书换新书"), ("小周", "手工肥皂两块一送"), ("小吴", "自行车打气不要钱")):
        await say(MARKET, who, f"/广告 {words}", "订单 A")
    await say(MARKET, "管理员", f"/确认收款 A{town.order_of('小孙')} 20", "还差 30")
    await say(MARKET, "管理员", f"/确认收款 A{town.order_of('小周')} 80", "多收了 30")
    await say(MARKET, "管理员", "/收费 @小冯 20 活动费", "活动费")
    await say(MARKET, "管理员", f"/确认收款 A{town.order_of('小冯')}", "收齐了")
    await say(MARKET, "管理员", f"/退款 A{town.order_of('小冯')}", "退掉了")
    await say(MARKET, "管理员", "/收费 @小陈 30 场地费", "场地费")
    await say(MARKET, "管理员", f"/确认收款 A{town.order_of('小陈')} 30", "收齐了")
    await say(MARKET, "管理员", "/收费 @小褚 40 水电费", "水电费")
    await say(MARKET, "管理员", "/拒绝收款 A" + town.order_of("小褚") + " 名额满了", "不收了")
    await say(MARKET, "管理员", "/收费 @小褚 60 报名费", "报名费")
    await say(MARKET, "小褚", "/已发红包 60", "等管理员确认")
    await say(MARKET, "小卫", "/广告 赊账的广告一条", "订单 A")
    # The board.
    offers = (
        ("小王", "出二手显示器三百元"),
        ("小李", "周末家政每小时五十"),
        ("小张", "搬家公司找我"),
        ("小孙", "陪练钢琴"),
    )
    for who, words in offers:
        await say(MARKET, who, f"/广告贴 投稿 {words}", "想上广告贴")
    await say(MARKET, "管理员", "同意", "上了广告贴", quoting=town.bot_said(MARKET, "出二手显示器三百元"))
    await say(MARKET, "小代", "/广告贴 通过 8", "上了广告贴")
    await say(MARKET, "管理员", "/广告贴 置顶 8", "置顶了")
    await say(MARKET, "管理员", "/广告贴 拒绝 9 请写清价格", "没有通过")
    await say(MARKET, "小王", "/广告贴 投稿 吉他九成新", "想上广告贴")
    await say(MARKET, "管理员", "/广告贴 通过 11", "上了广告贴")
    await say(MARKET, "小王", "/广告贴 下架 11", "拿下来了")
    # The brief.
    await say(MARKET, "小王", "/早报 投稿 周六下午三点江边骑车", "投稿早报")
    await say(MARKET, "管理员", "/通过", "投稿", quoting=town.bot_said(MARKET, "江边骑车"))


async def pay(town: Town, group_id: int, who: str, word: str) -> None:
    """Somebody sends a red packet for their order, and an admin answers it."""
    packet = town.world.red_packet(group_id, PEOPLE[who], f"广告A{town.order_of(who)}")
    await town.settle()
    await town.say(group_id, "管理员", word, "A", quoting=packet)


async def second_day(town: Town) -> None:
    """Night and morning pass, the brief goes out; then cases, rules and the blacklist."""
    say = town.say
    await town.wait(timedelta(hours=20))
    await say(MARKET, "小李", "/早报 投稿 周日上午读书会", "投稿早报")
    await say(MARKET, "管理员", "/通过", "投稿", quoting=town.bot_said(MARKET, "读书会"))
    await say(MARKET, "小张", "/早报 投稿 捡到钥匙一串", "投稿早报")
    for rule in (
        "关键词 代充、刷单 → 第2级",
        "正则 加.{0,3}微信 → 禁言10分",
        "刷屏 10秒5条 → 警告",
        "链接 除 qq.com、bilibili.com → 只撤回",
        "关键词 卖假证 → 踢",
        "关键词 没用的规则 → 警告",
    ):
        await say(MARKET, "管理员", f"/违规规则 添加 {rule}", "定好了")
    await say(MARKET, "管理员", "/违规规则 删除 6", "删掉了")
    await say(MAIN, "管理员", "/违规规则 添加 关键词 大群专用词 → 只撤回", "定好了")
    await say(MARKET, "小孙", "低价代充", "W2")
    await say(MARKET, "小代", "/警告 @小周 刷屏", "W3")
    await say(MARKET, "小代", "/警告 @小周 又刷屏", "W4")
    await say(MARKET, "管理员", "/警告 @小周 还刷屏", "W5")
    await say(MARKET, "管理员", "/禁言 @小吴 2小时 吵架", "W6")
    await say(MARKET, "管理员", "/警告 @小郑 记错了", "W7")
    await say(MARKET, "管理员", "/赦免 W7", "赦免了")
    await say(MARKET, "管理员", "/警告 @小冯 申诉过的", "W8")
    await say(MARKET, "小冯", "/申诉 我没有", "申诉")
    await say(MARKET, "管理员", "/通过", "申诉成立", quoting=town.bot_said(MARKET, "我没有"))
    await say(MARKET, "管理员", "/踢 @小沈 屡教不改", "W9")
    await say(MARKET, "小韩", "点这里 http://spam.example.com/x", "撤回 小韩")
    await say(MARKET, "管理员", "/黑名单 添加 @小沈 骗子一个", "加进黑名单")
    await say(MARKET, "管理员", "/黑名单 添加 200099 不认识", "加进黑名单")
    await say(MARKET, "管理员", "/黑名单 删除 200099", "移出黑名单")
    await say(MARKET, "管理员", f"/黑名单 添加 {PEOPLE['骗子']} 骗过钱", "加进黑名单")
    await say(MARKET, "管理员", "/警告 @小陈 占道", "W10")
    await say(MAIN, "管理员", "/警告 @小王 大群的事", "W1")
    await say(MAIN, "管理员", "/试运行 开", "试运行")
    await say(MAIN, "管理员", "/警告 @小李 只说不做", "【试运行】")
    await say(MAIN, "管理员", "/踢 @小李 只说不做", "【试运行】")
    await say(MARKET, "管理员", "/设置 控制 记录条数 25", "改成了")
    await say(MARKET, "管理员", "/试运行 开", "试运行")
    await say(MARKET, "管理员", "/试运行 关", "试运行")
    await say(MARKET, "管理员", "/关闭 隐私", "关闭")
    await say(MARKET, "管理员", "/开启 隐私", "开启")
    # A paid advertisement that is not used: ten minutes later it is a credit.
    await say(MARKET, "小蒋", "教钢琴一对一上门试听，价格优惠，加微信 abcd1234567", "撤回 小蒋")
    order = town.order_of("小蒋")
    await say(MARKET, "管理员", f"/确认收款 A{order} 50", "收齐了")
    await town.wait(timedelta(minutes=11))


async def leave_open(town: Town) -> None:
    """What waits when the host is stopped: everything that is gone after minutes comes last."""
    say, world = town.say, town.world
    await say(MARKET, "小冯", "/广告贴 投稿 遛狗十元一次", "想上广告贴")
    await say(MARKET, "小冯", "/教 垃圾哪天收 => 周三", "小冯")
    await say(MARKET, "小王", "/答 1 在三楼", "来答待答 1 号")
    await say(MARKET, "小陈", "/申诉 那天我不在", None)
    await say(MARKET, "小卫", "说好的红包马上到", None)
    world.red_packet(MARKET, PEOPLE["小卫"], "补上")
    await town.wait(timedelta(seconds=1), "付 A12")
    world.leave(MARKET, PEOPLE["小吴"])
    world.set_card(MARKET, PEOPLE["小钱"], "乱写的名片")
    await say(MARKET, "小钱", "我换了个名片", None)
    # Kicks beyond what may go without a word.
    for place, who in enumerate("甲乙丙丁戊己"):
        await say(MARKET, f"路{who}", "卖假证了", f"踢 路{who}" if place < 5 else None)
    await town.wait(timedelta(seconds=6), "路己")
    await say(MARKET, "管理员", "/踢 @路庚 一起来的", "要不要也移出")
    await say(MARKET, "小杨", "/问 白名单", "")
    await say(MARKET, "管理员", "/名片检查", "不合格")
    await say(MARKET, "管理员", "/教 几点开门 => 早上九点", "换成")
    await say(MARKET, "管理员", "/问答 导入 怎么联机 => 点联机大厅\n=暗号 => 天王盖地虎", "能用")
    await say(MARKET, "管理员", "/警告 @小韩 @小杨 一起闹", "要对 2 个人")
    await say(MARKET, "管理员", "/黑名单 添加 @小韩 混进来的", "要不要移出")
    await say(MARKET, "小李", "/删除我的数据", "会删掉")
    # Due in seconds: an advertisement that may be posted, one that is not spoken of yet, a newcomer not greeted.
    await say(MARKET, "小褚", "新店开业全场五折，加微信 xyzw7654321", "撤回 小褚")
    await say(MARKET, "管理员", f"/确认收款 A{town.order_of('小褚')} 50", "10 分钟内")
    await say(MARKET, "小孙", "招网店兼职打字员，一单二十元，当天结算，加QQ 2046813570", "撤回 小孙")
    await say(MARKET, "小孙", "招网店兼职刷单员，一单三十元，当天结算，加QQ 2046813571", "撤回 小孙")
    world.join(MARKET, PEOPLE["新人"])
    await town.settle()


async def break_off(town: Town) -> None:
    """The endpoint falls silent, and what is to be said then waits."""
    world = town.world
    world.faults.add("never_answers", "send_group_msg", 1, done=False)
    spoken = [
        (MARKET, "小王", "/群规"),
        (MARKET, "小杨", "低价代充"),
        (MARKET, "管理员", "/收费 @小杨 12 卫生费"),
    ]
    spoken += [
        (MARKET, "管理员", "/禁言 @小蒋 30分 吵"),
        (GARDEN, "小王", "/白名单 查看"),
        (CLUB, "小王", "/广告贴 投稿 换轮胎"),
    ]
    for group_id, who, words in spoken:
        world.say(group_id, PEOPLE[who], mentioned(words))
        await asyncio.sleep(0.3)
    town.take()
