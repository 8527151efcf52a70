"""Who may do what to whom, as a table; and what time does to mutes and recalls."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lizheng.sandbox.world import World, WorldError

ROLES = ("member", "admin", "owner")
START = 1_795_000_000.0
PAIRS = [(bot, other) for bot in ROLES for other in ROLES if (bot, other) != ("owner", "owner")]


def town(bot_role="admin"):
    """A group with two of each lower role besides the bot, its events and a clock to push."""
    at = [START]
    world = World(lambda: at[0])
    owner, *rest = (world.add_person(nick) for nick in ("群主", "管理甲", "管理乙", "成员甲", "成员乙"))
    group = world.add_group("测试群", owner, rest[2:], rest[:2], bot_role=bot_role)
    events = []
    world.outlets.append(events.append)

    def act(action, **params):
        return world.perform(action, {"group_id": group.group_id, **params})

    def later(seconds):
        at[0] += seconds

    people = SimpleNamespace(owner=owner, admin=rest[0], admin2=rest[1], member=rest[2], member2=rest[3])
    return SimpleNamespace(
        world=world, gid=group.group_id, group=group, p=people, events=events, act=act, later=later
    )


def failed(answer, why=""):
    return answer["status"] == "failed" and answer["retcode"] == 1200 and why in answer["wording"]


ACTS = {
    "set_group_ban": {"duration": 60},
    "set_group_card": {"card": "新名片"},
    "set_group_kick": {},
}


@pytest.mark.parametrize(("bot_role", "target"), PAIRS)
@pytest.mark.parametrize("action", ACTS)
def test_acts_on_others_need_the_higher_rank(action, bot_role, target):
    t = town(bot_role)
    user = getattr(t.p, target).user_id
    allowed = bot_role != "member" and ROLES.index(bot_role) > ROLES.index(target)
    answer = t.act(action, user_id=user, **ACTS[action])
    member = t.group.members.get(user)
    changed = member is None or member.card == "新名片" or member.muted_until > START
    assert changed is allowed
    if action == "set_group_kick":
        assert answer["retcode"] == 0, "a refused kick is answered ok all the same"
    elif allowed:
        assert answer["retcode"] == 0
    else:
        assert failed(answer, "ERR_NOT_GROUP_ADMIN" if bot_role == "member" else "cannot")
        assert t.events == []


def test_banning_the_owner_is_named():
    t = town()
    assert failed(t.act("set_group_ban", user_id=t.p.owner.user_id, duration=60), "cannot ban owner")


@pytest.mark.parametrize("bot_role", ROLES)
@pytest.mark.parametrize(
    ("action", "params", "needs"),
    [
        ("set_group_whole_ban", {"enable": True}, "admin"),
        ("set_group_name", {"group_name": "新群名"}, "admin"),
        ("_send_group_notice", {"content": "公告"}, "admin"),
        ("set_group_special_title", {"user_id": "member", "special_title": "头衔"}, "owner"),
        ("set_group_admin", {"user_id": "member", "enable": True}, "owner"),
    ],
)
def test_acts_on_the_group_need_the_role(action, params, needs, bot_role):
    t = town(bot_role)
    if "user_id" in params:
        params = {**params, "user_id": t.p.member.user_id}
    answer = t.act(action, **params)
    assert (answer["retcode"] == 0) is (ROLES.index(bot_role) >= ROLES.index(needs))
    assert answer["retcode"] in (0, 1200)


@pytest.mark.parametrize(("bot_role", "author"), PAIRS)
def test_recalling_others(bot_role, author):
    t = town(bot_role)
    said = t.world.say(t.gid, getattr(t.p, author), "一句话")
    t.later(3600)
    answer = t.act("delete_msg", message_id=said)
    allowed = ROLES.index(bot_role) > ROLES.index(author)
    assert (answer["retcode"] == 0) is allowed
    assert t.world.messages[said].recalled is allowed
    if allowed:
        assert t.events[-1]["notice_type"] == "group_recall"
        assert t.events[-1]["operator_id"] == t.world.account
        assert failed(t.act("delete_msg", message_id=said), "消息不存在")


def test_own_messages_can_be_recalled_for_two_minutes():
    t = town("member")
    first, second = (t.act("send_group_msg", message=words)["data"]["message_id"] for words in "一二")
    t.later(119)
    assert t.act("delete_msg", message_id=first)["retcode"] == 0
    t.later(2)
    assert failed(t.act("delete_msg", message_id=second))


def test_a_mute_ends_by_itself_and_can_be_lifted():
    t = town()
    assert t.act("set_group_ban", user_id=t.p.member.user_id, duration="60")["retcode"] == 0
    with pytest.raises(WorldError, match="禁言"):
        t.world.say(t.gid, t.p.member, "让我说")
    t.later(60)
    assert t.world.say(t.gid, t.p.member, "可以说了")
    t.world.mute(t.gid, t.p.member, t.p.admin, 600)
    t.world.mute(t.gid, t.p.member, t.p.owner, 0)
    assert t.world.say(t.gid, t.p.member, "又可以说了")
    bans = [
        (e["sub_type"], e["duration"], e["operator_id"])
        for e in t.events
        if e.get("notice_type") == "group_ban"
    ]
    assert bans == [
        ("ban", 60, t.world.account),
        ("ban", 600, t.p.admin.user_id),
        ("lift_ban", 0, t.p.owner.user_id),
    ]


def test_mutes_are_thirty_days_at_most():
    t = town()
    month = 30 * 86400
    assert t.act("set_group_ban", user_id=t.p.member.user_id, duration=month)["retcode"] == 0
    assert failed(t.act("set_group_ban", user_id=t.p.member.user_id, duration=month + 1))


def test_a_muted_bot_hears_a_timeout():
    t = town("member")
    t.world.mute(t.gid, t.world.account, t.p.owner, 60)
    answer = t.act("send_group_msg", message="在吗")
    assert failed(answer)
    assert answer["message"].startswith("Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg")
    assert not t.group.messages


def test_the_whole_mute_spares_admins():
    t = town()
    t.act("set_group_whole_ban")
    assert t.events[-1] | {"user_id": 0, "duration": -1, "sub_type": "ban"} == t.events[-1]
    with pytest.raises(WorldError, match="全员禁言"):
        t.world.say(t.gid, t.p.member, "？")
    assert t.world.say(t.gid, t.p.admin, "管理员能说")
    assert t.act("send_group_msg", message="机器人也能")["retcode"] == 0


def test_people_are_refused_in_chinese_what_qq_refuses():
    t = town()
    with pytest.raises(WorldError, match="不是管理员"):
        t.world.kick(t.gid, t.p.member2, t.p.member)
    with pytest.raises(WorldError, match="身份不低于你"):
        t.world.mute(t.gid, t.p.admin2, t.p.admin, 60)
    with pytest.raises(WorldError, match="群主不能退群"):
        t.world.leave(t.gid, t.p.owner)
    with pytest.raises(WorldError, match="只有群主"):
        t.world.set_role(t.gid, t.p.member, "admin", by=t.p.admin)


def test_a_group_is_handed_over():
    t = town()
    t.world.set_role(t.gid, t.p.admin, "owner", by=t.p.owner)
    assert t.group.owner == t.p.admin.user_id
    assert t.group.members[t.p.owner.user_id].role == "member"


@given(st.text(max_size=80))
def test_cards_are_cut_between_characters(card):
    t = town()
    t.act("set_group_card", user_id=t.p.member.user_id, card=card)
    kept = t.group.members[t.p.member.user_id].card
    assert len(kept.encode()) <= 60
    assert card.startswith(kept)
    assert len(kept) == len(card) or len(card[: len(kept) + 1].encode()) > 60


@given(
    st.lists(st.tuples(st.sampled_from(ROLES[:2]), st.sampled_from(ROLES), st.integers(0, 90)), max_size=25)
)
def test_nobody_speaks_while_muted(steps):
    """Whatever mutes, lifts and waits happen, speech is allowed exactly when a simple model says so."""
    t = town()
    until = 0.0
    now = START
    for by, _, seconds in steps:
        t.later(seconds)
        now += seconds
        actor = t.p.admin if by == "admin" else t.p.member2
        try:
            t.world.mute(t.gid, t.p.member, actor, seconds)
        except WorldError:
            assert by == "member"
        else:
            until = now + seconds if seconds else 0.0
        try:
            t.world.say(t.gid, t.p.member, "说话")
        except WorldError:
            assert until > now
        else:
            assert until <= now
