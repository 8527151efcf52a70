"""Notices that became events of the kit: each endpoint's shape, and the sandbox telling them."""

from typing import Any

import pytest

from lizheng import (
    BotOffline,
    EssenceChanged,
    Feature,
    GroupContext,
    GroupDissolved,
    GroupRenamed,
    MemberLeft,
    ReactionChanged,
    TitleChanged,
)
from lizheng.adapter.events import MODELS, EmojiLike, Essence, GroupDecrease, Notice, Notify
from lizheng.dispatch.notices import translate
from lizheng.events import GroupEvent
from lizheng.sandbox.stage import HostStage

BASE = {"time": 9, "self_id": 10001, "post_type": "notice", "group_id": 5, "user_id": 7}
LIKE = {"notice_type": "group_msg_emoji_like", "message_id": 3, "likes": [{"emoji_id": "76", "count": 2}]}


@pytest.mark.parametrize(
    ("model", "told", "event"),
    [
        (EmojiLike, LIKE, ReactionChanged(5, 7, 0, 9, 3, "76", 2, added=True)),
        (EmojiLike, LIKE | {"is_add": False}, ReactionChanged(5, 7, 0, 9, 3, "76", 2, added=False)),
        (EmojiLike, LIKE | {"user_id": 0}, ReactionChanged(5, 0, 0, 9, 3, "76", 2, added=True)),
        (EmojiLike, LIKE | {"likes": []}, None),
        (
            Essence,
            {"notice_type": "essence", "sub_type": "add", "sender_id": 8, "operator_id": 2, "message_id": 3},
            EssenceChanged(5, 8, 2, 9, 3, added=True),
        ),
        (
            Essence,
            {"notice_type": "essence", "sub_type": "delete", "message_id": 3},
            EssenceChanged(5, 7, 0, 9, 3, added=False),
        ),
        (
            Notify,
            {"notice_type": "notify", "sub_type": "title", "title": "元老"},
            TitleChanged(5, 7, 0, 9, "元老"),
        ),
        (
            Notify,
            {"notice_type": "notify", "sub_type": "group_name", "name_new": "新名"},
            GroupRenamed(5, 0, 7, 9, "新名"),
        ),
        (Notify, {"notice_type": "notify", "sub_type": "gray_tip"}, None),
        (Notice, {"notice_type": "group_dismiss"}, GroupDissolved(5, 10001, 7, 9)),
        (
            GroupDecrease,
            {"notice_type": "group_decrease", "sub_type": "disband", "user_id": 10001, "operator_id": 2},
            GroupDissolved(5, 10001, 2, 9),
        ),
    ],
)
def test_every_dialect_has_one_shape(model: Any, told: dict[str, Any], event: GroupEvent | None) -> None:
    assert model in MODELS
    assert translate(model(**BASE | told)) == event


HEARD = (BotOffline, EssenceChanged, GroupDissolved, GroupRenamed, MemberLeft, ReactionChanged, TitleChanged)


async def test_the_sandbox_tells_them(stage: HostStage) -> None:
    seen: list[GroupEvent] = []

    async def heard(ctx: GroupContext, happened: GroupEvent) -> None:
        seen.append(happened)

    player = await stage.play("小王：早")
    world, gid, wang = stage.world, player.group.group_id, player.person("小王")
    feature = stage.host.features["control"]
    assert isinstance(feature, Feature)
    before: dict[type[GroupEvent], Any] = {kind: list(feature.listeners.get(kind, [])) for kind in HEARD}
    for kind in HEARD:
        feature.listeners[kind] = [heard]
    stage.host.registry.forget()
    try:
        said = player.last_of("小王") or 0
        world.use_endpoint("llbot")
        world.react(said, wang)
        world.react(said, wang, on=False)
        world.set_essence(said, player.person("群主"))
        world.set_title(gid, wang, "元老", player.person("群主"))
        world.set_group_name(gid, "改了名", player.person("群主"))
        await stage.settle()
        world.log_out(world.account, "被挤下线")
        await stage.settle()
        world.dissolve(gid, player.person("群主"))
        await stage.settle()
    finally:
        feature.listeners.update(before)
        stage.host.registry.forget()
    assert [type(one) for one in seen] == [
        ReactionChanged, ReactionChanged, EssenceChanged, TitleChanged, GroupRenamed, BotOffline,
        GroupDissolved, MemberLeft,
    ]  # fmt: skip
    assert stage.host.groups[gid].name == "改了名"
    assert [one.added for one in seen if isinstance(one, ReactionChanged)] == [True, False]
