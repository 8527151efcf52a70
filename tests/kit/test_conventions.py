"""SPEC §0 as conversations: prefixes, quotes, numbers, roles, previews, bad input, restarts."""

from nonebot.adapters.onebot.v11 import NetworkError

from lizheng import Context, Feature, Words
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player


async def test_prefix_and_spaces_are_forgiven(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：／试价　８．８８
里正：888 分
小王：  /试价   ¥8.88
里正：888 分
小王：/试价100
里正：10000 分
""")


async def test_ordinary_words_after_a_command_name_are_not_ours(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：/试价格
小王：/试踢球
小王：/早安
小王：试价 8
""")


async def test_bad_money_is_one_sentence_with_usage_and_example(stage: HostStage) -> None:
    for bad in ("-1", "1e9", "八块", "100.001", "0"):
        await stage.play(f"""
开：试探
小王：/试价 {bad}
里正：…
  用法：/试价 <金额>
  例如：/试价 8.88
""")


async def test_a_near_miss_gets_one_hint_a_minute(stage: HostStage) -> None:
    await stage.play("""
小王：/白明单
里正：没有「/白明单」，你是不是想发 /白名单？
小王：/白明单
【过 2 分钟】
小王：/白明单
里正：没有「/白明单」，你是不是想发 /白名单？
""")


async def test_quoting_names_the_target(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：广告广告
管理员→小王：/试踢 发广告
【里正 踢 小王】
里正：移出：done
""")


async def test_a_mention_may_follow_the_rest_but_not_contradict_the_quote(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试禁 10分 @小王
【里正 禁言 小王 10 分钟】
里正：禁言：done
管理员：/试踢 广告 @小王 @小李
里正：要移出 2 个人。…
小张：@小王 在发广告
管理员→小张：/试踢 广告 @小王
里正：引用了一个人，又 @ 了别人：对谁就把 @ 写在命令后面。…
管理员→小张：/试踢 @小王 他说的
【里正 踢 小王】
里正：移出：done
管理员：/试改 新名片 @小李
【里正 改名片 小李 新名片】
""")


async def test_commands_inside_a_quote_do_not_run(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试价 1
里正：100 分
小王→管理员：这是什么
""")


async def test_protected_people_are_never_touched(stage: HostStage) -> None:
    await stage.play("""
开：试探
群主：/试踢 @管理员 试试
里正：移出：not_done 他是管理员，受保护
管理员：/白名单 添加 @小王
里正：已把 小王 加进白名单。
管理员：/试踢 @小王 试试
里正：移出：not_done 他在白名单里，受保护
管理员：/试踢 @里正 试试
里正：移出：not_done 那是里正自己
""")


async def test_deputies_act_and_members_do_not(stage: HostStage) -> None:
    await stage.play("""
开：试探
小李：/试禁 @小王 10分 刷屏
里正：/试禁 @成员… <时长> [内容] 只有代管、管理员和群主能用。
小李：/试禁 @小王 10分 刷屏
管理员：/代管 添加 @小李
里正：已把 小李 加进代管。
小李：/试禁 @小王 10 分 刷屏
【里正 禁言 小王 10分钟】
里正：禁言：done
管理员：/撤销 2
【里正 解除禁言 小王】
里正：已撤销 #2：禁言 10 分钟。
管理员：/撤销 2
里正：#2 撤销不了：已经撤销过了。
""")


async def test_many_targets_are_previewed_and_confirmed_by_the_same_person(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试踢 @小王 @小李
里正：要移出 2 个人。
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
群主：/确认 1
里正：1 号要由发起的人自己确认。
管理员：/确认 1
【里正 踢 小王】
【里正 踢 小李】
管理员：/确认 1
里正：1 号已经通过了，没有再动。
""")


async def test_a_preview_ends_after_five_minutes_and_survives_a_restart(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试踢 @小王 @小李
里正：要移出 2 个人。…
管理员：/试踢 @小王 @小张
里正：要移出 2 个人。…
【重启】
管理员：/确认2
【里正 踢 小王】
【里正 踢 小张】
【过 6 分钟】
管理员：/确认 1
里正：1 号已经过期了，请重新发起。
""")


async def test_contributions_are_decided_by_number_or_by_quoting(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：/试投 第一句
里正：小王 投稿：第一句
  同意请发 /通过 1，不同意发 /拒绝 1（7 天内有效）。
小李→里正：同意
里正：1 号要由代管、管理员或群主来决定。
管理员→里正「投稿」：同意
里正：采用了：第一句
小王：/试投 第二句
里正：小王 投稿：第二句…
管理员：/驳回 2 太短
里正：没有采用。太短
管理员：/通过 9
里正：没有待办 9。
小王：/试投 第三句
里正：小王 投稿：第三句…
管理员：/拒绝 太长
里正：「太长」不是编号，请写成 1 2 3 或 5-7。…
管理员→里正「第三句」：/拒绝 太长
里正：没有采用。太长
小王：/试投 第四句
里正：小王 投稿：第四句…
管理员→里正「第四句」：拒绝理由是什么
管理员→里正「第四句」：拒绝，太长
里正：没有采用。太长
管理员：/通过
里正：现在没有等你决定的事。
""")


async def test_a_failing_handler_answers_once_with_its_case(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：/试坏
里正：出了点问题，没有完成（编号 …）。请把编号告诉管理员。
小王：/试价 1
里正：100 分
""")


async def test_dry_run_says_what_it_would_do(stage: HostStage) -> None:
    await stage.play("""
开：试探
管理员：/试运行 开
里正：试运行已打开：…
管理员：/试踢 @小王 广告
里正：【试运行】本来会：移出本群 小王。原因：广告
里正：移出：simulated 试运行
""")


async def test_due_jobs_run_once_also_across_a_restart(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王：/试排 10分 起床
里正：记下了。
小王：/试排 20分 吃饭
里正：记下了。
【过 10分】
里正：到时间了：起床
【重启】
【过 10分】
里正：到时间了：吃饭
【过 1小时】
""")


async def test_without_rights_it_says_so_once_and_keeps_recording(stage: HostStage) -> None:
    owner = stage.world.add_person("群主")
    group = stage.world.add_group("没有权限", owner, bot_role="member")
    await stage.introduce(group.group_id)
    player = Player(stage, group)
    player.people["群主"] = int(owner.user_id)
    await player.play("""
开：试探
群主：/试踢 @小王 广告
里正：我在本群不是管理员，「试探」只能先记着。给我管理员后就会生效。
里正：移出：not_done 里正在本群不是管理员
群主：/试踢 @小王 广告
里正：移出：not_done 里正在本群不是管理员
群主：/记录
里正：…移出本群 小王：广告（没有做成）…
""")
    stage.world.set_role(group.group_id, stage.world.account, "admin")
    await player.play("""
群主：/试踢 @小王 广告
【里正 踢 小王】
里正：移出：done
""")


async def test_a_switched_off_feature_is_silent_for_members_and_hints_admins(stage: HostStage) -> None:
    await stage.play("""
小王：/试价 1
管理员：/试价 1
里正：「试探」在本群是关的。发 /开启 试探 打开它。
""")


async def test_private_commands_mean_the_shared_group(stage: HostStage) -> None:
    await stage.play("""
开：试探
小王（私聊）：/试价 1
里正（私聊 小王）：100 分
""")


async def test_private_commands_ask_between_several_groups(stage: HostStage) -> None:
    player = await stage.play("开：试探\n小王：你好")
    second = stage.world.add_group("二群", player.people["群主"], [player.people["小王"]])
    again = Player(stage, player.group)
    again.people = player.people
    await again.play(f"""
小王（私聊）：/试价 1
里正（私聊 小王）：你指哪个群？回复数字就行：
  1. 试验群
  2. {second.name}
小王（私聊）：1
里正（私聊 小王）：【试验群】100 分
小王（私聊）：/试价 2
里正（私聊 小王）：【试验群】200 分
""")


async def test_the_sixth_kick_in_ten_minutes_asks_first(stage: HostStage) -> None:
    kicks = "\n".join(f"管理员：/试踢 @甲{n} 广告\n【里正 踢 甲{n}】\n里正：移出：done" for n in range(1, 6))
    await stage.play(f"""
开：试探
{kicks}
管理员：/试踢 @小王 广告
里正：10 分钟里已经移出不少人了，小王 要不要也移出？原因：广告
  确认请发 /确认 1，放弃发 /取消 1（5 分钟内有效）。
里正：移出：not_done 移出的人太多，等人确认
管理员：/确认 1
【里正 踢 小王】
【过 11 分】
管理员：/试踢 @小李 广告
【里正 踢 小李】
里正：移出：done
""")


async def test_missing_rights_are_told_again_after_the_role_changed(stage: HostStage) -> None:
    player = await stage.play("开：试探\n小王：你好\n小李：你好")
    group = player.group.group_id
    again = Player(stage, player.group)
    again.people = player.people
    stage.world.set_role(group, stage.world.account, "member")
    await again.play("""
群主：/试踢 @小王 广告
里正：我在本群不是管理员，「试探」只能先记着。给我管理员后就会生效。
里正：移出：not_done 里正在本群不是管理员
""")
    stage.world.set_role(group, stage.world.account, "admin")
    stage.world.set_role(group, stage.world.account, "member")
    await again.play("""
群主：/试踢 @小王 广告
里正：我在本群不是管理员，「试探」只能先记着。给我管理员后就会生效。
里正：移出：not_done 里正在本群不是管理员
""")


async def test_a_name_cannot_fake_a_line(stage: HostStage) -> None:
    await stage.play("""
开：试探
【小王 改名片 好人\u202e\u200b】
小王：在
管理员：/代管 添加 @小王
里正：已把 好人 加进代管。
""")


async def test_settings_that_no_longer_fit_fall_back(stage: HostStage) -> None:
    player = await stage.play("小王：你好")
    await stage.host.groups.set_value(player.group.group_id, "probe", "grace", "P90D")
    again = Player(stage, player.group)
    again.people = player.people
    await again.play("""
开：试探
群主：/设置 试探 宽限
里正：宽限：1 小时（默认）
  等多久。
  修改：/设置 试探 宽限 1 小时（写 默认 就恢复）
""")


async def _one(ctx: Context, number: int) -> None: ...


async def _any(ctx: Context, words: str) -> None: ...


def test_a_sub_word_needs_no_space_before_what_speaks_for_itself() -> None:
    command = Feature("plugins.notes", "贴", "贴").command("贴", "贴", example="/贴 你好")
    command.form(_any).form(_one, word="通过|pass")
    for text, left in (("通过3", "3"), ("PASS#3 好", "#3 好"), ("通过 3", "3"), ("通过A12", "A12")):
        words = Words(text)
        (form,) = command.candidates(words)
        assert (form.handler, words.rest()) == (_one, left), text
    for text in ("通过率", "通过三", "过3"):
        words = Words(text)
        (form,) = command.candidates(words)
        assert (form.handler, words.rest()) == (_any, text)


async def test_an_observer_that_gets_no_answer_stays_silent(stage: HostStage) -> None:
    async def look(ctx: Context) -> bool:
        raise NetworkError("nobody answers")

    feature = Feature("tests.looker", "望风", "测试用", always_on=True)
    feature.on_message(look)
    known = dict(stage.host.features)
    stage.host.features[feature.id] = feature
    try:
        await stage.play("开：试探\n小王：你好\n小王：/试价 8\n里正：800 分\n")
    finally:
        stage.host.features.clear()
        stage.host.features.update(known)
