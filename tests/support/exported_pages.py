"""What somebody was sent in private, put together again."""

from __future__ import annotations

import json
from typing import Any

from lizheng.store.tables import Outgoing


async def exported(user_id: int) -> dict[str, Any]:
    """The newest export as JSON."""
    row = await Outgoing.filter(api="send_private_forward_msg", user_id=user_id).order_by("-id").first()
    assert row is not None
    return json.loads("".join(node["data"]["content"][0]["data"]["text"] for node in row.params["messages"]))
