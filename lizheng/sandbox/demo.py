"""The first groups and people of a fresh sandbox, so that there is somebody to be from the first second."""

from lizheng.sandbox.world import World

TRADERS = 700_001
READERS = 700_002
QUESTION = "谁介绍你来的？做什么的？"

PEOPLE = {
    100_001: "老周",
    100_002: "阿敏",
    100_003: "程旭",
    100_004: "小王",
    100_005: "林夏",
    100_006: "陈伯",
    100_007: "A设计-Momo",
    100_008: "许老师",
    100_009: "小满",
    100_010: "大刘",
}
CARDS = {
    100_001: "杭州-供应链-老周",
    100_002: "杭州-运营-阿敏",
    100_003: "宁波-仓储-程旭",
    100_005: "上海-直播-林夏",
}


def furnish(world: World) -> None:
    """Two groups with the bot as admin, owners, admins and members in them, and two newcomers outside."""
    for user_id, nickname in PEOPLE.items():
        world.add_person(nickname, user_id)
    world.add_group(
        "江浙电商互助群", 100_001, range(100_004, 100_008), admins=(100_002, 100_003), group_id=TRADERS
    ).question = QUESTION
    world.add_group("周末读书会", 100_008, (100_001, 100_005, 100_006), admins=(100_002,), group_id=READERS)
    for user_id, card in CARDS.items():
        world.set_card(TRADERS, user_id, card)
