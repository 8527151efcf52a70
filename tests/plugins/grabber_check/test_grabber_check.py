"""Rounds as admins hold them: the hard cases of the page, one by one."""

import asyncio
import json
from datetime import timedelta

from lizheng import Dimension
from lizheng.hooks import suspicion
from lizheng.sandbox.stage import HostStage
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world.state import Member, Role
from plugins.grabber_check import answers, feature, rounds
from plugins.grabber_check.models import Claim, Cleared, Round
from tests.support.admin_actions import context
from tests.support.recorder import Recorder

BEGUN = "管理员（私聊）：/测挂 开始\n里正（私聊 管理员）：第 {n} 轮。…\n"
TAKEN = "管理员（私聊）：/测挂 {order}\n里正（私聊 管理员）：第 {n} 轮记好了…\n"


async def held(player: Player, *orders: str, first: int = 1) -> None:
    """Hold a round a day with these claim orders."""
    for n, order in enumerate(orders, first):
        await player.play(BEGUN.format(n=n) + TAKEN.format(n=n, order=order) + "【过 1 天】\n")


async def seconds_and_people(number: int) -> list[tuple[int, float | None]]:
    return await rounds.order_of(await Round.get(number=number))


async def test_the_organisers_own_claim(stage: HostStage) -> None:
    """Whoever throws the packet is no claimant, and those behind move up."""
    player = await stage.play("""
开：测挂
小李：在
小王：在
小张：在
管理员（私聊）：/测挂
里正（私聊 管理员）：测抢红包的挂：挑个冷门的钟点（比如 …），私聊我发 /测挂 开始，再在群里发个普通红包，10 份、0.1 元。
  领完照红包里的先后抄给我：/测挂 @甲 @乙 …，一行一个也行，带上时间更好。
  每次隔一两天、换个钟点，测够 3 轮再看 /测挂 名单。
管理员（私聊）：/测挂 开始 6
里正（私聊 管理员）：第 1 轮。15 分钟内在群里发个 6 份的小红包，领完把顺序发我：/测挂 @甲 @乙 …
管理员（私聊）：/测挂 管理员
里正（私聊 管理员）：除了你自己没有别人，这轮没有记。
管理员（私聊）：/测挂 管理员 小李 小王 里正 小张
里正（私聊 管理员）：第 1 轮记好了（3 人）。再测 2 次才说得准，隔天换个时间。
""")
    names = ("小李", "小王", "小张")
    assert await seconds_and_people(1) == [(player.person(name), None) for name in names]


async def test_the_organisers_friends_at_night(stage: HostStage) -> None:
    """Who has done something here or talks a lot is rather somebody who is awake; nobody is marked for that."""
    player = await stage.play("开：测挂\n小李：在\n小王：在\n小张：在\n小赵：在\n")
    ctx = context(stage, player, "grabber_check")
    li, wang, zhang = map(player.person, ("小李", "小王", "小张"))
    await ctx.deed(li, "event.came", key="once", dimension=Dimension.EVENTS)
    await held(player, "小李 小王 小张", "小张 小王 小李")
    await player.play("".join(f"小张：今天又有人来问租房的事情了{n}\n" for n in range(5)))
    await player.play(f"""
管理员（私聊）：/测挂 看 小王
里正（私聊 管理员）：小王 看不出：2 轮里 2 次前三（第 1 轮第 2、第 2 轮第 2）。…
管理员（私聊）：/测挂 开始
里正（私聊 管理员）：第 3 轮。…
管理员（私聊）：/测挂 小王 0.3秒 小李 0.5秒 小张 0.9秒
里正（私聊 管理员）：第 3 轮记好了（3 人）。测够 3 轮了，看结果私聊我发 /测挂 名单。
管理员（私聊）：/测挂 名单
里正（私聊 管理员）：测了 3 轮，手快不等于开挂，只供参考：
  小王 像：3 轮里 3 次前三，最快 0.3 秒
  小李 看不出：3 轮里 3 次前三，最快 0.5 秒，平时常说话或做过事
  小张 看不出：3 轮里 3 次前三，最快 0.9 秒，平时常说话或做过事
管理员（私聊）：/测挂 看 小李
里正（私聊 管理员）：小李 看不出：3 轮里 3 次前三（第 1 轮第 1、第 2 轮第 3、第 3 轮第 2）。
  两轮之间没说过话，30 天里长话 0 条，给群里做过事。
  手快不等于开挂，不是的话发 /测挂 不是 {li}
管理员（私聊）：/测挂 看 小张
里正（私聊 管理员）：小张 看不出：3 轮里 3 次前三（…）。
  两轮之间说过话，30 天里长话 5 条。
  手快不等于开挂，不是的话发 /测挂 不是 {zhang}
""")
    marks = [mark for answer in await suspicion.ask(ctx, wang) for mark in answer.value]
    assert [(one.label, one.weight, one.why) for one in marks] == [("测挂", 0.4, "3 轮测试里 3 次前三")]
    assert await answers.suspicion(ctx, li) is None
    assert await answers.suspicion(ctx, player.person("小赵")) is None


async def test_two_rounds_at_once(stage: HostStage) -> None:
    player = await stage.play("""
开：测挂
小李：在
管理员甲：在
管理员乙：在
管理员甲（私聊）：/测挂 开始
里正（私聊 管理员甲）：第 1 轮。…
管理员乙（私聊）：/测挂 开始
里正（私聊 管理员乙）：第 1 轮别人已经开了，等那一轮记完；一天没人记就作废。
管理员甲（私聊）：/测挂 开始 20
里正（私聊 管理员甲）：第 1 轮。15 分钟内在群里发个 20 份的小红包，…
【过 2 天】
管理员乙（私聊）：/测挂 开始
里正（私聊 管理员乙）：第 1 轮。…
""")
    row = await Round.get()
    assert (row.by, row.parts, row.state) == (player.person("管理员乙"), 10, "open")
    stage.world.whisper(player.person("管理员甲"), "/测挂 小李")
    stage.world.whisper(player.person("管理员乙"), "/测挂 小李")
    await stage.settle()
    assert await Claim.all().count() == 1
    ctx = context(stage, player, "grabber_check")
    ended = await asyncio.gather(*(rounds.close(ctx, row, [(1, None)]) for _ in range(3)))  # type: ignore[arg-type]
    assert ended == [False, False, False]
    for name in ("管理员甲", "管理员乙"):
        stage.world.whisper(player.person(name), "/测挂 开始")
    await stage.settle()
    assert await Round.filter(state="open").count() == 1


async def test_people_who_left(stage: HostStage) -> None:
    """They stay as QQ numbers, in the list too."""
    player = await stage.play("开：测挂\n小李：在\n小王：在\n")
    li = player.person("小李")
    await player.play("【小李 退群】\n")
    await held(player, f"{li} 小王", f"小王 {li}", f"{li} 小王 54321")
    await player.play(f"""
管理员（私聊）：/测挂 名单
里正（私聊 管理员）：测了 3 轮，手快不等于开挂，只供参考：
  … 像：3 轮里 3 次前三
  … 像：3 轮里 3 次前三
管理员（私聊）：/测挂 看 {li}
里正（私聊 管理员）：… 像：3 轮里 3 次前三（…）。…
管理员（私聊）：/测挂 看 54322
里正（私聊 管理员）：54322 没在哪一轮里领过。
""")


async def test_nicknames_alike(stage: HostStage) -> None:
    """They are asked by number, in private; in the group nobody is named."""
    player = await stage.play("开：测挂\n小李：在\n小王：在\n小二：在\n【小二 改名片 小李】\n")
    await player.play("""
管理员（私聊）：/测挂 开始
里正（私聊 管理员）：第 1 轮。…
管理员（私聊）：/测挂 选 1
里正（私聊 管理员）：现在没有要选的重名。
管理员：/测挂 小王 小李
里正：有的名字对不上人，这轮还没记，请私聊我再发一次。
管理员：/测挂 @小王 @小王 小红
里正：有的名字对不上人，…
管理员（私聊）：/测挂 小王 小李
里正（私聊 管理员）：有重名的，照下面的先后发 /测挂 选 编号，几个重名就写几个编号，例如 /测挂 选 1。
  「小李」：1 小李（…），2 小李（…）
管理员：/测挂 选 2
里正：这件事私聊说，请私聊我发 /测挂。
管理员（私聊）：/测挂 选 3
里正（私聊 管理员）：有 1 个重名，要写 1 个编号，每个都在它后面列的里面。
管理员（私聊）：/测挂 选 1 2
里正（私聊 管理员）：有 1 个重名，…
小三：在
【小三 改名片 小李】
管理员（私聊）：/测挂 选 2
里正（私聊 管理员）：有重名的，…
  「小李」：1 小李（…），2 小李（…），3 小李（…）
【重启】
管理员（私聊）：/测挂 选 2
里正（私聊 管理员）：第 1 轮记好了（2 人）。…
管理员（私聊）：/测挂 看 小李
里正（私聊 管理员）：有几个人叫「小李」，请写 QQ 号。
""")
    order = [who for who, _ in await seconds_and_people(1)]
    assert order == [player.person("小王"), max(player.person("小李"), player.person("小二"))]
    assert (await Round.get()).draft == ""


async def test_a_round_pasted_twice(stage: HostStage) -> None:
    player = await stage.play("开：测挂\n小李：在\n小王：在\n")
    await player.play("""
管理员（私聊）：/测挂 小李 小王
里正（私聊 管理员）：现在没有开着的一轮，先发 /测挂 开始。
管理员（私聊）：/测挂 开始
里正（私聊 管理员）：第 1 轮。…
管理员（私聊）：/测挂 1. 小李 23:59:59 0.01元
  2. 小王 00:00:01 0.02元
里正（私聊 管理员）：第 1 轮记好了（2 人）。…
管理员（私聊）：/测挂 小李 小王
里正（私聊 管理员）：现在没有开着的一轮，…
管理员（私聊）：/测挂 开始
里正（私聊 管理员）：第 2 轮。…
管理员（私聊）：/测挂 小李 小王
里正（私聊 管理员）：和第 1 轮一模一样，没有再记；真是新的一轮，过半小时再发。
【过 30 分】
管理员（私聊）：/测挂 1. 小李 23:59:59
  2. 小王 00:00:01
里正（私聊 管理员）：和第 1 轮一模一样，…
管理员（私聊）：/测挂 小李 小王
里正（私聊 管理员）：第 2 轮记好了（2 人）。…
""")
    assert await seconds_and_people(1) == [(player.person("小李"), 0.0), (player.person("小王"), 2.0)]


async def test_an_endpoint_that_sees_no_packet(stage: HostStage) -> None:
    """Nothing depends on the packet: seen or not, nothing is said of it in the group."""
    player = await stage.play("开：测挂\n小李：在\n")
    await held(player, "小李")
    await player.play(BEGUN.format(n=2) + "【管理员 发红包】\n" + TAKEN.format(n=2, order="小李"))


async def test_a_group_of_2000(stage: HostStage) -> None:
    player = await stage.play("开：测挂\n")
    for n in range(2000):
        who = int(stage.world.add_person(f"群友{n}").user_id)
        player.group.members[who] = Member(who, Role.MEMBER, stage.world.now(), previous_role=Role.MEMBER)
        player.people[f"群友{n}"] = who
    await player.play(BEGUN.format(n=1).replace("开始", "开始 100"))
    order = " ".join(f"群友{n}" for n in range(1900, 2000))
    await player.play(f"管理员（私聊）：/测挂 {order}\n里正（私聊 管理员）：第 1 轮记好了（100 人）。…\n")
    assert await Claim.all().count() == 100


async def test_bad_input(stage: HostStage) -> None:
    """Nothing of it is kept: the same person twice, nobody, too many, unknown ones, pictures, and words in the group."""
    player = await stage.play("""
开：测挂
小李：在
小王：在
管理员（私聊）：/测挂 名单
里正（私聊 管理员）：还没测过，看不出谁像挂。怎么测发 /测挂。
管理员（私聊）：/测挂 开始 3
里正（私聊 管理员）：红包的份数写 4–100，例如 /测挂 开始 10
管理员：/测挂 开始
里正：这件事私聊说，请私聊我发 /测挂。
管理员（私聊）：/测挂 开始 4
里正（私聊 管理员）：第 1 轮。…
管理员（私聊）：/测挂 小李 小王 小李
里正（私聊 管理员）：「小李」写了两次，改好再发。
管理员（私聊）：/测挂 小李 小红
里正（私聊 管理员）：群里没有叫「小红」的，换成 QQ 号再发，退了群的也可以。
管理员（私聊）：/测挂 小李 小王 50001 50002 50003
里正（私聊 管理员）：红包只有 4 份，你写了 5 个人，核对一下再发。
管理员：/测挂 @小李 @小王 @小李 @小李 小李
里正：有的名字对不上人，这轮还没记，请私聊我再发一次。
管理员（私聊）：/测挂 ，、
里正（私聊 管理员）：除了你自己没有别人，这轮没有记。
管理员：/测挂 名单
里正：这件事私聊说，请私聊我发 /测挂。
管理员：/测挂 看 @小李
里正：这件事私聊说，…
管理员：/测挂 不是 @小李
里正：这件事私聊说，…
管理员（私聊）：/测挂 看 小红
里正（私聊 管理员）：没找到是谁，写名字或者 QQ 号。
小王（私聊）：/测挂 小李
里正（私聊 小王）：/测挂 [谁…] 只有管理员和群主能用。
管理员（私聊）：/测挂 小李
里正（私聊 管理员）：第 1 轮记好了（1 人）。…
管理员（私聊）：/测挂 开始
里正（私聊 管理员）：第 2 轮。…
管理员（私聊）：/测挂 小王
里正（私聊 管理员）：第 2 轮记好了（1 人）。…
管理员（私聊）：/测挂 开始
里正（私聊 管理员）：第 3 轮。…
管理员（私聊）：/测挂 70001
里正（私聊 管理员）：第 3 轮记好了（1 人）。…
管理员（私聊）：/测挂 名单
里正（私聊 管理员）：测了 3 轮，没有谁总在前三。
""")
    shot = {"type": "image", "data": {"file": "a.png", "url": "http://127.0.0.1:9/a.png"}}
    recorder = Recorder(player)
    assert await recorder.say("管理员", "/测挂 ", shot) == "图里的字我不认，请照着先后打出来：/测挂 @甲 @乙 …"


async def test_one_is_cleared_and_taken_back(stage: HostStage) -> None:
    """What is said of it in the group names nobody; a hundred and eighty days later it is over."""
    player = await stage.play("开：测挂\n小李：在\n")
    await held(player, "小李", "小李", "小李")
    await player.play("""
管理员（私聊）：/测挂 不是 小李
里正（私聊 管理员）：划掉了，180 天里不再算他。撤销发 /撤销 1。
管理员（私聊）：/测挂 不是 小李
里正（私聊 管理员）：他已经划掉了。
管理员（私聊）：/测挂 看 小李
里正（私聊 管理员）：小李 划掉了，不算在内。
管理员（私聊）：/测挂 名单
里正（私聊 管理员）：测了 3 轮，没有谁总在前三。
管理员：/撤销 1
里正：已撤销 #1：测挂里划掉一个人。
管理员（私聊）：/测挂 名单
里正（私聊 管理员）：…
  小李 像：3 轮里 3 次前三
管理员（私聊）：/测挂 不是 小李
里正（私聊 管理员）：划掉了…撤销发 /撤销 2。
""")
    ctx = context(stage, player, "grabber_check")
    assert await answers.suspicion(ctx, player.person("小李")) is None
    await Cleared.all().delete()  # as its own nightly purge does
    await player.play("管理员：/撤销 2\n里正：#2 撤销不了：那一笔已经不在了。\n")


async def test_settings(stage: HostStage) -> None:
    player = await stage.play("""
开：测挂
小李：在
管理员：/设置 测挂 轮数 2
里正：「轮数」不能是这个值：最小是 3。…
管理员：/设置 测挂 轮数 4
里正：「测挂」的轮数改成了：4…
管理员：/设置 测挂 有效期 7天
里正：「测挂」的有效期改成了：7 天…
""")
    await held(player, "小李", "小李")
    await player.play(
        "【过 5 天】\n管理员（私聊）：/测挂 名单\n里正（私聊 管理员）：才 1 轮，还看不出谁像挂。\n"
    )


async def test_what_people_may_see_and_delete_of_it(stage: HostStage) -> None:
    """In the group nobody learns that somebody claimed; rows go on request and by themselves."""
    player = await stage.play("开：测挂、隐私\n小李：在\n小王：在\n")
    await held(player, "小李 小王")
    li = player.person("小李")
    group = player.group.group_id
    shown = {keep.what: await keep.export(group, li) for keep in feature.keeps}
    assert len(shown["测试红包里你是第几个领的"]) == 1
    assert str(player.person("小王")) not in json.dumps(shown, default=str)
    await player.play("""
小李：/我的数据
里正：本群记着你的：每天的活跃数字 1 条。
  全文正在私聊发给你；要删除，发 /删除我的数据。
里正（私聊 小李）：…
【过 2 分】
小李（私聊）：/我的数据
里正（私聊 小李）：全文在下面；要删除，到群里发 /删除我的数据。
里正（私聊 小李）：[forward]
""")
    for keep in feature.keeps:
        mine = keep.deletable(group, li, stage.now())
        assert mine is not None
        await keep.remove(mine)
    assert [claim.user_id for claim in await Claim.all()] == [player.person("小王")]
    for keep in feature.keeps:
        await keep.purge(stage.now() + timedelta(days=181), 400)
    assert (await Round.all().count(), await Claim.all().count()) == (0, 0)
