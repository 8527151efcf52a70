"""Written conversations: recalled, explained, taught, undone. Every advertisement here is made up."""

import pytest

from lizheng.sandbox.stage import HostStage
from plugins.ad_guard.models import Finding

JOB = "招网店兼职打字员，一单十元起，日结，加QQ 2847561930"
CARD = "办理各类信用卡代还，额度高放款快，需要的加微信 kefu88213"
SOFT = "家教一对一，数学英语都可以，联系我"
EXPLAINED = """@小王 你的消息像广告（…），已撤回。
  本群不让随便发广告。
  认错了的话，请管理员引用这条发 /误判。"""

SCRIPTS = {
    "recalled and explained": f"""
开：广告识别
小王：今天食堂的红烧肉不错
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
小李：明天几点开会
""",
    "off is off": f"""
小王：{JOB}
""",
    "disguise does not help": f"""
开：广告识别
小王：代鞋毕业论纹，茶重包过，不满意推款，联系学姐薇信 lunwen2020
【里正 撤回 小王】
里正：{EXPLAINED}
""",
    "the protected may advertise": f"""
开：广告识别
群主：{JOB}
管理员：{CARD}
群主：/白名单 添加 @小王
里正：…
小王：{JOB}
""",
    "commands: members' arguments are judged, those of deputies are not, unknown ones are talk": f"""
开：广告识别
小王：/帮助 {JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
小李：/发财 {CARD}
【里正 撤回 小李】
【过 2 秒】
里正：@小李 …
群主：/代管 添加 @小张
里正：…
小张：/帮助 {JOB}
里正：…
小张：{JOB}
【里正 撤回 小张】
【过 10 秒】
里正：@小张 …
""",
    "a quote is not the words of whoever quotes": f"""
开：广告识别
群主：{JOB}
小王→群主：这是什么意思呀
""",
    "one explanation per member and minute": f"""
开：广告识别
设：广告识别 违规次数 0
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
【过 20 秒】
小王：{CARD}
【里正 撤回 小王】
【过 20 秒】
小王：{JOB}
【里正 撤回 小王】
【过 1 分】
小王：{CARD}
【里正 撤回 小王】
里正：{EXPLAINED}
""",
    "several within ten seconds are explained in one": f"""
开：广告识别
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
小李：{JOB}
【里正 撤回 小李】
小张：{CARD}
【里正 撤回 小张】
【过 2 秒】
里正：@小李 @小张 你们的消息像广告，已撤回。
  本群不让随便发广告。
  认错了的话，请管理员引用这条发 /误判。
【过 1 分】
""",
    "wrong: the explanation quoted, then taken back": f"""
开：广告识别
设：广告识别 违规次数 0
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
小王→里正：/误判
里正：/误判… 只有管理员和群主能用。
管理员→里正「你的消息像广告」：/误判
里正：@小王 你那条不算广告，刚才撤错了，可以再发一次。
  以后这样的不算广告。撤销发 /撤销 2。
小王：{JOB}
管理员：/撤销 2
里正：…
【过 1 分】
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
""",
    "wrong: the explanation of days ago quoted": f"""
开：广告识别
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
【过 3 天】
【重启】
管理员→里正「你的消息像广告」：/误判
里正：@小王 你那条不算广告，刚才撤错了，可以再发一次。
  以后这样的不算广告。撤销发 /撤销 2。
""",
    "wrong: by the number of the record, and the number of something else": f"""
开：广告识别
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
管理员：/误判 #1
里正：@小王 你那条不算广告，刚才撤错了，可以再发一次。
  以后这样的不算广告。撤销发 /撤销 2。
管理员：/误判 #2
里正：#2 不是撤回广告的记录，发 /记录 找找看。…
管理员：/误判
里正：要说哪一条？请引用那条消息，或写撤回的记录编号。…
管理员：/误判 abc
里正：…
管理员：/误判 #99999999999999999999999999
里正：…
""",
    "wrong: one explanation of several needs a number": f"""
开：广告识别
小张：{JOB}
【里正 撤回 小张】
里正：@小张 …
小王：{JOB}
【里正 撤回 小王】
小李：{CARD}
【里正 撤回 小李】
【过 10 秒】
里正：@小王 @小李 …
管理员→里正：/误判
里正：这条说明里有 2 条广告，请写是哪一条：#2、#3。…
管理员：/误判 #3
里正：@小李 …
""",
    "taught: an ad is recalled and known from then on, across a restart": """
开：广告识别
小王：小区团长开团了，今晚有车的直接接龙
管理员→小王：/是广告
【里正 撤回 小王】
里正：记住了，以后这样的算广告。撤销发 /撤销 1。
里正：@小王 …
【重启】
【过 1 分】
小李：小区团长开团了，今晚有车的直接接龙！！
【里正 撤回 小李】
里正：@小李 你的消息像广告（和本群教过的广告几乎一样…），已撤回。…
管理员：/撤销 1
里正：…
小李：小区团长开团了，今晚有车的直接接龙！！
""",
    "taught: what the protected say stays": """
开：广告识别
群主：小区团长开团了，今晚有车的直接接龙
管理员→群主：/是广告
里正：记住了，以后这样的算广告；这一条没有撤回：他是群主，受保护。撤销发 /撤销 1。
管理员→里正：/是广告
里正：那是我自己说的话，请引用那条广告或它的撤回说明。…
管理员：/是广告
里正：要说哪一条？请引用那条消息。…
""",
    "suspects wait for admins": f"""
开：广告识别
小王：{SOFT}
小李：新号转让，滴滴我
小李：新号转让，滴滴我
管理员：/待审
里正：有 2 条待审：
  1. 小王：家教一对一，数学英语都可以，联系我（…分，…）
  2. 小李：新号转让，滴滴我（…分，…）
  是广告发 /待审 是 编号，不是发 /待审 不是 编号。
管理员：/待审 不是 1
里正：记住了，以后这样的不算广告。撤销发 /撤销 1。
管理员：/待审 是 2
【里正 撤回 小李】
里正：记住了，以后这样的算广告。撤销发 /撤销 2。
里正：@小李 …
管理员：/待审
里正：现在没有待审的消息。
管理员：/待审 是 2
里正：没有待审的 2 号，发 /待审 看看现在有哪些。…
管理员：/撤销 1
里正：…
管理员：/待审
里正：有 1 条待审：…
小王：/待审
里正：/待审 [页] 只有管理员和群主能用。
""",
    "only review; an edited setting holds from the next message on": f"""
开：广告识别
设：广告识别 动作 只待审
小王：{JOB}
管理员：/待审
里正：有 1 条待审：
  1. 小王：招网店兼职打字员，一单十元起，日结，加QQ …＊（…分，…）
  是广告发 /待审 是 编号，不是发 /待审 不是 编号。
管理员：/设置 广告识别 动作 撤回
里正：…
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
""",
    "lenient: only what is certain": f"""
开：广告识别
设：广告识别 力度 宽松
小王：专业上门开锁换锁，电话 13800001111
小王：{CARD}
【里正 撤回 小王】
里正：{EXPLAINED}
管理员：/待审
里正：有 1 条待审：
  1. 小王：专业上门开锁换锁，电话 ＊（…分，…）…
""",
    "dry run says and does nothing": f"""
开：广告识别
管理员：/试运行 开
里正：…
小王：{JOB}
里正：【试运行】本来会：撤回消息 小王。原因：像广告：…
管理员：/试运行 关
里正：…
小王：{JOB}
【里正 撤回 小王】
里正：{EXPLAINED}
""",
    "a judgement on request": f"""
开：广告识别
管理员：/判 {JOB}
里正：像广告的程度 …（满 100，50 起算广告）：很有把握是广告。
  依据：…留了 QQ 号…
管理员：/判 明天几点开会
里正：像广告的程度 1（满 100，50 起算广告）：不像广告。
  依据：没看出广告的样子
小王：今天食堂的红烧肉不错
管理员→小王：/判
里正：像广告的程度 1（…）：不像广告。…
管理员：/判
里正：要看什么？请在 /判 后面写内容，或引用一条消息。…
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_conversation(stage, name: str) -> None:
    await stage.play(SCRIPTS[name])


async def test_suspects_are_leafed_through(stage: HostStage) -> None:
    player = await stage.play("开：广告识别\n小王：早")
    group, person = player.group.group_id, player.person("小王")
    for number in range(1, 13):
        await Finding.create(
            group_id=group,
            number=number,
            user_id=person,
            message_id=number,
            source=f"suspect:{number}",
            text="家教",
            score=0.4,
            why="叫人私下联系",
            state="suspect",
            at=stage.host.clock.now(),
        )
    await player.play("""
管理员：/待审 2
里正：有 12 条待审：
  9. 小王：家教（40 分，…）
  10. …
  11. …
  12. …
  第 2/2 页
  是广告发 /待审 是 编号，不是发 /待审 不是 编号。
""")


async def test_a_lesson_is_taken_back_by_its_record(stage: HostStage) -> None:
    await stage.play("""
开：广告识别
小王：今天大家吃了什么好吃的
管理员→小王：/是广告
【里正 撤回 小王】
里正：记住了，以后这样的算广告。撤销发 /撤销 1。
里正：@小王 …
管理员：/撤销 1
里正：已撤销 #1：教：这样的算广告。
小李：家教一对一，数学英语都可以，联系我
管理员：/判 家教一对一，数学英语都可以，联系我
里正：像广告的程度 33（满 100，50 起算广告）：有点像，会放进 /待审。
  依据：…
管理员：/待审
里正：有 1 条待审：…
管理员：/待审 不是 2
里正：记住了…
管理员：/撤销 3
里正：已撤销 #3：教：这样的不算广告。
""")


async def test_an_advertisement_is_learned_from_somebody_who_need_not_pay(stage: HostStage) -> None:
    await stage.play("""
开：广告税 广告识别
小王：早
管理员：/广告税 免税 @小王
里正：…
小王：低价代充会员加微信 vx88888 领优惠
管理员→小王：/是广告
里正：记住了，以后这样的算广告；这一条可以留着：免广告税。撤销发 /撤销 3。
""")
