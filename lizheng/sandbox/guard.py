"""Who may open the sandbox page: loopback clients that carry the key and name this very host."""

import hmac
import ipaddress
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket


class Guard:
    """Lets in loopback clients that carry the key and name this very host; everyone else gets a 403."""

    def __init__(self, app: ASGIApp, key: str, port: int) -> None:
        self.app, self.key, self.port = app, key, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return
        if not (why := self.objection(scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send).close(1008, why)
        else:
            await PlainTextResponse(why + "\n", 403, headers=armour(""))(scope, receive, send)

    def objection(self, scope: Scope) -> str:
        """Why this request is refused, or an empty string."""
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        hosts = local_hosts(self.port or (scope.get("server") or ("", 0))[1])
        origin = headers.get("origin")
        if not is_loopback((scope.get("client") or ("", 0))[0]):
            return "沙盒只接受本机的浏览器。"
        if headers.get("host") not in hosts:
            return "沙盒只在本机地址上打开，请用启动时打印的地址。"
        if origin is None and scope["type"] == "websocket":
            return "连接没有说明来自哪个页面。"
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            return "沙盒不接受别的网页发来的请求。"
        if not hmac.compare_digest(key_in(scope).encode(), self.key.encode()):
            return "地址里的 key 不对，请用启动时打印的完整地址打开。"
        return ""


def is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_loopback


def local_hosts(port: int | None) -> set[str]:
    return {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}


def key_in(scope: Scope) -> str:
    """The key a request carries: in the query, or as the folder the page's own files are fetched from."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if given := query.get("key"):
        return given[0]
    parts = scope["path"].removeprefix(scope.get("root_path", "")).strip("/").split("/")
    return parts[1] if len(parts) == 3 and parts[0] == "page" else ""


def armour(host: str) -> dict[str, str]:
    """Headers of every answer: nothing from outside, nothing inline, no framing, nothing kept."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy if host else "default-src 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
