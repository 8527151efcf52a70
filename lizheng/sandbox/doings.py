"""What a person at the sandbox page may do: every field checked, every refusal one Chinese sentence."""

from collections.abc import Awaitable, Callable
from typing import Any

from lizheng.sandbox.backstage import Backstage
from lizheng.sandbox.world import FaultKind, World, WorldError
from lizheng.sandbox.world.endpoints import MANNERS

TEXT_LIMIT = 5000
IMAGE_LIMIT = 2 * 1024 * 1024
SEGMENT_LIMIT = 100
LONGEST_MUTE = 30 * 86400


class Refused(Exception):
    """The page asked for something that cannot be; the text is shown to the person."""


class Fields:
    """The fields of one request, read with their kind and bounds; anything else raises Refused."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given

    def number(self, name: str, what: str, low: int = 0, high: int = 2**53) -> int:
        value = self.given.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Refused(f"{what}不对。")
        return value

    def maybe(self, name: str, what: str) -> int | None:
        return None if self.given.get(name) is None else self.number(name, what, -(2**31))

    def text(self, name: str, what: str, longest: int, empty: bool = False) -> str:
        value = self.given.get(name, "")
        if not isinstance(value, str) or (not empty and not value.strip()):
            raise Refused(f"{what}不能为空。")
        if len(value) > longest:
            raise Refused(f"{what}太长了，最多 {longest} 个字。")
        if any(0xD800 <= ord(letter) <= 0xDFFF for letter in value):
            raise Refused(f"{what}里有坏掉的字符。")
        return value

    def choice(self, name: str, what: str, among: tuple[str, ...]) -> str:
        value = self.given.get(name)
        if value not in among:
            raise Refused(f"{what}只能是：{'、'.join(among)}。")
        return str(value)

    def flag(self, name: str) -> bool:
        return self.given.get(name) is True

    @property
    def group(self) -> int:
        return self.number("group_id", "群号", 1)

    @property
    def me(self) -> int:
        return self.number("user_id", "你扮演的人", 1)

    @property
    def target(self) -> int:
        return self.number("target", "对方的 QQ 号", 1)

    def message(self) -> list[dict[str, Any]]:
        """The segments of something to say: text, at, face and pictures carried in the request itself."""
        given = self.given.get("message")
        if not isinstance(given, list) or not given:
            raise Refused("还没有写内容。")
        if len(given) > SEGMENT_LIMIT:
            raise Refused(f"一条消息最多 {SEGMENT_LIMIT} 段。")
        segments = [segment(part) for part in given]
        written = sum(len(part["data"]["text"]) for part in segments if part["type"] == "text")
        if written > TEXT_LIMIT:
            raise Refused(f"一条消息最多 {TEXT_LIMIT} 个字。")
        if all(part["type"] == "text" and not part["data"]["text"].strip() for part in segments):
            raise Refused("不能发空白消息。")
        return segments


def segment(part: Any) -> dict[str, Any]:
    """One OneBot segment a person may compose; raises Refused for other kinds or wrong values."""
    if not isinstance(part, dict) or not isinstance(data := part.get("data"), dict):
        raise Refused("消息的格式不对。")
    match part.get("type"):
        case "text":
            return {
                "type": "text",
                "data": {"text": Fields(data).text("text", "文字", TEXT_LIMIT, empty=True)},
            }
        case "at":
            whom = str(data.get("qq", ""))
            if whom != "all" and not (whom.isascii() and whom.isdigit() and len(whom) <= 12):
                raise Refused("@ 的人不对。")
            return {"type": "at", "data": {"qq": whom}}
        case "image":
            source = data.get("file", "")
            if not isinstance(source, str) or not source.startswith("base64://"):
                raise Refused("图片只能从本机选取。")
            if len(source) > IMAGE_LIMIT * 4 // 3:
                raise Refused("图片太大了，最多 2 MB。")
            return {"type": "image", "data": {"file": source}}
    raise Refused("这种内容沙盒里发不了。")


def speak(world: World, ask: Fields) -> Any:
    return world.say(ask.group, ask.me, ask.message(), reply_to=ask.maybe("reply_to", "引用的消息"))


def whisper(world: World, ask: Fields) -> Any:
    return world.whisper(ask.me, ask.message())


def recall(world: World, ask: Fields) -> Any:
    return world.recall(ask.number("message_id", "消息编号", -(2**31), 2**31), ask.me)


def join(world: World, ask: Fields) -> Any:
    invited = ask.choice("how", "入群方式", ("approve", "invite")) == "invite"
    operator = ask.maybe("operator", "邀请人") or 0
    return world.join(ask.group, ask.target, operator, "invite" if invited else "approve")


def mute(world: World, ask: Fields) -> Any:
    return world.mute(ask.group, ask.target, ask.me, ask.number("seconds", "禁言时长", 0, LONGEST_MUTE))


def rename(world: World, ask: Fields) -> Any:
    return world.set_card(ask.group, ask.target, ask.text("card", "名片", 100, empty=True), by=ask.me)


def promote(world: World, ask: Fields) -> Any:
    role = ask.choice("role", "身份", ("owner", "admin", "member"))
    return world.set_role(ask.group, ask.target, role, by=ask.me)


def request(world: World, ask: Fields) -> None:
    comment = ask.text("comment", "验证消息", 300, empty=True)
    world.request_join(ask.group, ask.target, comment, invitor=ask.maybe("invitor", "邀请人"))


def decide(world: World, ask: Fields) -> None:
    world.handle_request(ask.text("flag", "申请", 60), ask.me, ask.flag("approve"))


def set_fault(world: World, ask: Fields) -> None:
    """Turn a fault knob, or with kind ``clear`` turn all of them off."""
    kind = ask.choice("kind", "故障", ("clear", *(one.value for one in FaultKind)))
    if kind == "clear":
        world.faults.clear()
        return
    action = ask.text("action", "接口名", 60).strip()
    world.faults.add(
        kind,
        action,
        ask.number("count", "次数", 1, 1000),
        seconds=float(ask.number("seconds", "秒数", 0, 600)),
    )


def newcomer(world: World, ask: Fields) -> Any:
    return world.add_person(ask.text("nick", "昵称", 60)).user_id


DOINGS: dict[str, Callable[[World, Fields], Any]] = {
    "say": speak,
    "whisper": whisper,
    "recall": recall,
    "join": join,
    "leave": lambda world, ask: world.leave(ask.group, ask.me),
    "kick": lambda world, ask: world.kick(ask.group, ask.target, ask.me),
    "mute": mute,
    "mute_all": lambda world, ask: world.mute_all(ask.group, ask.me, ask.flag("on")),
    "card": rename,
    "role": promote,
    "packet": lambda world, ask: world.red_packet(ask.group, ask.me, ask.text("wish", "祝福语", 60)),
    "request": request,
    "decide": decide,
    "fault": set_fault,
    "poke": lambda world, ask: world.poke(ask.group, ask.me, ask.target),
    "person": newcomer,
}


async def perform(world: World, backstage: Backstage, given: dict[str, Any]) -> Any:
    """Do what the page asks and return what came of it (a message id, a QQ number or None).

    Raises Refused (or ValueError from the clock) with the sentence to show.
    """
    ask, verb = Fields(given), given.get("verb")
    if verb == "clock":
        if given.get("to") is not None:
            await backstage.move_clock_to(ask.number("to", "时刻", 1, 2**40))
        else:
            await backstage.move_clock(ask.number("seconds", "时长", 1, 400 * 86400))
        return None
    if verb == "endpoint":
        world.manner = MANNERS[ask.choice("name", "QQ 端", tuple(MANNERS))]
        await backstage.reconnect()
        return None
    doing = DOINGS.get(verb) if isinstance(verb, str) else None
    if doing is None:
        raise Refused("沙盒不认识这个动作。")
    try:
        done = doing(world, ask)
        return await done if isinstance(done, Awaitable) else done
    except WorldError as refusal:
        raise Refused(str(refusal)) from refusal
