"""The shapes of events and answers, and the events QQ is late with or lies about."""

import asyncio
import json

import pytest

from lizheng.sandbox.world import World, WorldError

START = 1_795_000_000.0


@pytest.fixture
def town():
    return Town()


class Town:
    def __init__(self, endpoint="napcat"):
        self.at = START
        self.world = world = World(lambda: self.at, endpoint)
        self.owner, self.li, self.wang = (world.add_person(nick) for nick in ("老周", "小李", "小王"))
        self.group = world.add_group("测试群", self.owner, [self.li])
        self.gid = self.group.group_id
        self.events, self.seen = [], []
        world.outlets.append(self.events.append)
        world.watchers.append(self.seen.append)

    def act(self, action, **params):
        return self.world.perform(action, params)

    def notices(self):
        return [(e["notice_type"], e.get("sub_type")) for e in self.events if e["post_type"] == "notice"]


def test_a_group_message_has_napcats_shape(town):
    said = town.world.say(town.gid, town.li, "你好[CQ:at,qq=all]")
    (event,) = town.events
    assert event["sender"] == {"user_id": town.li.user_id, "nickname": "小李", "card": "", "role": "member"}
    assert event["message"] == [{"type": "text", "data": {"text": "你好[CQ:at,qq=all]"}}]
    assert event["raw_message"] == "你好&#91;CQ:at,qq=all&#93;"
    assert event["message_format"] == "array"
    assert (event["post_type"], event["message_type"], event["sub_type"]) == ("message", "group", "normal")
    assert (event["self_id"], event["time"], event["font"]) == (town.world.account, int(START), 14)
    assert event["message_id"] == said == event["real_id"]
    assert town.act("get_msg", message_id=said)["data"] | {"post_type": "message"} == event


def test_message_ids_are_int32_and_never_twice(town):
    ids = [town.world.fresh_message_id() for _ in range(5000)]
    assert len(set(ids)) == 5000
    assert min(ids) < 0 < max(ids)
    assert all(-(2**31) <= one < 2**31 and one for one in ids)


def test_strings_are_parsed_for_cq_codes_and_arrays_are_not(town):
    said = town.world.say(town.gid, town.li, "问题")
    by_string = town.act(
        "send_group_msg", group_id=str(town.gid), message=f"[CQ:reply,id={said}]答&#91;案&#93;"
    )
    kept = town.world.messages[by_string["data"]["message_id"]].segments
    assert kept == [
        {"type": "reply", "data": {"id": str(said)}},
        {"type": "text", "data": {"text": "答[案]"}},
    ]
    text = [{"type": "text", "data": {"text": "[CQ:at,qq=all]"}}]
    by_array = town.act("send_group_msg", group_id=town.gid, message=text)
    assert town.world.messages[by_array["data"]["message_id"]].segments == text
    plain = town.act("send_group_msg", group_id=town.gid, message="[CQ:at,qq=all]", auto_escape=True)
    assert town.world.messages[plain["data"]["message_id"]].segments == text


def test_quotes_of_nothing_fall_off(town):
    answer = town.act("send_group_msg", group_id=town.gid, message="[CQ:reply,id=4711]嗯")
    assert town.world.messages[answer["data"]["message_id"]].segments == [
        {"type": "text", "data": {"text": "嗯"}}
    ]


@pytest.mark.parametrize(
    ("action", "params", "retcode"),
    [
        ("no_such_api", {}, 1404),
        ("send_group_msg", {"message": "没有群号"}, 1400),
        ("send_group_msg", {"group_id": "七", "message": "坏群号"}, 1400),
        ("send_group_msg", {"group_id": 1, "message": 5}, 1400),
        ("send_group_msg", {"group_id": 1, "message": [{"type": "text"}]}, 1400),
        ("send_group_msg", {"group_id": 1, "message": "没有这个群"}, 1200),
        ("send_group_msg", {"group_id": 700_001, "message": ""}, 1200),
        ("send_group_msg", {"group_id": 700_001, "message": "长" * 4501}, 1200),
        ("send_group_msg", {"group_id": 700_001, "message": [{"type": "怪", "data": {}}]}, 1200),
        ("send_msg", {"message_type": "channel", "message": "x"}, 1400),
        ("set_group_ban", {"group_id": 700_001, "user_id": True, "duration": 1}, 1400),
        ("set_group_whole_ban", {"group_id": 700_001, "enable": "maybe"}, 1400),
        ("get_msg", {"message_id": 5}, 1200),
        ("delete_msg", {"message_id": 5}, 1200),
        ("delete_msg", {"message_id": "9" * 5000}, 1400),
        ("get_group_info", {"group_id": 5}, 1200),
        ("get_group_member_info", {"group_id": 700_001, "user_id": 5}, 1200),
        ("set_group_add_request", {"flag": "5"}, 1200),
        ("get_forward_msg", {"id": "没有"}, 1200),
        ("get_status", [], 1400),
    ],
)
def test_bad_calls_are_refused_with_their_code(town, action, params, retcode):
    answer = asyncio.run(town.world.act(action, params))
    assert (answer["status"], answer["retcode"], answer["data"]) == ("failed", retcode, None)
    assert answer["wording"] == answer["message"] != ""
    assert town.world.api_log[-1].answer is answer


def test_own_messages_come_back_only_when_asked_for(town):
    town.act("send_msg", group_id=town.gid, message="一")
    assert town.events == []
    town.world.report_self = True
    town.act("send_msg", group_id=town.gid, message="二")
    assert [event["post_type"] for event in town.events] == ["message_sent"]


def test_a_card_change_is_told_when_the_member_next_speaks(town):
    town.world.set_card(town.gid, town.li, "上海-小李")
    assert (
        town.act("set_group_card", group_id=town.gid, user_id=town.li.user_id, card="杭州-小李")["retcode"]
        == 0
    )
    assert town.events == []
    town.world.say(town.gid, town.li, "来了")
    notice, message = town.events
    assert notice["notice_type"] == "group_card"
    assert (notice["card_old"], notice["card_new"]) == ("", "杭州-小李")
    assert "operator_id" not in notice
    assert message["sender"]["card"] == "杭州-小李"
    town.world.say(town.gid, town.li, "又来了")
    assert town.notices() == [("group_card", None)]


def test_coming_and_going(town):
    world = town.world
    world.join(town.gid, town.wang, operator=town.owner)
    world.kick(town.gid, town.wang, town.owner)
    world.join(town.gid, town.wang, operator=town.li, how="invite")
    world.leave(town.gid, town.wang)
    world.set_role(town.gid, town.li, "admin")
    world.set_role(town.gid, town.li, "member")
    world.kick(town.gid, world.account, town.owner)
    assert town.notices() == [
        ("group_increase", "approve"),
        ("group_decrease", "kick"),
        ("group_increase", "invite"),
        ("group_decrease", "leave"),
        ("group_admin", "set"),
        ("group_admin", "unset"),
        ("group_decrease", "kick_me"),
    ]
    world.say(town.gid, town.li, "机器人不在了")
    assert len(town.events) == 7
    assert town.act("get_group_member_list", group_id=town.gid)["retcode"] == 1200


def test_a_refused_kick_is_answered_ok_and_nothing_happens(town):
    answer = town.act("set_group_kick", group_id=town.gid, user_id=town.owner.user_id)
    assert answer["retcode"] == 0
    assert town.owner.user_id in town.group.members
    assert town.events == []


def test_other_notices(town):
    world = town.world
    said = world.say(town.gid, town.li, "好文章")
    town.act("set_essence_msg", message_id=said)
    town.act("delete_essence_msg", message_id=said)
    world.poke(town.gid, town.li, world.account)
    world.upload_file(town.gid, town.li, "题库.csv", "问,答".encode())
    world.gray_tip(town.gid, "有人拍了一张照片")
    assert town.notices() == [
        ("essence", "add"),
        ("essence", "delete"),
        ("notify", "poke"),
        ("group_upload", None),
        ("notify", "gray_tip"),
    ]
    assert [one.kind for one in town.seen] == ["message", "essence", "essence", "poke", "file", "gray_tip"]


PACKETS = {
    "napcat": [],
    "llbot": [{"type": "text", "data": {"text": "[QQ红包]请使用新版手机QQ查收红包。"}}],
    "lagrange": [{"type": "text", "data": {"text": "[QQ红包]请使用新版手机QQ查收红包。"}}],
    "go-cqhttp": [{"type": "redbag", "data": {"title": "广告A12"}}],
    "snowluma": [{"type": "red_packet", "data": {"title": "广告A12", "type": "lucky"}}],
}


@pytest.mark.parametrize("endpoint", PACKETS)
def test_red_packets_look_as_each_endpoint_shows_them(endpoint):
    town = Town(endpoint)
    said = town.world.red_packet(town.gid, town.li, "广告A12")
    event = town.events[-1]
    assert event["message"] == PACKETS[endpoint]
    assert "raw" not in event
    assert (event["raw_message"] == "") is (endpoint == "napcat")
    assert town.seen[-1].kind == "packet"
    assert town.seen[-1].data["wish"] == "广告A12"
    town.world.lucky_king(said, town.owner)
    assert (town.events[-1].get("sub_type") == "lucky_king") is (endpoint == "go-cqhttp")


def test_red_packets_second_forms():
    town = Town()
    town.world.debug_raw = True
    town.world.red_packet(town.gid, town.li, "广告A12")
    assert town.events[-1]["raw"]["elements"][0]["walletElement"]["receiver"]["title"] == "广告A12"
    town.world.use_endpoint("snowluma")
    town.world.packet_as_text = True
    town.world.red_packet(town.gid, town.li, "广告A12")
    assert town.events[-1]["raw_message"] == "&#91;拼手气红包:广告A12&#93;"


@pytest.mark.parametrize("endpoint", PACKETS)
def test_requests_and_flags(endpoint):
    town = Town(endpoint)
    world = town.world
    town.group.question = "谁介绍的？"
    flag = world.request_join(town.gid, town.wang, "小李", invitor=town.li)
    event = town.events[-1]
    assert (event["request_type"], event["sub_type"], event["flag"]) == ("group", "add", flag)
    assert event["comment"] == "问题：谁介绍的？\n答案：小李"
    assert event.get("invitor_id") == (None if endpoint in ("napcat", "snowluma") else town.li.user_id)
    assert town.act("set_group_add_request", flag=flag, approve=True)["retcode"] == 0
    assert town.wang.user_id in town.group.members
    assert town.act("set_group_add_request", flag=flag)["wording"] == "No such request"
    assert town.seen[-1].kind == "join"


def test_a_rejected_request_and_a_ban_for_good(town):
    flag = town.world.request_join(town.gid, town.wang, "让我进")
    town.act("set_group_add_request", flag=flag, approve="false", reason="满员")
    assert town.wang.user_id not in town.group.members
    assert town.seen[-1].data == {"flag": flag, "approve": False, "state": "rejected", "reason": "满员"}
    town.act("set_group_kick", group_id=town.gid, user_id=town.li.user_id, reject_add_request=True)
    with pytest.raises(WorldError, match="不再接受"):
        town.world.request_join(town.gid, town.li, "让我回来")


def test_requests_made_while_offline_are_listed(town):
    town.world.outlets.clear()
    flag = town.world.request_join(town.gid, town.wang, "有人吗")
    listed = town.act("get_group_system_msg")["data"]["join_requests"]
    assert [(str(one["request_id"]), one["invitor_uin"], one["checked"]) for one in listed] == [
        (flag, town.wang.user_id, False)
    ]
    town.world.handle_request(flag, town.owner, approve=True)
    assert town.act("get_group_system_msg")["data"]["join_requests"][0]["checked"] is True


def test_only_admin_bots_hear_of_requests(town):
    town.world.set_role(town.gid, town.world.account, "member")
    town.events.clear()
    flag = town.world.request_join(town.gid, town.wang, "有人吗")
    assert town.events == []
    assert town.act("set_group_add_request", flag=flag)["wording"] == "ERR_NOT_GROUP_ADMIN"


def test_an_invited_bot_decides_itself(town):
    town.world.leave(town.gid, town.world.account)
    flag = town.world.invite(town.gid, town.world.account, town.li)
    assert town.events[-1]["sub_type"] == "invite"
    assert town.act("set_group_add_request", flag=flag, sub_type="invite", approve=True)["retcode"] == 0
    assert town.notices()[-1] == ("group_increase", "invite")


def test_private_messages(town):
    world = town.world
    world.whisper(town.li, "在吗")
    assert (town.events[-1]["sub_type"], town.events[-1]["sender"]["group_id"]) == ("group", town.gid)
    world.befriend(town.li)
    world.whisper(town.li, "现在是好友")
    assert town.events[-1]["sub_type"] == "friend"
    with pytest.raises(WorldError, match="不是好友"):
        world.whisper(town.wang, "陌生人")
    stranger = town.act("send_private_msg", user_id=town.owner.user_id, message="你好")
    assert stranger["wording"] == "无法获取用户信息"
    hello = {"user_id": town.owner.user_id, "message": "你好"}
    assert town.act("send_private_msg", **hello, group_id=town.gid)["retcode"] == 0
    assert town.act("send_private_msg", **hello)["retcode"] == 0
    world.temp_sessions = False
    friend, mate = (
        town.act("send_private_msg", user_id=one.user_id, message="你好") for one in (town.li, town.owner)
    )
    assert friend["retcode"] == 0
    assert mate["retcode"] == 1200
    assert mate["wording"].startswith("Timeout: NTEvent")


def test_history_pages(town):
    said = [town.world.say(town.gid, town.li, f"第{n}句") for n in range(5)]
    town.world.recall(said[1], town.li)

    def page(**params):
        answer = town.act("get_group_msg_history", group_id=town.gid, **params)
        return (
            [one["message_id"] for one in answer["data"]["messages"]] if answer["data"] else answer["wording"]
        )

    assert page() == [said[0], *said[2:]]
    assert page(count=2) == said[3:]
    assert page(message_seq=said[3], count=2, reverseOrder=True) == said[2:4]
    assert page(message_seq=said[3], count=5) == said[3:]
    assert "不存在" in page(message_seq=12345)
    town.world.use_endpoint("go-cqhttp")
    assert page(message_seq=4, count=2) == said[2:4]


def test_merged_forwards(town):
    said = town.world.say(town.gid, town.li, "原话")
    nodes = [
        {"type": "node", "data": {"user_id": "10001", "nickname": "里正", "content": "[CQ:face,id=14]一"}},
        {"type": "node", "data": {"id": str(said)}},
    ]
    answer = town.act("send_group_forward_msg", group_id=town.gid, messages=nodes)["data"]
    opened = town.act("get_forward_msg", id=answer["forward_id"])["data"]["messages"]
    assert [one["sender"]["nickname"] for one in opened] == ["里正", "小李"]
    assert [one["message"][0]["type"] for one in opened] == ["face", "text"]
    assert town.seen[-1].kind == "forward"
    assert len(town.seen[-1].data["nodes"]) == 2
    assert town.act("get_forward_msg", message_id=answer["message_id"])["data"]["messages"] == opened


def test_pictures_keep_their_content_and_get_an_expiring_address(town):
    town.world.say(town.gid, town.li, [{"type": "image", "data": {"file": "base64://aGVsbG8="}}])
    seen = town.events[-1]["message"][0]["data"]
    assert town.world.media.get(seen["file"]) == b"hello"
    assert seen["url"].startswith(town.world.media_base)
    assert f"expires={int(START) + 7200}" in seen["url"]
    town.act("send_group_msg", group_id=town.gid, message=f"[CQ:image,file={seen['url']}]")
    assert town.seen[-1].data["segments"][0]["data"]["file"] == "base64://aGVsbG8="
    with pytest.raises(WorldError, match="图片"):
        town.world.say(town.gid, town.li, [{"type": "image", "data": {"file": "base64://?"}}])


def test_mentioning_all_needs_the_right(town):
    everyone = [{"type": "at", "data": {"qq": "all"}}]
    town.world.say(town.gid, town.li, everyone)
    assert town.events[-1]["message"][0]["type"] == "text"
    town.world.say(town.gid, town.owner, everyone)
    assert town.events[-1]["message"] == everyone


def test_the_past_is_bounded(town):
    first = town.world.say(town.gid, town.li, "最早的")
    for _ in range(2000):
        town.world.say(town.gid, town.li, "后来的")
    assert len(town.group.messages) == len(town.world.messages) == 2000
    assert town.act("get_msg", message_id=first)["retcode"] == 1200


def test_everything_shown_is_json(town):
    town.world.request_join(town.gid, town.wang, "让我进")
    town.world.red_packet(town.gid, town.li, "恭喜")
    town.world.faults.add("delay", "send_msg", seconds=1)
    asyncio.run(town.world.act("get_login_info", None))
    shown = json.loads(json.dumps(town.world.snapshot()))
    assert shown["groups"][0]["messages"][-1]["wish"] == "恭喜"
    assert shown["requests"][0]["user_id"] == town.wang.user_id
    json.dumps([one.to_dict() for one in town.seen])
    json.dumps([one.to_dict() for one in town.world.api_log])


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("napcat", "NapCat.Onebot"),
        ("llbot", "LLOneBot"),
        ("go-cqhttp", "go-cqhttp"),
        ("lagrange", "Lagrange.OneBot"),
        ("snowluma", "SnowLuma"),
    ],
)
def test_endpoints_name_themselves(endpoint, name):
    assert Town(endpoint).act("get_version_info")["data"]["app_name"] == name


def test_two_bot_accounts_in_one_group(town):
    other = town.world.add_account(10002)
    town.world.join(town.gid, other)
    town.events.clear()
    town.world.say(town.gid, town.li, "大家好")
    assert sorted(event["self_id"] for event in town.events) == [10001, 10002]
    town.events.clear()
    asyncio.run(town.world.act("send_group_msg", {"group_id": town.gid, "message": "我是二号"}, 10002))
    assert [(event["self_id"], event["user_id"]) for event in town.events] == [(10001, 10002)]


def test_quick_operations(town):
    town.world.say(town.gid, town.li, "你好")
    reply = {"reply": "[CQ:face,id=1]好", "at_sender": True}
    town.act(".handle_quick_operation_async", context=town.events[-1], operation=reply)
    assert [one["type"] for one in town.seen[-1].data["segments"]] == ["at", "face", "text"]
    town.world.request_join(town.gid, town.wang, "让我进")
    town.act(
        ".handle_quick_operation", context=town.events[-1], operation={"approve": False, "reason": "满员"}
    )
    assert town.seen[-1].data["reason"] == "满员"
    assert town.act(".handle_quick_operation", context=1, operation={})["retcode"] == 1400


def test_files_and_group_notices(town):
    sent = town.act("upload_group_file", group_id=town.gid, file="base64://aGk=", name="说明.txt")["data"]
    assert town.group.files[sent["file_id"]].content == b"hi"
    asked = town.act("get_group_file_url", group_id=town.gid, file_id=sent["file_id"])
    assert asked["data"]["url"].startswith(town.world.media_base)
    assert town.act("get_group_file_url", group_id=town.gid, file_id="/没有")["retcode"] == 1200
    assert town.act("_send_group_notice", group_id=town.gid, content="周五聚会")["retcode"] == 0
    assert town.act("_get_group_notice", group_id=town.gid)["data"][0]["message"]["text"] == "周五聚会"


def test_what_the_bot_may_look_up(town):
    town.world.befriend(town.li)
    assert town.act("get_friend_list")["data"][0]["user_id"] == town.li.user_id
    assert town.act("get_stranger_info", user_id=str(town.wang.user_id))["data"]["nickname"] == "小王"
    assert town.act("get_group_list")["data"][0]["member_count"] == 3
    assert town.act("can_send_image")["data"] == {"yes": True}
    listed = town.act("get_group_member_list", group_id=town.gid)["data"]
    assert {one["role"] for one in listed} == {"owner", "admin", "member"}
    assert all(isinstance(one["level"], str) for one in listed)
    town.world.mute(town.gid, town.li, town.owner, 60)
    assert town.act("get_group_shut_list", group_id=town.gid)["data"][0]["user_id"] == town.li.user_id
    town.at += 61
    assert town.act("get_group_shut_list", group_id=town.gid)["data"] == []


def test_a_group_ends(town):
    assert town.act("set_group_leave", group_id=town.gid)["retcode"] == 0
    assert town.notices() == [("group_decrease", "leave")]
    town.world.join(town.gid, town.world.account)
    town.world.dissolve(town.gid, town.owner)
    assert town.notices()[-1] == ("group_decrease", "disband")
    assert town.act("get_group_list")["data"] == []
