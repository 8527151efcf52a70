"""What the manifests say, as pages: the table of commands and settings, and the example environment."""

from __future__ import annotations

from collections.abc import Sequence

import nonebot

from lizheng.feature import Feature
from lizheng.host import Host
from lizheng.settings import settings_of

HOST_VARIABLES = (
    ("HOST", "127.0.0.1", "监听的地址。不是本机地址时，ONEBOT_ACCESS_TOKEN 至少要 16 个字符，否则拒绝启动"),
    ("PORT", "8080", "监听的端口；QQ 端连 ws://HOST:PORT/onebot/v11/ws"),
    ("ONEBOT_ACCESS_TOKEN", "", "和 QQ 端（NapCat、LLBot）写同一个；空着就打开沙盒"),
    ("SUPERUSERS", "[]", '超级用户的 QQ 号，比如 ["12345"]'),
    ("COMMAND_START", '["/"]', "命令的前缀"),
    ("DATABASE_URL", "sqlite://data/lizheng.db", "数据库；也可以是 postgres://用户:密码@主机/库"),
    ("SANDBOX", "auto", "auto：没有设 ONEBOT_ACCESS_TOKEN 时打开沙盒；on；off"),
    ("TIMEZONE", "Asia/Shanghai", "群里的时间"),
    ("PACING", "on", "按群和账号限速；off 只能用于本机的沙盒和测试"),
    ("ALLOWED_HOSTS", "[]", "除本机和 HOST 外，还允许用哪些域名访问"),
    ("METRICS", "false", "true 时 GET /metrics 给出 Prometheus 文本"),
    ("LOG_LEVEL", "INFO", "日志的详细程度"),
)
"""Name, default and meaning of what the host itself reads."""


def load_features() -> list[Feature]:
    """Load the project's plugins in a process that has not started NoneBot yet."""
    nonebot.init(**Host.prepare())
    host = Host(nonebot.get_driver())
    nonebot.load_from_toml("pyproject.toml")
    host.take_in_features()
    return list(host.features.values())


def pages(features: Sequence[Feature]) -> dict[str, str]:
    """The generated pages by their path below the project's root."""
    return {"docs/plugins.md": plugins_page(features), ".env.example": environment_page(features)}


def plugins_page(features: Sequence[Feature]) -> str:
    parts = ["# 功能一览", "", "<!-- 由 python -m lizheng docs 生成，请不要手改 -->", ""]
    for feature in features:
        parts += [f"## {feature.title} `{feature.id}`", "", feature.summary, ""]
        parts += ["| 命令 | 谁能用 | 做什么 | 例子 |", "|---|---|---|---|"]
        for command in feature.commands:
            for form in command.forms:
                cells = (f"`{form.usage}`", form.role.label, form.summary, f"`{form.example}`")
                parts.append(f"| {' | '.join(_cell(c) for c in cells)} |")
        if found := settings_of(feature):
            parts += ["", "| 设置 | 默认 | 说明 | 环境变量 |", "|---|---|---|---|"]
            for setting in found:
                cells = (setting.title, setting.show(setting.default), setting.description, f"`{setting.environment}`")
                parts.append(f"| {' | '.join(_cell(c) for c in cells)} |")
        parts.append("")
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def environment_page(features: Sequence[Feature]) -> str:
    lines = ["# 复制成 .env 再改。由 python -m lizheng docs 生成。", ""]
    for name, default, meaning in HOST_VARIABLES:
        lines += [f"# {meaning}", f"# {name}={default}", ""]
    for feature in features:
        for setting in settings_of(feature):
            default = setting.show(setting.default).replace("\n", "\\n")
            lines += [f"# {feature.title}·{setting.title}：{setting.description}", f"# {setting.environment}={default}", ""]
    return "\n".join(lines).rstrip() + "\n"
