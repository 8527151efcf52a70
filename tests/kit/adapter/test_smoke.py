"""From the socket to the handler: a message arrives with all that the endpoint sent along."""


async def test_a_message_reaches_the_handler_with_its_extras(station) -> None:
    async with station.peer() as peer:
        await peer.say("你好", raw={"walletElement": {"title": "恭喜发财"}})
        await station.quiet()
    assert station.texts() == ["你好"]
    event = station.handled[0]
    assert event.raw["walletElement"]["title"] == "恭喜发财"
    assert event.message_format == "array"
    assert station.adapter.accounts() == []
