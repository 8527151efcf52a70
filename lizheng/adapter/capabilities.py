"""What a connected endpoint can and cannot see, told from its `get_version_info`."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Capabilities:
    """Facts about one endpoint.

    `red_packet`: how a red packet arrives — its own segment, an empty message (NapCat), a fixed text anyone
    could type, or not known. None of them carries an amount.
    """

    endpoint: Literal["napcat", "llbot", "go-cqhttp", "lagrange", "snowluma", "unknown"] = "unknown"
    name: str = ""
    version: str = ""
    red_packet: Literal["segment", "empty", "text", "unknown"] = "unknown"
    tells_invitor: bool = False
    """`invitor_id` comes with a join request."""
    has_history: bool = True
    """`get_group_msg_history` exists, so an unknown send can be looked up."""
    kick_answer_counts: bool = False
    """An ok from `set_group_kick` means the member is gone; otherwise look at the member list."""
    card_notice_late: bool = True
    """`group_card` comes only when the member next speaks."""


_KNOWN: dict[str, dict[str, Any]] = {
    "napcat": {"endpoint": "napcat", "red_packet": "empty"},
    "llonebot": {"endpoint": "llbot", "red_packet": "text", "tells_invitor": True},
    "llbot": {"endpoint": "llbot", "red_packet": "text", "tells_invitor": True},
    "go-cqhttp": {"endpoint": "go-cqhttp", "red_packet": "segment", "tells_invitor": True},
    "lagrange": {"endpoint": "lagrange", "red_packet": "text", "tells_invitor": True},
    "snowluma": {"endpoint": "snowluma", "red_packet": "segment"},
}


def capabilities_of(version_info: Any) -> Capabilities:
    """Read an answer to `get_version_info`; anything unknown gets the cautious defaults."""
    info = version_info if isinstance(version_info, dict) else {}
    name, version = str(info.get("app_name") or ""), str(info.get("app_version") or "")
    plain = name.lower()
    known = next((facts for key, facts in _KNOWN.items() if key in plain), {})
    return Capabilities(name=name[:64], version=version[:64], **known)
