"""What a run found, as numbers with goals; how they are shown, kept and compared."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.process import ROOT

BASELINE = ROOT / "bench" / "baseline.json"
PAGE = ROOT / "docs" / "performance.md"
TOLERANCE = 1.25
"""A ratio may be this much worse than the baseline before a CI run fails."""

_PAGE = """# 性能

由 `python -m bench --write` 生成，不要手改。速度都是同一次运行里与裸 NoneBot 之比，多轮交错、取中位数；
「裸 NoneBot」指 NoneBot2 加官方 OneBot v11 适配器，只有一个普通的 `on_command`。
每条消息的代价是主机进程的 CPU 时间（用户态加内核态）；延迟从消息该发出的那一刻算起，排队也算在内。

{table}

复现：`python -m bench`；持续集成里的短跑：`python -m bench --ci`；加上十万条消息的耐久：`--soak`。
"""


@dataclass(frozen=True)
class Figure:
    """`measure` is what has a goal and a history; `raw` is the reading behind it, for people."""

    key: str
    title: str
    raw: str
    measure: float
    unit: str = "×"
    goal: float | None = None

    @property
    def reached(self) -> bool:
        return self.goal is None or self.measure <= self.goal


def table(figures: Sequence[Figure]) -> str:
    rows = ["| 项目 | 读数 | 与裸 NoneBot 之比或指标 | 目标 | |", "|---|---|---|---|---|"]
    for figure in figures:
        goal = f"≤ {figure.goal:g} {figure.unit}" if figure.goal is not None else "—"
        mark = "—" if figure.goal is None else "达到" if figure.reached else "未达到"
        rows.append(
            f"| {figure.title} | {figure.raw} | {figure.measure:.3g} {figure.unit} | {goal} | {mark} |"
        )
    return "\n".join(rows)


def write_page(figures: Sequence[Figure]) -> Path:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(_PAGE.format(table=table(figures)), encoding="utf-8")
    return PAGE


def write_baseline(figures: Sequence[Figure]) -> Path:
    ratios = {f.key: round(f.measure, 3) for f in figures if f.unit == "×"}
    BASELINE.write_text(json.dumps(ratios, indent=2) + "\n", encoding="utf-8")
    return BASELINE


def worsened(figures: Sequence[Figure]) -> list[str]:
    """One sentence for each ratio that fell behind the baseline by more than the tolerance."""
    known: dict[str, float] = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    measured = {figure.key: figure.measure for figure in figures}
    complaints = [f"{key}: not measured" for key in known if key not in measured]
    complaints += [
        f"{key}: {measured[key]:.3g} × against {before:.3g} × in the baseline"
        for key, before in known.items()
        if key in measured and measured[key] > before * TOLERANCE
    ]
    return complaints
