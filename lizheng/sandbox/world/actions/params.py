"""Reading the parameters of a call, as strict as NapCat: numbers may be strings, nothing else bends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lizheng.sandbox.world.scene import Scene
from lizheng.sandbox.world.segments import Segment, as_number, from_cq, text


class BadParams(Exception):
    """The parameters do not fit the action: retcode 1400."""


_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the world it acts on, the account it comes from, its raw parameters."""

    world: Scene
    account: int
    params: dict[str, Any]

    def number(self, name: str, default: int = _MISSING) -> int:
        value = as_number(self._get(name, default))
        if value is None:
            raise BadParams(f"{name}: Expected number")
        return value

    def string(self, name: str, default: str = _MISSING) -> str:
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise BadParams(f"{name}: Expected string")
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._get(name, default)
        if isinstance(value, str) and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            raise BadParams(f"{name}: Expected boolean")
        return value

    def message(self, name: str = "message") -> list[Segment]:
        """A string is parsed for CQ codes unless `auto_escape` is set; one segment may stand alone."""
        return self.segments(self._get(name, _MISSING), plain=self.flag("auto_escape"))

    def nodes(self) -> list[Segment]:
        """Merged-forward nodes, their contents read like messages."""
        value = self._get("messages", self.params.get("message", _MISSING))
        nodes = []
        for node in self.segments(value):
            data = dict(node["data"])
            if "content" in data:
                data["content"] = self.segments(data["content"])
            nodes.append({"type": node["type"], "data": data})
        return nodes

    @staticmethod
    def segments(value: Any, *, plain: bool = False) -> list[Segment]:
        if isinstance(value, str):
            return [text(value)] if plain else from_cq(value)
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list):
            raise BadParams("message: Expected string or array")
        for segment in value:
            fits = isinstance(segment, dict) and isinstance(segment.get("type"), str)
            if not fits or not isinstance(segment.get("data"), dict):
                raise BadParams("message: Expected segments with type and data")
        return value

    def _get(self, name: str, default: Any) -> Any:
        value = self.params.get(name)
        if value is None:
            value = default
        if value is _MISSING:
            raise BadParams(f"{name}: Required")
        return value


Action = Callable[[Call], Any]
