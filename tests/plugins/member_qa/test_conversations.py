"""What members and admins say, and when nothing is said back."""

from lizheng.sandbox.stage import HostStage


async def test_taught_asked_and_said_unasked(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 怎么申请白名单|白名单在哪弄 => 在群公告里点链接填表
里正：记住了，问答 1 号：怎么申请白名单（共 2 种问法）
  撤销发 /撤销 1。
小王：/问 白名单在哪弄
里正：在群公告里点链接填表
  —— 问答 1 号，引用回「有用」或「没用」
小李：怎么申请白名单？
里正：在群公告里点链接填表
  —— 问答 1 号，引用回「有用」或「没用」
小张：怎么申请白名单
【过 10 分钟】
小张：怎么申请白名单
里正：在群公告里点链接填表
  —— 问答 1 号，引用回「有用」或「没用」
【重启】
小张：怎么申请白名单
""")


async def test_talk_is_not_answered(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 怎么申请白名单 => 填表
里正：记住了，问答 1 号：怎么申请白名单
  撤销发 /撤销 1。
小王：今天吃什么
小李→小王：怎么申请白名单
小李：@小王 怎么申请白名单
小李：#怎么申请白名单
小李：.怎么申请白名单
小李：/怎么申请白名单
小李：我昨天就申请好白名单了
小李：白名单
小李：怎么申请红名单
""")


async def test_a_keyword_is_answered_whole_only(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 =群号|群号是多少 => 123456789
里正：记住了，问答 1 号：有人只发「群号」（共 2 种问法）就自动回。
  撤销发 /撤销 1。
小王：群号
里正：123456789
小王：群号多少
小李：群号
【过 10 秒】
小李：群号。
里正：123456789
""")


async def test_not_taught_waits_until_somebody_knows(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：/问 怎么联机
里正：还没人教过这个，记在待答 1 号了。
  知道的人引用这条发：/答 答案
小张：/问 如何联机
里正：还没人教过这个，记在待答 1 号了。
  知道的人引用这条发：/答 答案
小王：/问 周末打不打
里正：还没人教过这个，记在待答 2 号了。
  知道的人引用这条发：/答 答案
小李：/待答
里正：等人答的问题（1/1 页）：
  1 号（问过 2 次）怎么联机
  2 号（问过 1 次）周末打不打
  知道就发：/答 1 答案
小李→里正「待答 1 号」：/答 先加好友，再点联机大厅
里正：小李 来答待答 1 号「怎么联机」：
  先加好友，再点联机大厅
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
管理员→里正「来答待答」：同意
里正：待答 1 号有答案了，记成问答 1 号：怎么联机
  答：先加好友，再点联机大厅
  撤销发 /撤销 1。
小张：怎么联机
里正：先加好友，再点联机大厅
  —— 问答 1 号，引用回「有用」或「没用」
管理员：/答 2 打
里正：待答 2 号有答案了，记成问答 2 号：周末打不打
  答：打
  撤销发 /撤销 2。
小李：/待答
里正：没有等人答的问题。
管理员：/答 9 打
里正：待答里没有 9 号，发 /待答 看看。
管理员：/答 打
里正：没看出你在答哪个问题：请引用那条「没人教过」的消息，或写上待答的编号。
  用法：/答 [编号] <答案>
  例如：/答 2 在群公告里
""")


async def test_forgetting_nothing_and_importing_without_a_file(stage: HostStage) -> None:
    await stage.play("""
开：问答
小王：早
管理员：/忘记
里正：没说是哪一条：写上问答的编号。
  用法：…
管理员：/问答 导入
里正：请在 10 分钟内把表格发到群文件（.csv 或 .xlsx，第一列问题、第二列答案）。
""")


async def test_an_answer_of_too_many_pictures_or_of_something_else(stage: HostStage) -> None:
    player = await stage.play("开：问答\n管理员：早\n")
    messages = stage.world.groups[player.group.group_id].messages
    picture = {"type": "image", "data": {"file": "base64://iVBORw0KGgo="}}
    for many, said in (
        ([picture] * 9, "一个答案最多带 3 张图。"),
        ([{"type": "face", "data": {"id": "14"}}], "答案里只能有文字和图片，别的发不出去。"),
    ):
        words = {"type": "text", "data": {"text": "/教 几点开门 => 八点"}}
        stage.world.say(player.group.group_id, player.person("管理员"), [words, *many])
        await stage.settle()
        assert said in messages[-1].segments[0]["data"]["text"]


async def test_an_export_lies_among_the_files(stage: HostStage) -> None:
    await stage.play("""
开：问答
管理员：/教 几点开门 => 八点
里正：…
管理员：/问答 导出 csv
【里正 file 里正】
里正：导出了 1 条，在群文件里：问答-20261118-1200.csv
""")
