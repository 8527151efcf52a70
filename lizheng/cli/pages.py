"""What the manifests say, as pages: the table of commands and settings, and the example environment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import nonebot

from lizheng.cli import api_page as reference
from lizheng.host.host import Host
from lizheng.plugin.feature import Feature
from lizheng.plugin.retention import Keep
from lizheng.plugin.settings import Setting, settings_of
from lizheng.registry.access import opened_with

HOST_VARIABLES = (
    ("ONEBOT_ACCESS_TOKEN", "", "和 QQ 端（NapCat、LLBot）写同一串，自己编，至少 16 个字符；空着就打开沙盒"),
    ("SUPERUSERS", "[]", '超级用户的 QQ 号，例如 ["12345"]：在每个群都算管理者'),
    ("HOST", "127.0.0.1", "监听的地址；不是本机地址时，没有 16 个字符以上的 ONEBOT_ACCESS_TOKEN 会拒绝启动"),
    ("PORT", "8080", "监听的端口；QQ 端连 ws://HOST:PORT/onebot/v11/ws"),
    ("COMMAND_START", '["/"]', "命令的前缀"),
    ("TIMEZONE", "Asia/Shanghai", "群里的时间"),
    ("DATABASE_URL", "sqlite://data/lizheng.db", "数据库；也可以是 postgres://用户:密码@主机/库"),
    ("SANDBOX", "auto", "auto：没有设 ONEBOT_ACCESS_TOKEN 时打开沙盒；on：总打开；off：不打开"),
    ("PACING", "on", "按群和账号限速；off 只能用于本机的沙盒和测试"),
    ("ALLOWED_HOSTS", "[]", '除本机和 HOST 外，还允许用哪些域名访问，例如 ["bot.example.com"]'),
    (
        "FEED_HOSTS",
        "[]",
        '机器人可以去取内容的内网地址，例如自己架的 RSSHub：["127.0.0.1:1200"]；别的内网地址一律不取',
    ),
    ("METRICS", "false", "true 时 GET /metrics 给出 Prometheus 文本"),
    ("RETENTION_DAYS", "180", "会到期的数据最多留多少天，至少 30；各留多久见 docs/privacy.md"),
    ("LOG_LEVEL", "INFO", "日志的详细程度：DEBUG、INFO、WARNING、ERROR"),
)
"""Name, default and meaning of what the host itself reads."""


def load_features() -> list[Feature]:
    """Load the project's plugins in a process that has not started NoneBot yet."""
    nonebot.init(**Host.prepare())
    host = Host(nonebot.get_driver())
    nonebot.load_from_toml("pyproject.toml")
    host.registry.take_in()
    return list(host.features.values())


def pages(features: Iterable[Feature]) -> dict[str, str]:
    """The generated pages by their path below the project's root; of features from elsewhere they say nothing."""
    ours = [f for f in features if f.module.split(".")[0] in ("plugins", "lizheng")]
    return {
        "docs/plugins.md": plugins_page(ours),
        "docs/privacy.md": privacy_page(ours),
        "docs/api.md": reference.page(),
        ".env.example": environment_page(ours),
    }


def plugins_page(features: Sequence[Feature]) -> str:
    """Every command with its forms, every setting, as Markdown tables."""
    parts = ["# 命令和设置", "", f"<!-- {reference.GENERATED} -->", ""]
    parts += [
        "命令名后面的括号里是别名。`<…>` 要写，`[…]` 可以不写；空格可以是全角的，`／` 和 `/` 一样。",
        "",
    ]
    parts += [
        f"- [{feature.title}](#{feature.title}-{feature.id})：{feature.summary.rstrip('。')}"
        for feature in features
    ]
    for feature in features:
        parts += ["", f"## {feature.title} {feature.id}", "", *_about(feature, features)]
    return "\n".join(parts) + "\n"


def _about(feature: Feature, listed: Sequence[Feature]) -> list[str]:
    titles = {one.title for one in listed}
    along = opened_with(feature, [title for title in feature.along_with if title in titles])
    if feature.always_on:
        switch = "总是开着，关不掉。"
    else:
        switch = f"{along}不用自己开。" if along else f"管理员发 `/开启 {feature.title}` 打开。"
    parts = [f"{feature.summary.rstrip('。')}。{switch}"]
    if feature.commands:
        parts += ["", *_table(("命令", "谁能用", "做什么", "例子"), _forms(feature))]
    if found := settings_of(feature):
        parts += ["", *_table(("设置", "默认", "说明", "环境变量"), map(_setting_row, found))]
    return parts


def _forms(feature: Feature) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    for command in feature.commands:
        aliases = f"（{'、'.join(command.aliases)}）" if command.aliases else ""
        for form in command.forms:
            rows.append((f"`{form.usage}`{aliases}", form.role.label, form.summary, f"`{form.example}`"))
            aliases = ""
    return rows


def _setting_row(setting: Setting) -> tuple[str, ...]:
    return setting.title, setting.show(setting.default), setting.description, f"`{setting.environment}`"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(map(_cell, line))} |" for line in lines]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def privacy_page(features: Sequence[Feature]) -> str:
    """What is kept about members, how long, and what `/删除我的数据` does with it, as a Markdown table."""
    ours = {feature: feature.module.split(".")[0] == "lizheng" for feature in features}
    shown = sorted(features, key=lambda feature: not ours[feature])
    kinds = [
        ("（共用）" if ours[feature] else feature.title, keep) for feature in shown for keep in feature.keeps
    ]
    lines = ["# 记着成员的什么，记多久", "", f"<!-- {reference.GENERATED} -->", ""]
    lines += [
        "每天夜里清掉到期的。「天」都不会超过 `RETENTION_DAYS`（默认 180 天）。",
        "功能在群里关掉以后，它记下的照样到期，照样可以查和删。",
        "",
        "不记聊天内容：没有被认作广告、违规或投稿的消息，看过就忘。下面没有的，就是没有记。",
        "",
        *_table(("功能", "记着什么", "留多久", "`/删除我的数据`"), map(_keep_row, kinds)),
    ]
    return "\n".join(lines) + "\n"


def _keep_row(kind: tuple[str, Keep]) -> tuple[str, ...]:
    title, keep = kind
    span = f"{keep.days} 天{'后抹掉内容' if keep.lasting else ''}" if keep.days else keep.until
    if not keep.person:
        return title, keep.what, span, "不按人记，到期自动清掉"
    does = "抹掉内容" if keep.blank else "删除"
    if keep.stays:
        does = (
            f"留下：{keep.stays}"
            if keep.free is None
            else f"{does}；{'' if keep.blank else '留下的：'}{keep.stays}"
        )
    return title, keep.what, span, does


def environment_page(features: Sequence[Feature]) -> str:
    """What `.env` may hold, each line commented out at its default."""
    lines = [f"# 复制成 .env，去掉要改的那行前面的 #。{reference.GENERATED}。", ""]
    for name, default, meaning in HOST_VARIABLES:
        lines += [f"# {meaning}", f"# {name}={default}", ""]
    lines += ["# 下面是各功能设置的默认值：群里没有用 /设置 改过的，就用这里的。", ""]
    for feature in features:
        for setting in settings_of(feature):
            lines += [f"# {feature.title}·{setting.title}：{setting.description}"]
            lines += [f"# {setting.environment}={_as_variable(setting)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _as_variable(setting: Setting) -> str:
    """The default as `.env` would say it, so that a line reads the same with its `#` taken off."""
    text = setting.show(setting.default)
    if text == setting.show(None):
        return ""
    if any(c in text for c in "\n\"'# "):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return text
