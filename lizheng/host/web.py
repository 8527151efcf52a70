"""The HTTP side: who may talk to the port at all, and the two pages for monitoring."""

import asyncio
import inspect
import ipaddress
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import h11
from fastapi import FastAPI
from nonebot.log import logger
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from lizheng.adapter.access import Access, shown_secret

Health = Callable[[], Awaitable[dict[str, Any]] | dict[str, Any]]
Metrics = Callable[[], Mapping[str, float]]

DEFAULT_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
MAX_FRAME_BYTES = 64 * 1024 * 1024


MAX_HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 10.0


class Door(H11Protocol):
    """HTTP/1.1 that waits for a request's header only so long: whoever reaches the port may send one without end."""

    _waiting: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._watch()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """From a request's first byte, or the connection, until its header is whole."""
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _forget(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()


def server_options() -> dict[str, Any]:
    """What `nonebot.run` (and so uvicorn) must be given for the limits to hold."""
    return {
        "http": Door,
        "h11_max_incomplete_event_size": MAX_HEADER_BYTES,
        "ws_max_size": MAX_FRAME_BYTES,
        "ws_per_message_deflate": False,
        "server_header": False,
        "access_log": False,
        "timeout_graceful_shutdown": 8,
    }


def say_where(host: str, port: int) -> None:
    """Print what to write into the QQ endpoint."""
    name = "这台机器的地址" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host
    sys.stdout.write(
        "\n等 QQ 端连过来，在 NapCat 或 LLBot 里新建「WebSocket 客户端」（反向 WebSocket）：\n"
        f"  地址 ws://{name}:{port}/onebot/v11/ws\n"
        "  Token 和 ONEBOT_ACCESS_TOKEN 一样，消息格式 Array\n\n"
    )
    sys.stdout.flush()


def driver_options() -> dict[str, Any]:
    """What `nonebot.init` must be given: no schema and no documentation pages."""
    return {"fastapi_openapi_url": None, "fastapi_docs_url": None, "fastapi_redoc_url": None}


class Guard:
    """ASGI middleware for every route: foreign `Host` and foreign `Origin` get 403.

    A WebSocket that shows the valid secret may come under any Host; a foreign Origin is refused even then.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] = DEFAULT_HOSTS, access: Access | None = None
    ) -> None:
        """`hosts`: names without port, compared in lower case; `*` allows all."""
        self._app = app
        self._hosts = frozenset(_bare(host) for host in hosts)
        self._access = access or Access()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        why = self._objection(scope)
        if why is None:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http":
            await PlainTextResponse(why, 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": why})

    def _objection(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return "exactly one Host header is needed"
        origin = headers.get("origin")
        if origin is not None and _netloc(origin) != _without_default_port(hosts[0]):
            return "foreign Origin"
        if "*" in self._hosts or _bare(hosts[0]) in self._hosts:
            return None
        if scope["type"] == "websocket":
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            if self._access.proves(shown_secret(headers, {key: values[0] for key, values in query.items()})):
                return None
        return "this Host is not in ALLOWED_HOSTS"


def _bare(host: str) -> str:
    """The name of a Host value: lower case, no port, IPv6 without brackets."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    if host.count(":") > 1:
        return host
    return host.partition(":")[0].rstrip(".")


def _without_default_port(host: str) -> str:
    host = host.strip().lower()
    return host.removesuffix(":80").removesuffix(":443")


def _netloc(origin: str) -> str | None:
    """Host and port of an origin, None for `null` and anything that is not a web origin."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        return None
    return _without_default_port(parts.netloc)


def mount_status(
    app: FastAPI, health: Health, metrics: Metrics | None = None, access: Access | None = None
) -> None:
    """Serve GET /healthz from `health`, and GET /metrics from `metrics` when it is given.

    They answer this machine, and others that show the secret. A `health` that raises is answered with 503 and logged.
    """
    door = access or Access()

    def refusal(request: Request) -> Response | None:
        if _is_this_machine(request) or door.proves(shown_secret(request.headers, request.query_params)):
            return None
        return PlainTextResponse("only this machine is answered without the access token", 403)

    async def healthz(request: Request) -> Response:
        if refused := refusal(request):
            return refused
        try:
            found = health()
            state = await found if inspect.isawaitable(found) else found
        except Exception:
            logger.exception("The health check failed")
            return JSONResponse({"error": "the health check failed"}, 503)
        return JSONResponse(state)

    app.add_api_route("/healthz", healthz, methods=["GET"], include_in_schema=False, response_model=None)
    if metrics is None:
        return

    async def measured(request: Request) -> Response:
        if refused := refusal(request):
            return refused
        return PlainTextResponse(prometheus_text(metrics()), media_type="text/plain; version=0.0.4")

    app.add_api_route("/metrics", measured, methods=["GET"], include_in_schema=False, response_model=None)


def _is_this_machine(request: Request) -> bool:
    """Whether the client, as a proxy in front tells it too, is on a loopback address; one of a socket file is."""
    if request.client is None:
        return True
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def prometheus_text(values: Mapping[str, float]) -> str:
    """One untyped sample a line, `lizheng_` before the name; odd characters become `_`."""
    names = ((_metric(name), value) for name, value in sorted(values.items()))
    return "".join(f"{name} {json.dumps(value)}\n" for name, value in names)


def _metric(name: str) -> str:
    return "lizheng_" + "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)
