"""Pictures and sounds whose bytes the world holds, up to a budget."""

import base64
import binascii
import hashlib
from collections import OrderedDict
from typing import Any

BUDGET = 32 * 1024 * 1024
INLINE = "base64://"


class Media:
    """Content by name; the oldest is forgotten beyond the budget."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def put(self, content: bytes, suffix: str = "png") -> str:
        """Keep it and return its name, the same for the same content."""
        name = f"{hashlib.md5(content, usedforsecurity=False).hexdigest().upper()}.{suffix}"
        if name not in self._kept:
            self._kept[name] = content
            self._size += len(content)
            while self._size > BUDGET:
                self._size -= len(self._kept.popitem(last=False)[1])
        return name

    def take_in(self, segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The segments, `base64://` content kept here and named instead; ValueError when it is broken."""
        taken = []
        for segment in segments:
            source = segment["data"].get("file")
            if isinstance(source, str) and source.startswith(INLINE):
                try:
                    content = base64.b64decode(source.removeprefix(INLINE), validate=True)
                except binascii.Error as error:
                    raise ValueError("bad base64") from error
                suffix = "png" if segment["type"] == "image" else "bin"
                segment = {**segment, "data": {**segment["data"], "file": self.put(content, suffix)}}
            taken.append(segment)
        return taken

    def inlined(self, segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """For people to look at: named content that is still held comes back as `base64://`."""
        shown = []
        for segment in segments:
            if segment["type"] == "image":
                places = (str(segment["data"].get(key) or "") for key in ("file", "url"))
                names = (place.partition("?")[0].rpartition("/")[2] for place in places)
                content = next((one for one in map(self.get, names) if one is not None), None)
                if content is not None:
                    source = INLINE + base64.b64encode(content).decode()
                    segment = {**segment, "data": {**segment["data"], "file": source}}
            shown.append(segment)
        return shown
