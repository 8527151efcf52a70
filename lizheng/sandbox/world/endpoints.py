"""How the endpoints differ: names, what a red packet looks like, whether the inviter is told."""

from dataclasses import dataclass
from typing import Any

OLD_PACKET_TEXT = "[QQ红包]请使用新版手机QQ查收红包。"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`packet` is the red-packet form: redbag, empty, text or red_packet.

    `seq_pages_back`: `message_seq` is the place in the group, and a history page holds the messages up to it;
    otherwise, as with NapCat, it is the message id and a page starts there unless `reverseOrder` is set.
    """

    key: str
    app_name: str
    app_version: str
    packet: str
    tells_invitor: bool
    seq_pages_back: bool = False
    lucky_king: bool = False


ENDPOINTS = {
    endpoint.key: endpoint
    for endpoint in (
        Endpoint("napcat", "NapCat.Onebot", "4.8.90", "empty", tells_invitor=False),
        Endpoint("llbot", "LLOneBot", "6.0.1", "text", tells_invitor=True),
        Endpoint("go-cqhttp", "go-cqhttp", "v1.2.0", "redbag", True, seq_pages_back=True, lucky_king=True),
        Endpoint("lagrange", "Lagrange.OneBot", "0.0.3", "text", tells_invitor=True, seq_pages_back=True),
        Endpoint("snowluma", "SnowLuma", "1.0.0", "red_packet", tells_invitor=False),
    )
}


@dataclass(frozen=True, slots=True)
class Manner:
    """An endpoint as it is set up somewhere: NapCat with its `debug`, SnowLuma telling packets as text."""

    endpoint: Endpoint
    debug_raw: bool = False
    packet_as_text: bool = False


MANNERS = {
    "NapCat": Manner(ENDPOINTS["napcat"]),
    "NapCat debug": Manner(ENDPOINTS["napcat"], debug_raw=True),
    "LLBot": Manner(ENDPOINTS["llbot"]),
    "go-cqhttp": Manner(ENDPOINTS["go-cqhttp"]),
    "Lagrange": Manner(ENDPOINTS["lagrange"]),
    "SnowLuma": Manner(ENDPOINTS["snowluma"]),
    "SnowLuma 文字": Manner(ENDPOINTS["snowluma"], packet_as_text=True),
}
"""Every form a red packet reaches a bot in, by the name a script gives it."""


def packet_segments(endpoint: Endpoint, wish: str, *, as_text: bool) -> list[dict[str, Any]]:
    """What the bot gets of a red packet. `as_text` picks SnowLuma's second form."""
    match endpoint.packet:
        case "redbag":
            return [{"type": "redbag", "data": {"title": wish}}]
        case "text":
            return [{"type": "text", "data": {"text": OLD_PACKET_TEXT}}]
        case "red_packet" if as_text:
            return [{"type": "text", "data": {"text": f"[拼手气红包:{wish}]"}}]
        case "red_packet":
            return [{"type": "red_packet", "data": {"title": wish, "type": "lucky"}}]
        case _:
            return []


def packet_raw(wish: str) -> dict[str, Any]:
    """NapCat's `raw` with `debug: true`: the kernel's own message, cut down to what carries the packet."""
    return {
        "elements": [
            {"elementType": 9, "walletElement": {"receiver": {"title": wish, "subTitle": "赶紧点击拆开吧"}}}
        ]
    }
