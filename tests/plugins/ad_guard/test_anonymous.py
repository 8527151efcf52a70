"""An ad ordered by somebody hidden, where ads are taxed: all who are hidden share one number."""

from lizheng.ledger.tables import Order

ANONYMOUS = 80_000_000


async def test_nobody_orders_anonymously(stage) -> None:
    player = await stage.play("开：广告税")
    world, heard = stage.world, []

    def hear(one) -> None:
        if one.kind == "message" and one.user_id == world.account:
            heard.append(one.data["text"])

    world.watchers.append(hear)
    said = {
        "post_type": "message",
        "message_type": "group",
        "sub_type": "anonymous",
        "anonymous": {"id": 7, "name": "大力鬼王", "flag": "x"},
        "group_id": player.group.group_id,
        "user_id": ANONYMOUS,
        "message_id": world.fresh_message_id(),
        "message": [{"type": "text", "data": {"text": "/广告 二手书市"}}],
        "raw_message": "",
        "font": 0,
        "sender": {"user_id": ANONYMOUS, "nickname": "匿名", "card": "", "role": "member"},
    }
    world.tell(world.account, said)
    await stage.settle()
    assert heard == ["匿名不能下单，请不用匿名再发一次。"]
    assert not await Order.exists()
