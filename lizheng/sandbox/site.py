"""The sandbox's chat page and its live socket: a small ASGI application mounted at ``/sandbox``.

Everything here is for the person sitting at this machine: loopback clients only, a random key in every
address, Host and Origin checked, and no request that changes anything except over the live socket.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from lizheng.sandbox.backstage import Backstage, Dialogue
from lizheng.sandbox.doings import Fields, Refused, perform
from lizheng.sandbox.guard import Guard, armour
from lizheng.sandbox.wording import Writer
from lizheng.sandbox.world import Happening, World

__all__ = ["Backstage", "Dialogue", "Site", "mount"]

log = logging.getLogger("lizheng.sandbox")

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HISTORY = 400
MAX_VIEWERS = 32
MAX_FRAME = 3 * 1024 * 1024
AUDIT_ROWS = 60


class Viewer:
    """One open page: which group it looks at, and a bounded queue of what it has yet to be told."""

    def __init__(self, room: int = 600) -> None:
        self.group_id = 0
        self.audit: list[dict[str, Any]] | None = None
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(room)
        self.lost = asyncio.Event()

    def tell(self, message: dict[str, Any]) -> None:
        """Queue a message; a page too slow to keep up is let go and reconnects to a fresh snapshot."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.lost.set()


class Site:
    """The page, its files and its live socket over one world."""

    def __init__(self, world: World, backstage: Backstage, key: str, port: int, timezone: str) -> None:
        self.world, self.backstage, self.timezone, self.key = world, backstage, timezone, key
        self.viewers: set[Viewer] = set()
        self.past: dict[int, deque[dict[str, Any]]] = {}
        self.stirred = asyncio.Event()
        self.pulse: asyncio.Task[None] | None = None
        self.playing: asyncio.Task[None] | None = None
        self.last_pulse: tuple[float, bool] | None = None
        routes = [
            Route("/", self.index, methods=["GET"]),
            Route("/page/{key}/{name}", self.file, methods=["GET"]),
            WebSocketRoute("/live", self.live),
        ]
        self.app = Guard(Starlette(routes=routes), key, port)
        world.watchers.append(self.happened)

    async def index(self, request: Request) -> Response:
        html = (PAGE / "index.html").read_text("utf-8").replace("{{files}}", f"page/{self.key}")
        return Response(html, media_type="text/html", headers=armour(request.headers["host"]))

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"]
        path = PAGE / name
        if path.suffix not in TYPES or path.name not in {entry.name for entry in PAGE.iterdir()}:
            return PlainTextResponse("没有这个文件。\n", 404, headers=armour(""))
        kind = TYPES[path.suffix]
        return Response(path.read_bytes(), media_type=kind, headers=armour(request.headers["host"]))

    async def live(self, socket: WebSocket) -> None:
        if len(self.viewers) >= MAX_VIEWERS:
            await socket.close(1013, "打开的页面太多了。")
            return
        await socket.accept()
        viewer = Viewer()
        self.viewers.add(viewer)
        viewer.tell(self.snapshot(history=True))
        if self.pulse is None or self.pulse.done():
            self.pulse = asyncio.create_task(self.beat())
        sides = (self.listen(socket, viewer), self.talk(socket, viewer), viewer.lost.wait())
        tasks = [asyncio.create_task(side) for side in sides]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.viewers.discard(viewer)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(1013)

    async def talk(self, socket: WebSocket, viewer: Viewer) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await socket.send_text(json.dumps(await viewer.queue.get(), ensure_ascii=False, default=str))

    async def listen(self, socket: WebSocket, viewer: Viewer) -> None:
        with contextlib.suppress(WebSocketDisconnect, KeyError):
            async for frame in socket.iter_text():
                await self.heard(viewer, frame)

    async def heard(self, viewer: Viewer, frame: str) -> None:
        """One frame from a page: watch a group, replay an example, or do something in the world."""
        ref: Any = None
        try:
            message = parse(frame)
            ref = message.get("ref")
            match message.get("verb"):
                case "watch":
                    viewer.group_id, viewer.audit = Fields(message).number("group_id", "群号"), None
                case "play":
                    self.play(viewer, str(message.get("name", "")))
                case "transcript":
                    written = self.transcript(Fields(message).group)
                    viewer.tell({"type": "done", "ref": ref, "result": written})
                case _:
                    done = await perform(self.world, self.backstage, message)
                    viewer.tell({"type": "done", "ref": ref, "result": done})
        except (Refused, ValueError) as refusal:
            viewer.tell({"type": "error", "ref": ref, "text": str(refusal) or "没有做成。"})
        except Exception:
            log.exception("the sandbox page asked for something that failed")
            viewer.tell({"type": "error", "ref": ref, "text": "沙盒里出了错，这一步没有做成，详情见日志。"})
        self.stirred.set()

    def transcript(self, group_id: int) -> str:
        """What was said and done in a group, as a conversation that tests can play."""
        group = self.world.groups.get(group_id)
        if group is None:
            raise Refused("没有这个群。")
        past = [Happening(**plain) for plain in self.past.get(group_id, ())]
        people = self.world.people
        return Writer(group, self.world.account, lambda user_id: people[user_id].nickname).write(past)

    def play(self, viewer: Viewer, name: str) -> None:
        if self.playing is not None and not self.playing.done():
            raise Refused("上一段示例还没演完。")
        if name not in {dialogue.name for dialogue in self.backstage.dialogues()}:
            raise Refused("没有这段示例。")

        async def run() -> None:
            try:
                await self.backstage.play(name)
                self.broadcast({"type": "played", "name": name, "ok": True, "text": f"「{name}」演完了。"})
            except Exception as failure:
                log.exception("the example %s failed", name)
                text = f"「{name}」没有演完：{failure}"[:300]
                self.broadcast({"type": "played", "name": name, "ok": False, "text": text})

        self.broadcast({"type": "playing", "name": name})
        self.playing = asyncio.create_task(run())

    def snapshot(self, history: bool = False) -> dict[str, Any]:
        """Who and what is there now; with ``history`` also what was seen so far and the examples."""
        told: dict[str, Any] = {"type": "snapshot", "world": scene(self.world.snapshot())}
        if history:
            seen = (plain for past in self.past.values() for plain in past)
            told["history"] = sorted(seen, key=lambda plain: plain["seq"])
            told["clock"] = self.backstage.clock_offset()
            told["idle"] = self.backstage.idle()
            told["timezone"] = self.timezone
            told["dialogues"] = [asdict(dialogue) for dialogue in self.backstage.dialogues()]
            told["commands"] = [{"name": name, "about": about} for name, about in self.backstage.commands()]
        return told

    def happened(self, happening: Happening) -> None:
        """The world's watcher: remember for pages opened later, tell the open ones."""
        plain = happening.to_dict()
        self.past.setdefault(plain.get("group_id") or 0, deque(maxlen=HISTORY)).append(plain)
        self.broadcast({"type": "happening", "happening": plain})
        self.stirred.set()

    def broadcast(self, message: dict[str, Any]) -> None:
        for viewer in self.viewers:
            viewer.tell(message)

    async def beat(self) -> None:
        """While a page is open: people, clock, idle and audit, soon after a stir and once a second anyway."""
        people = ""
        while self.viewers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stirred.wait(), 1.0)
            self.stirred.clear()
            try:
                people = await self.tell_changes(people)
            except Exception:
                log.exception("the sandbox page could not be brought up to date")
            await asyncio.sleep(0.1)

    async def tell_changes(self, people: str) -> str:
        """Tell what differs from last time; returns the people and groups as they were told now."""
        now = (self.backstage.clock_offset(), self.backstage.idle())
        if now != self.last_pulse:
            self.last_pulse = now
            self.broadcast({"type": "clock", "offset": now[0]})
            self.broadcast({"type": "idle", "idle": now[1]})
        told = self.snapshot()
        if (seen := json.dumps(told, default=str)) != people:
            self.broadcast(told)
        for viewer in list(self.viewers):
            await self.tell_audit(viewer)
        return seen

    async def tell_audit(self, viewer: Viewer) -> None:
        if not (group_id := viewer.group_id):
            return
        rows = await self.backstage.audit(group_id, AUDIT_ROWS)
        if rows != viewer.audit and viewer.group_id == group_id:
            viewer.audit = rows
            viewer.tell({"type": "audit", "group_id": group_id, "rows": rows})


def scene(world: dict[str, Any]) -> dict[str, Any]:
    """Who and what there is, without what changes at every word: the page hears messages as they happen."""
    groups = []
    for group in world["groups"]:
        members = [{k: v for k, v in one.items() if k != "last_sent_time"} for one in group["members"]]
        groups.append({k: v for k, v in group.items() if k != "messages"} | {"members": members})
    return {k: world[k] for k in ("accounts", "people", "endpoint", "endpoints", "faults")} | {
        "groups": groups
    }


def parse(frame: str) -> dict[str, Any]:
    """The frame as an object; raises Refused for anything else."""
    if len(frame) > MAX_FRAME:
        raise Refused("这一条太大了。")
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        raise Refused("收到的不是 JSON。") from None
    if not isinstance(message, dict) or message.get("type") != "do":
        raise Refused("收到的不是一个动作。")
    return message


def mount(
    app: Any, world: World, backstage: Backstage, key: str, port: int, timezone: str = "Asia/Shanghai"
) -> Site:
    """Put the page at ``/sandbox`` of a Starlette or FastAPI application, before anybody speaks in the world.

    ``port`` is the one people type in the address (0: the one listened on); ``key`` must be random.
    What was said before mounting is not shown.
    """
    site = Site(world, backstage, key, port, timezone)
    app.router.routes.append(Mount("/sandbox", app=site.app))
    return site
