"""
Import a 50,000-row workbook, beside openpyxl merely reading it.

    python bench/import_workbook.py [--rows N] [--repeats N] [--profile]

Two workbooks: 20 columns of projects, and a clerk's sheet whose every line is a project, its
owner, its plan and its report. "read + check" is pre-scan, parsing, the field grammar and the
split into entries. "import" adds the comparison with what is on record, the rows, their trail with
its hash chain, the sums, and COMMIT with synchronous=FULL. The last columns: times faster
than openpyxl streaming and as usual; runs alternate, medians of the ratios.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import os
import pstats
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

os.environ.setdefault("TUIJIN_HOME", tempfile.mkdtemp(prefix="tuijin-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")

import django

django.setup()

import openpyxl
import xlsxwriter
from django.core.management import call_command
from django.db import connection, transaction

from tuijin.discovery import load_plugin
from tuijin.ledger import intake, scope, seed
from tuijin.ledger.models import Project, TrailEvent

PLACES = ("达茂旗", "固阳县", "东河区", "昆都仑区", "土右旗", "九原区", "石拐区", "白云矿区")
PROJECTS = (
    *("项目代码", "项目名称", "英文名称", "所在地区", "阶段", "状态", "投资性质", "建设性质"),
    *("行业代码", "战略性新兴产业", "总投资（万元）", "价格年份", "装机容量（兆瓦）"),
    *("用地面积（亩）", "计划开工日期", "计划竣工日期", "实际开工日期", "经度", "纬度", "建设内容"),
)
CLERK = (
    *("序号", "项目代码", "项目名称", "建设地点", "建设单位", "阶段", "建设性质", "行业代码"),
    *("总投资（万元）", "用地面积（亩）", "计划开工时间", "计划竣工时间", "实际开工日期"),
    *("经度", "纬度", "2025年计划投资（万元）", "2025年1-9月完成投资（万元）", "形象进度"),
    *("存在问题", "主要建设内容"),
)


def project_row(number: int, chance: random.Random) -> list[Any]:
    begun = date(2024, 1, 1) + timedelta(days=chance.randrange(700))
    return [
        f"2509-150223-04-01-{number:06d}", f"样例新材料有限公司年产{number}吨项目",
        f"Sample plant {number}", chance.choice(PLACES), chance.choice(("在建", "开工", "签约")),
        "正常", "企业投资", "新建", "C3099", "新材料", chance.randrange(10_000, 5_000_000), 2025,
        chance.randrange(1, 900), chance.randrange(10, 3_000), begun, begun + timedelta(days=500),
        begun + timedelta(days=20), round(109 + chance.random() * 2, 6),
        round(40 + chance.random() * 2, 6), f"年产{number}吨负极材料生产线及配套设施",
    ]  # fmt: skip


def clerk_row(number: int, chance: random.Random) -> list[Any]:
    begun = date(2024, 1, 1) + timedelta(days=chance.randrange(700))
    return [
        number, f"2509-150223-04-01-{number:06d}", f"样例新材料有限公司年产{number}吨项目",
        chance.choice(PLACES), f"样例{number // 3}有限公司", "在建", "新建", "C3099",
        chance.randrange(10_000, 5_000_000), chance.randrange(10, 3_000), begun,
        begun + timedelta(days=500), begun + timedelta(days=20),
        round(109 + chance.random() * 2, 6), round(40 + chance.random() * 2, 6),
        chance.randrange(1_000, 90_000), round(chance.random() * 90_000, 2), "主体施工",
        "征地未完成" if number % 5 == 0 else None, f"年产{number}吨负极材料生产线",
    ]  # fmt: skip


def build(titles: tuple[str, ...], row: Callable[..., list[Any]], rows: int) -> bytes:
    chance, buffer = random.Random(7), io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page, day = book.add_worksheet("项目"), book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_row(0, 0, titles)
    for number in range(1, rows + 1):
        for column, value in enumerate(row(number, chance)):
            if isinstance(value, date):
                page.write_datetime(
                    number, column, datetime(value.year, value.month, value.day), day
                )
            elif value is not None:
                page.write(number, column, value)
    book.close()
    return buffer.getvalue()


def read_streaming(data: bytes) -> None:
    """Read with openpyxl at its quickest."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    for page in book.worksheets:
        for _ in page.iter_rows(values_only=True):
            pass


def read_as_usual(data: bytes) -> None:
    """Read with openpyxl as its documentation begins."""
    for page in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        for _ in page.iter_rows(values_only=True):
            pass


def parse(data: bytes) -> Any:
    parsed = load_plugin("tuijin.importers", "ledger_xlsx").parse(data, name="bench.xlsx")
    assert not parsed.problems, parsed.problems[0]
    return parsed


def import_(data: bytes) -> None:
    intake.accept(parse(data).tables, batch="bench")


def wipe() -> None:
    """Back to an empty ledger, outside the clock."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("progressreport", "annualplan", "project", "organisation", "trailevent",
                      "trailhead", "tally"):  # fmt: skip
            cursor.execute(f"DELETE FROM ledger_{table}")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def clock(act: Callable[[bytes], Any], data: bytes) -> float:
    begun = time.perf_counter()
    act(data)
    return time.perf_counter() - begun


STEPS = {
    "openpyxl reads, streaming": read_streaming,
    "openpyxl reads, as usual": read_as_usual,
    "tuijin read + check": parse,
    "tuijin import": import_,
}


def measure(name: str, data: bytes, repeats: int) -> None:
    """Alternate the steps, and print medians and medians of ratios."""
    runs = []
    for _ in range(repeats):
        wipe()
        runs.append({step: clock(act, data) for step, act in STEPS.items()})
    events, projects = TrailEvent.objects.count(), Project.objects.count()
    print(f"{name}: {len(data) / 1e6:.1f} MB, {projects} projects, {events} trail events")
    for step in STEPS:
        seconds = statistics.median(run[step] for run in runs)
        ratios = [
            statistics.median(run[peer] / run[step] for run in runs) for peer in list(STEPS)[:2]
        ]
        print(f"  {step:26} {seconds:6.2f} s   {ratios[0]:4.1f} x   {ratios[1]:4.1f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--profile", choices=("projects", "clerk"))
    args = parser.parse_args()
    call_command("migrate", verbosity=0)
    books = {
        "projects": build(PROJECTS, project_row, args.rows),
        "clerk": build(CLERK, clerk_row, args.rows),
    }
    with scope.active(scope.system_scope("bench")):
        seed.load_places()
        if args.profile:
            wipe()
            profile = cProfile.Profile()
            profile.runcall(import_, books[args.profile])
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
            return
        for name, data in books.items():
            measure(name, data, args.repeats)


if __name__ == "__main__":
    main()
