"""What was promised about reliability, and what a run of the tests measured of it.

A test notes its figure (fixture `figure`), the end of the run prints them as a table, and `--figures docs/reliability.md`
puts them into that page. Rows that this run did not measure stay there as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
HEAD = "| 承诺 | 指标 | 量到的 | 何时、何机 | 复现 |\n|---|---|---|---|---|"
NIGHTLY = "just nightly"
Note = Callable[..., None]
"""What the fixture `figure` is: a row's key and its numbers."""


@dataclass(frozen=True)
class Row:
    """One promise; `shown` says its figure, with the numbers that are noted in `{}`."""

    key: str
    title: str
    goal: str
    shown: str
    command: str


ROWS = (
    Row(
        "kills",
        "随机聊天加 kill -9（每段 3 次），SQLite：账目差错",
        "500 段里 0",
        "{histories} 段、{entries} 笔账，差错 {wrong}",
        f"{NIGHTLY} tests/faults/test_ledger.py -k 'leave_no_discrepancy and not postgres'",
    ),
    Row(
        "kills postgres",
        "随机聊天加 kill -9，Postgres：账目差错",
        "100 段里 0",
        "{histories} 段、{entries} 笔账，差错 {wrong}",
        f"{NIGHTLY} tests/faults/test_ledger.py -k postgres",
    ),
    Row(
        "briefs seen",
        "重启和接口出错前后的早报，查得到历史",
        "1,000 份都恰好一次",
        "{briefs} 份里恰好一次的 {once} 份",
        f"{NIGHTLY} tests/faults/test_brief.py",
    ),
    Row(
        "briefs blind",
        "重启和接口出错前后的早报，查不到历史",
        "0 重复，漏的都报告",
        "{briefs} 份，重复 {doubled}，漏 {missing}、都报告了",
        f"{NIGHTLY} tests/faults/test_brief.py",
    ),
    Row(
        "frames",
        "乱改的帧",
        "10,000 帧，0 死、0 断，停顿 < 100 ms",
        "{frames} 帧，死 {deaths}、断 {closed}，最长停顿 {stall:.0f} ms",
        f"{NIGHTLY} tests/kit/adapter/test_frames.py",
    ),
    Row(
        "permissions",
        "权限矩阵：每种用法 × 身份 × 场合",
        "100 %",
        "{forms} 种用法、{cells} 格，不符 {wrong}",
        "just test tests/kit/test_permissions.py",
    ),
    Row(
        "protected",
        "受保护的人被动到",
        "10,000 段里 0",
        "{histories} 段、对受保护的人试 {tries} 次，动到 {touched}",
        f"{NIGHTLY} tests/kit/test_protected.py",
    ),
    Row(
        "payloads",
        "恶意文本 × 每个会说话的地方",
        "≥ 200 × 全部，0 个没写的消息段",
        "{payloads} 种 × {sinks} 处，没写的消息段 {undeclared}",
        f"{NIGHTLY} tests/test_payloads.py",
    ),
    Row(
        "deliveries",
        "每条送 1–5 次、次序打乱",
        "1,000 段和只送一次的一样",
        "{histories} 段、{events} 件事送了 {deliveries} 次，不同 {different}",
        f"{NIGHTLY} tests/kit/test_deliveries.py",
    ),
    Row(
        "pacing",
        "限速：群 3 个令牌、2 秒一个、60 秒 ≤ 20；账号 60 秒 ≤ 40；移出 ≥ 3 秒一个；重启不清零",
        "不超",
        "{arrivals} 段来量，超的 {exceeded}",
        "just test tests/kit/test_outbox_pacing.py",
    ),
    Row(
        "reconnect",
        "重新连上到能用",
        "≤ 2 s",
        "最慢 {seconds:.2f} s",
        "just test tests/faults/test_faults.py -k half_open",
    ),
    Row(
        "disconnected",
        "断开后的调用失败",
        "≤ 1 s",
        "最慢 {seconds:.2f} s",
        "just test tests/kit/adapter/test_answers.py -k lost",
    ),
    Row(
        "sigterm",
        "SIGTERM 到退出",
        "≤ 10 s，丢 0 条记录",
        "最慢 {seconds:.2f} s，丢 {lost} 条",
        "just test tests/faults/test_survival.py -k in_time",
    ),
    Row(
        "spends",
        "一个额度同时花 30 次，SQLite",
        "1,000 轮都只成 1 次",
        "{rounds} 轮，不是 1 次的 {wrong}",
        f"{NIGHTLY} tests/kit/test_ledger.py -k 'thousand and not postgres'",
    ),
    Row(
        "spends postgres",
        "一个额度同时花 30 次，Postgres",
        "1,000 轮都只成 1 次",
        "{rounds} 轮，不是 1 次的 {wrong}",
        f"{NIGHTLY} tests/kit/test_ledger.py -k postgres",
    ),
    Row(
        "cancellations",
        "数据库代码里取消，SQLite",
        "400 次，0 死锁",
        "{cancelled} 次，死锁 {locked}，写一半的 {halved}",
        "just test tests/kit/test_store.py -k cancellations",
    ),
    Row(
        "cancellations postgres",
        "数据库代码里取消，Postgres",
        "400 次，0 死锁",
        "{cancelled} 次，死锁 {locked}，写一半的 {halved}",
        "just test tests/kit/test_store.py -k cancellations",
    ),
    Row(
        "deadlines",
        "重启后期限还在：定时",
        "1,000 / 1,000",
        "{kept} / {planned}",
        "just test tests/kit/test_schedule.py -k 1000",
    ),
    Row(
        "deadlines of cases",
        "重启后期限还在：处置、禁言、申诉与消退",
        "各 1,000 / 1,000",
        "{kept} / {planned}（三种合计）",
        f"{NIGHTLY} tests/plugins/violations/test_restart.py",
    ),
    Row(
        "takeover",
        "两台主机一个 Postgres，杀一台",
        "另一台 ≤ 15 s 接手，仍只做一次",
        "最慢 {seconds:.1f} s，做了两次的 {doubled}",
        "just test tests/faults/test_two_hosts.py",
    ),
    Row(
        "machine ledger",
        "状态机：账本",
        "1,000 × 30 步",
        "{histories} 段，最长 {steps:.0f} 步",
        f"{NIGHTLY} tests/kit/test_ledger_histories.py",
    ),
    Row(
        "machine paying",
        "状态机：广告付款",
        "1,000 × 30 步",
        "{histories} 段，最长 {steps:.0f} 步",
        f"{NIGHTLY} tests/plugins/ad_tax/test_paying_histories.py",
    ),
    Row(
        "machine ladder",
        "状态机：处置阶梯",
        "1,000 × 30 步",
        "{histories} 段，最长 {steps:.0f} 步",
        f"{NIGHTLY} tests/plugins/violations/test_machine.py",
    ),
    Row(
        "machine windows",
        "状态机：广告时段",
        "1,000 × 30 步",
        "{histories} 段，最长 {steps:.0f} 步",
        f"{NIGHTLY} tests/plugins/ad_window/test_windows.py -k model",
    ),
    Row(
        "machine deadlines",
        "状态机：定时",
        "1,000 × 30 步",
        "{histories} 段，最长 {steps:.0f} 步",
        f"{NIGHTLY} tests/kit/test_schedule_machine.py",
    ),
    Row(
        "machine outbox",
        "状态机：发件箱",
        "1,000 × 30 步",
        "{histories} 段，最长 {steps:.0f} 步",
        f"{NIGHTLY} tests/kit/test_outbox_machine.py",
    ),
    Row(
        "seeded",
        "故意种下的错",
        "≥ 10 个全找到",
        "{bugs} 个找到 {found} 个",
        "python -m tests.seeded",
    ),
    Row(
        "door",
        "没有密码、外来的 Origin 和 Host、扫描路由",
        "100 % 拒绝",
        "试 {tried} 种，放进来 {let_in}",
        "just test tests/faults/test_door.py",
    ),
    Row(
        "power",
        "运行中复制的数据库（断电）",
        "都能打开，已提交的都在",
        "{copies} 份，坏的 {broken}，账不平的 {wrong}",
        f"{NIGHTLY} tests/faults/test_disk.py -k power",
    ),
    Row(
        "coverage",
        "覆盖率，全部行",
        "≥ 95 %",
        "{percent:.1f} %",
        "python -m tests.support.coverage",
    ),
    Row(
        "branches",
        "分支：ledger、gate、outbox、dispatch",
        "100 %",
        "{covered} / {branches}",
        "python -m tests.support.coverage",
    ),
)


class Figures:
    """The numbers of one run. Noted more than once, whole numbers add up and of fractions the largest stays."""

    def __init__(self, rows: Iterable[Row] = ROWS) -> None:
        self.rows = {row.key: row for row in rows}
        assert len({row.title for row in self.rows.values()}) == len(self.rows), (
            "a title is what a page knows a row by"
        )
        self.noted: dict[str, dict[str, float]] = {}

    def note(self, row: str, **numbers: float) -> None:
        """Add to a row's figure. Raises `KeyError` for a row that nobody declared and for numbers it does not show."""
        self.rows[row].shown.format(**numbers)
        kept = self.noted.setdefault(row, {})
        for name, number in numbers.items():
            before = kept.get(name, 0)
            kept[name] = max(before, number) if isinstance(number, float) else before + number

    def lines(self) -> list[str]:
        """What was measured, a line for each row."""
        return [f"{row.title}：{figure}（指标 {row.goal}）" for row, figure in self._measured()]

    def _measured(self) -> list[tuple[Row, str]]:
        return [
            (row, row.shown.format(**self.noted[key])) for key, row in self.rows.items() if key in self.noted
        ]

    def write(self, page: Path, now: datetime, machine: str) -> None:
        """Put them into the page's table. Raises `ValueError` when it has no place for one."""
        text = page.read_text("utf-8")
        before, begin, rest = text.partition(BEGIN)
        table, end, after = rest.partition(END)
        if not (begin and end):
            raise ValueError(f"{page} has no table between {BEGIN} and {END}")
        kept = {_title(line): line for line in table.splitlines() if line.startswith("| ")}
        for row, figure in self._measured():
            cells = (row.title, row.goal, figure, f"{now:%Y-%m-%d}，{machine}", f"`{row.command}`")
            kept[row.title] = f"| {' | '.join(cells)} |"
        lines = [kept[row.title] for row in self.rows.values() if row.title in kept]
        page.write_text(f"{before}{begin}\n{HEAD}\n" + "\n".join(lines) + f"\n{end}{after}", "utf-8")


def _title(line: str) -> str:
    return line.split("|")[1].strip()


def machine() -> str:
    """How large this machine is: cores and memory, the smaller of what it has and what it may use."""
    found = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()) if os.name == "posix" else None
    memory = f" {round(int(found[1]) / 2**20)} GB" if found else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} 核{memory}"


def today() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai"))
