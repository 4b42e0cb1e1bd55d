"""What a production engineer wants to see, at one set of values."""

from __future__ import annotations

import csv
from pathlib import Path

from tuijin.engines.flow import Result
from tuijin.project_models import Bar, Bars, Cell, Flow, Flows, Picture, Table
from tuijin.project_models.motor_line.formulas import DAY_SECONDS
from tuijin.project_models.motor_line.line import (
    Values,
    planned_day_seconds,
    station_seconds,
    stations,
)
from tuijin.project_models.motor_line.simulation import run_line


def draw_pictures(values: Values, *, seed: int, is_illustration: bool) -> tuple[Picture, ...]:
    result = run_line(values, seed=seed)
    zh, en = (
        "（示意：项目参数未公开）",
        " (illustration: the project's own figures are not known)",
    )
    mark = (zh, en) if is_illustration else ("", "")
    return (
        _utilisation(values, result, mark),
        _pieces(values, result, mark),
        _stations(values, result, mark),
        _classes(),
    )


def _utilisation(values: Values, result: Result, mark: tuple[str, str]) -> Bars:
    """Share of the planned time at work or stopped, the bottleneck first."""
    open_ratio = planned_day_seconds(values) / DAY_SECONDS
    bars = [
        Bar(s.title_zh, s.title, result[f"station.{s.name}.utilisation"].mean / open_ratio, "ratio")
        for s in stations()
        if not s.is_oven
    ]
    bars.sort(key=lambda bar: -bar.value)
    return Bars("utilisation", "各工位利用率" + mark[0], "Utilisation by station" + mark[1],
                tuple(bars))  # fmt: skip


def _pieces(values: Values, result: Result, mark: tuple[str, str]) -> Flows:
    """Pieces of the main path a day, from the first station over the tests to motors and scrap."""
    day = DAY_SECONDS
    started = result["station.stator_stacking.throughput"].mean * day
    joined = result["station.joining.throughput"].mean * day
    packed = result["station.packing.throughput"].mean * day
    flows = (
        ("stators", "joining", joined), ("stators", "scrap", max(0.0, started - joined)),
        ("joining", "motors", packed), ("joining", "scrap", max(0.0, joined - packed)),
    )  # fmt: skip
    nodes = (("stators", "定子", "Stators"), ("joining", "合装", "Joined"),
             ("motors", "合格电机", "Good motors"), ("scrap", "报废", "Scrap"))  # fmt: skip
    return Flows("pieces", "每日物流" + mark[0], "Pieces a day" + mark[1], nodes,
                 tuple(Flow(a, b, value, "count_per_day") for a, b, value in flows))  # fmt: skip


def _stations(values: Values, result: Result, mark: tuple[str, str]) -> Table:
    open_ratio = planned_day_seconds(values) / DAY_SECONDS
    head = (("工位", "Station"), ("节拍", "Cycle"), ("利用率", "Utilisation"),
            ("停机", "Down"), ("堵塞", "Blocked"))  # fmt: skip
    rows: list[tuple[tuple[str, str] | Cell, ...]] = []
    for s in stations():
        share = 1.0 if s.is_oven else open_ratio
        figures = (result[f"station.{s.name}.{key}"].mean / share
                   for key in ("utilisation", "down", "blocked"))  # fmt: skip
        cycle = Cell(station_seconds(values, s), "seconds")
        rows.append(((s.title_zh, s.title), cycle, *(Cell(value, "ratio") for value in figures)))
    return Table("stations", "工位表" + mark[0], "Stations" + mark[1], head, tuple(rows))


def _classes() -> Table:
    """Efficiency classes of GB 18613 as the fact sheet has them, unverified."""
    path = Path(__file__).with_name("efficiency.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    head = (("额定功率", "Rated power"), ("3级 IE3", "Grade 3, IE3"), ("2级 IE4", "Grade 2, IE4"),
            ("1级 IE5", "Grade 1, IE5"))  # fmt: skip
    rows = tuple(
        (
            (f"{row['rated_kw']} 千瓦", f"{row['rated_kw']} kW"),
            *(Cell(float(row[name]) / 100, "ratio") if row[name] else ("—", "—")
              for name in ("ie3_percent", "ie4_percent", "ie5_percent")),
        )
        for row in found
    )  # fmt: skip
    title = "效率等级（未核实，异步电机，4极50赫兹）"
    return Table("classes", title, "Efficiency classes (unverified; induction, 4 poles, 50 Hz)",
                 head, rows)  # fmt: skip
