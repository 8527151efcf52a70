"""QR codes in pictures, where the optional readers are installed (`pip install lizheng[qr]`)."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import io
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nonebot import logger

from lizheng.media.fetch import TooBig, Unreachable, fetch
from plugins.ad_guard.recognise import Evidence

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 4_000_000
SECONDS = 2.0
AT_ONCE = 2
_BESIDE = ThreadPoolExecutor(AT_ONCE, "ad-guard-codes")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""What QQ shows as a picture; readers of other formats run other programs, or are seldom looked after."""
HOSTS = (".qpic.cn", ".qq.com", ".qq.com.cn")
"""Where QQ itself keeps pictures; no other address is ever asked."""
INVITES = re.compile(
    r"^(?:https?://)?(?:qm\.qq\.com|jq\.qq\.com|qun\.qq\.com|u\.wechat\.com|weixin\.qq\.com/[gr]|t\.me)/",
    re.IGNORECASE,
)
PAYMENTS = re.compile(
    r"^(?:wxp://|(?:https?://)?qr\.alipay\.com/|(?:https?://)?i\.qianbao\.qq\.com/)", re.IGNORECASE
)


def readable() -> bool:
    """Whether QR codes can be read here."""
    return all(importlib.util.find_spec(name) for name in ("zxingcpp", "PIL"))


def evidence_of(code: str) -> Evidence:
    """What a QR code with this content says about a message."""
    if INVITES.match(code):
        return Evidence("qr", "图里有加群或加好友的二维码", 3.0)
    if PAYMENTS.match(code):
        return Evidence("qr", "图里有收款码", 2.0)
    return Evidence("qr", "图里有二维码", 1.0)


class Codes:
    """Reads a few pictures at a time; when more come, they go unread."""

    def __init__(self) -> None:
        self.can_read = readable()
        self._busy = 0

    async def look(self, image: Mapping[str, Any]) -> list[Evidence]:
        """The evidence in one picture; nothing for one that cannot be had within 2 s and 2 MiB."""
        if not self.can_read or self._busy >= AT_ONCE:
            return []
        self._busy += 1
        work: asyncio.Future[list[str]] | None = None
        try:
            async with asyncio.timeout(SECONDS):
                if not (content := await _content(image)):
                    return []
                work = asyncio.get_running_loop().run_in_executor(_BESIDE, _codes_in, content)
                # Shielded, as a thread cannot be ended: one that is late keeps its place until it is done.
                return [evidence_of(code) for code in await asyncio.shield(work)]
        except Exception as error:
            # Strangers' bytes in a foreign decoder: whatever goes wrong, the message is judged without.
            logger.debug("a picture could not be looked at: {}", type(error).__name__)
            return []
        finally:
            if work is None:
                self._busy -= 1
            else:
                work.add_done_callback(self._done)

    def _done(self, work: asyncio.Future[list[str]]) -> None:
        self._busy -= 1
        if not work.cancelled():
            work.exception()  # was told of in `look`, or came when nobody waited any more


def _codes_in(content: bytes) -> list[str]:
    pictures, zxing = importlib.import_module("PIL.Image"), importlib.import_module("zxingcpp")
    with pictures.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return []
        found = zxing.read_barcodes(picture.convert("L"), formats=zxing.BarcodeFormat.QRCode)
    return [code.text for code in found[:4] if code.text]


async def _content(image: Mapping[str, Any]) -> bytes:
    """The bytes that a picture carries or QQ keeps; nothing of any other address."""
    try:
        return await fetch(image, MOST_BYTES, only=HOSTS)
    except (Unreachable, TooBig):
        return b""
