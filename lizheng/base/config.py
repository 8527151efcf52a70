"""The host's configuration, read from NoneBot's (environment and `.env`) and checked before anything starts."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from nonebot.config import Config, Env
from pydantic import BaseModel, Field, ValidationError

OWN = frozenset(
    {
        "onebot_access_token",
        "database_url",
        "sandbox",
        "timezone",
        "pacing",
        "allowed_hosts",
        "feed_hosts",
        "metrics",
        "retention_days",
    }
)
_ABOVE = Path(__file__).resolve().parents[2]
ROOT = _ABOVE if (_ABOVE / "bot.py").is_file() else Path.cwd()
"""The project's root: this checkout, or where the process was started when the kit is an installed package."""
SHORTEST_TOKEN = 16
DATABASES = {"sqlite", "postgres", "asyncpg", "psycopg"}


class Unsafe(SystemExit):
    """The configuration would expose the bot; the message says what to change."""


class HostConfig(BaseModel):
    """What the host reads. Names are those of the environment, in lower case."""

    host: str = "127.0.0.1"
    port: int = 8080
    superusers: frozenset[int] = frozenset()
    command_start: frozenset[str] = frozenset({"/"})
    onebot_access_token: str = Field("", repr=False)
    database_url: str = Field("sqlite://data/lizheng.db", repr=False)
    sandbox: Literal["auto", "on", "off"] = "auto"
    timezone: str = "Asia/Shanghai"
    pacing: Literal["on", "off"] = "on"
    allowed_hosts: frozenset[str] = frozenset()
    feed_hosts: frozenset[str] = frozenset()
    """`host:port` inside this network that features may fetch from; every other private address is refused."""
    metrics: bool = False
    retention_days: int = Field(180, ge=30)
    log_level: str | int = "INFO"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the port."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def sandboxed(self) -> bool:
        """`auto` means: while no token is set and only this machine can connect."""
        if self.sandbox == "auto":
            return not self.onebot_access_token and self.loopback
        return self.sandbox == "on"

    @property
    def database(self) -> str:
        """The database address; the sandbox has its own and never touches the group's."""
        return "sqlite://data/sandbox.db" if self.sandboxed else self.database_url

    @property
    def hosts(self) -> frozenset[str]:
        """Names the Host header may carry."""
        return self.allowed_hosts | {"localhost", "127.0.0.1", "[::1]", "::1", self.host}

    def secrets(self) -> list[str]:
        """What no log may show: the token, and the database's password."""
        password = urlsplit(self.database_url).password
        return [secret for secret in (self.onebot_access_token, password) if secret]

    def check(self) -> None:
        """Raises `Unsafe` with a Chinese sentence when this must not start."""
        token = self.onebot_access_token
        if not self.loopback and len(token) < SHORTEST_TOKEN:
            raise Unsafe(
                f"HOST={self.host} 会让别的机器连进来，这时 ONEBOT_ACCESS_TOKEN 至少要 {SHORTEST_TOKEN} 个字符"
                f"（现在 {len(token)} 个）。请在 .env 里设好它，或把 HOST 改回 127.0.0.1。"
            )
        scheme = urlsplit(self.database_url).scheme
        if scheme not in DATABASES:
            raise Unsafe(f"DATABASE_URL 要以 sqlite:// 或 postgres:// 开头，现在开头是「{scheme[:12]}」。")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as error:
            raise Unsafe(f"TIMEZONE={self.timezone} 不是时区名，请改成 Asia/Shanghai 这样的名字。") from error
        if self.sandbox == "on" and not self.loopback:
            raise Unsafe("SANDBOX=on 只能在 HOST=127.0.0.1 时使用。")
        if self.pacing == "off" and not self.loopback:
            raise Unsafe("PACING=off 只能在 HOST=127.0.0.1 时使用：对真实的 QQ 不限速会被风控。")


def from_environment() -> dict[str, Any]:
    """What the process environment says about us, as arguments for `nonebot.init`.

    NoneBot itself reads a variable it does not declare only when a `.env` file mentions it too.
    """
    found: dict[str, Any] = {}
    for key, value in os.environ.items():
        name = key.lower()
        if name in OWN:
            found[name] = value
        elif name.startswith("lizheng_") and "__" in name:
            feature, _, field = name.partition("__")
            found.setdefault(feature, {})[field] = value
    return found


def peek() -> HostConfig:
    """The configuration as `nonebot.init` will find it, before it is called. Raises `Unsafe`."""
    try:
        files = (".env", f".env.{Env().environment}")
        return read(Config(_env_file=files, **from_environment()))  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        names = "、".join(dict.fromkeys(str(e["loc"][0]).upper() for e in error.errors() if e["loc"]))
        raise Unsafe(f"{names or '配置'} 的值不能用，请改正后再启动。") from error


def read(config: Config) -> HostConfig:
    """From NoneBot's config. Raises `Unsafe`, and pydantic's `ValidationError` for values of the wrong shape."""
    raw: dict[str, Any] = {
        name: getattr(config, name)
        for name in HostConfig.model_fields
        if getattr(config, name, None) is not None
    }
    raw["host"] = str(raw.get("host", "127.0.0.1"))
    raw["onebot_access_token"] = str(raw.get("onebot_access_token", ""))
    for switch in ("pacing", "sandbox"):
        if isinstance(value := raw.get(switch), bool):
            raw[switch] = "on" if value else "off"
    for several in ("allowed_hosts", "feed_hosts"):
        if isinstance(hosts := raw.get(several), str):
            raw[several] = frozenset(h.strip(' "') for h in hosts.strip("[] ").split(",") if h.strip(' "'))
    found = HostConfig.model_validate(raw)
    found.check()
    return found


def feature_environment(config: Config) -> dict[str, dict[str, Any]]:
    """`LIZHENG_<FEATURE>__<FIELD>` as `{feature: {field: raw}}`."""
    prefix = "lizheng_"
    return {
        name.removeprefix(prefix): value
        for name, value in (config.model_extra or {}).items()
        if name.startswith(prefix) and isinstance(value, dict)
    }


def data_file(name: str) -> Path:
    """Where a file is, or would be, that this host's owner puts beside the database."""
    return ROOT / "data" / name
