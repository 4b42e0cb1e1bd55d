"""UK Government Major Projects Portfolio: the same projects in yearly reports, one row a year."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tuijin.errors import ImportFailed, Problem
from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.csv_rows import read_csv, read_header
from tuijin.importers.dates import parse_date
from tuijin.importers.decimals import parse_decimal
from tuijin.importers.faults import Fault
from tuijin.importers.gmpp_csv.identity import fold_name, group_rows, is_id
from tuijin.importers.tables import build_table

_SOURCE = {
    "key": "gmpp-panel",
    "title": "Government Major Projects Portfolio data, 2013 to 2024, consolidated",
    "publisher": "Infrastructure and Projects Authority / NISTA, United Kingdom",
    "url": "https://www.gov.uk/government/collections/major-projects-data",
    "confidence": "official",
    "licence": "Open Government Licence v3.0",
}
_PLACE = "GB"  # ISO 3166-1: not a GB/T 2260 code, and cannot be taken for one
_SHORT, _LONG, _NOTE = 200, 1000, 2000
# Windows punctuation that was read as Latin-1: U+0092 is ’.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_MORE_PLACES = re.compile(r"(\.\d{6})\d+$")

# column -> (metric, Chinese, English, unit). Pounds stay pounds and never become yuan.
_AMOUNTS = {
    "FY_Baseline_GBPm": ("year_baseline", "年度基准投资", "Baseline of the year", "mn_gbp"),
    "FY_Forecast_GBPm": ("year_forecast", "年度预计投资", "Forecast of the year", "mn_gbp"),
    "FY_Variance_Pct": ("year_variance", "年度偏差", "Variance of the year", "percent"),
    "WLC_Baseline_GBPm": ("whole_life_cost", "全生命周期成本", "Whole-life cost", "mn_gbp"),
    "Benefits_GBPm": ("benefits", "货币化收益", "Monetised benefits", "mn_gbp"),
}
_DATES = {
    "Start_Date": ("start_date", "开始日期", "Start date", "planned_start_on"),
    "End_Date": ("end_date", "结束日期", "End date", "planned_finish_on"),
}
_RATINGS = {
    "IPA_RAG": ("rating_ipa", "交付信心评级（IPA）", "Delivery confidence (IPA)"),
    "SRO_RAG": ("rating_owner", "交付信心评级（责任人）", "Delivery confidence (owner)"),
}
_COLUMNS = {"Year", "GMPP_ID", "Project_Name", "Department", "Schedule_Narrative",
            "End_Date_Parsed", "Start_Date_Parsed", *_AMOUNTS, *_DATES, *_RATINGS}  # fmt: skip

Row = Mapping[str, str]


class GmppCsv:
    id = "gmpp_csv"
    title_zh = "英国政府重大项目组合（GMPP）年度数据"
    title_en = "UK Government Major Projects Portfolio, yearly panel"
    suffixes = (".csv",)

    def recognises(self, data: bytes, *, name: str) -> bool:
        return set(read_header(data)) >= _COLUMNS

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        sheet = read_csv(data)
        if not set(sheet.header) >= _COLUMNS:
            missing = ", ".join(sorted(_COLUMNS - set(sheet.header)))
            raise ImportFailed(f"not the columns of the GMPP panel: no {missing}", code="header")
        problems: list[Problem] = []
        notes: list[Problem] = []
        texts = [{k: v.translate(_WINDOWS) for k, v in row.items()} for row in sheet.dicts()]
        rows = [
            (number, row)
            for number, row in zip(sheet.numbers, texts, strict=True)
            if _is_good(row, number, problems)
        ]
        firsts = group_rows([(r["GMPP_ID"].strip(), r["Project_Name"].strip()) for _, r in rows])
        groups: dict[int, list[tuple[int, Row]]] = defaultdict(list)
        for first, numbered in zip(firsts, rows, strict=True):
            groups[first].append(numbered)
        projects, figures = [], []
        project_rows, figure_rows = [], []
        for group in groups.values():
            by_year = sorted(group, key=lambda numbered: int(numbered[1]["Year"]))
            project = _build_project([row for _, row in by_year])
            projects.append(project)
            project_rows.append(by_year[-1][0])
            for number, row in by_year:
                found = _build_figures(project["key"], row, number, problems, notes)
                figures.extend(found)
                figure_rows.extend([number] * len(found))
        owners = {p["owner"]: {"key": p["owner"], "name": p["owner"][3:]} for p in projects}
        tables = (
            build_table("source", [_SOURCE], [1]),
            build_table("organisation", list(owners.values()), [1] * len(owners)),
            build_table("project", projects, project_rows),
            build_table("figure", figures, figure_rows),
        )
        return Parsed(
            tuple(table for table in tables if len(table)),
            tuple(problems),
            tuple(notes),
            encoding=sheet.encoding,
        )


def _is_good(row: Row, number: int, problems: list[Problem]) -> bool:
    """Whether the row says which project and which year; the rest may be missing."""
    bad = [
        (column, expected)
        for column, pattern, expected in (
            ("Year", r"(19|20)\d\d", "a year such as 2021"),
            ("Project_Name", r"(?s).*\S.*", "a name"),
            ("Department", r"(?s).*\S.*", "a department"),
        )
        if not re.fullmatch(pattern, row[column].strip())
    ]
    for column, expected in bad:
        message = f"{column} is {row[column]!r:.80}"
        problems.append(Problem("required", message, row=number, column=column, expected=expected))
    return not bad


def _build_project(by_year: Sequence[Row]) -> dict[str, Any]:
    """Build the project as the latest report has it, under the id any report gives it."""
    ids = [t for row in by_year for t in (row["GMPP_ID"].strip(), row["Project_Name"].strip())]
    number = next(filter(is_id, ids), "")
    names = [n for row in by_year if not is_id(n := " ".join(row["Project_Name"].split()))]
    name = next((n for n in reversed(names) if not n.isupper()), names[-1] if names else number)
    digest = hashlib.sha256(fold_name(names[0]).encode()).hexdigest()[:12] if names else ""
    latest = by_year[-1]
    project: dict[str, Any] = {
        "key": f"gmpp-{number.lower() or digest}",
        "name": name[:_SHORT],
        "name_en": name[:_SHORT],
        "place": _PLACE,
        "owner": f"uk-{latest['Department'].strip().upper()}"[:80],
        "investor_kind": "government",
        "source": _SOURCE["key"],
    }
    for column, (*_, field) in _DATES.items():
        project[field] = _read_day(latest, column)
    return project


def _build_figures(
    project: str, row: Row, number: int, problems: list[Problem], notes: list[Problem]
) -> list[dict[str, Any]]:
    """Build one report's figures; words in a date's place are kept as words, with a note."""
    figures = []

    def add(metric: str, zh: str, en: str, unit: str, **value: Any) -> None:
        year = row["Year"].strip()
        figures.append(
            {
                "key": f"{project}-{metric}-{year}",
                "project": project,
                "metric": metric,
                "title": zh,
                "title_en": en,
                **value,
                "unit": unit,
                "as_of": year,
                "confidence": "official",
                "source": _SOURCE["key"],
            }
        )

    for column, (metric, zh, en, unit) in _AMOUNTS.items():
        amount = _read_amount(row, column, number, problems)
        if amount is not None:
            add(metric, zh, en, unit, value=amount)
    for column, (metric, zh, en, _) in _DATES.items():
        day, text = _read_day(row, column), row[column].strip()
        if day:
            add(metric, zh, en, "date", date_value=day)
        elif text:
            add(metric, zh, en, "text", text_value=" ".join(text.split())[:_LONG])
            message = f"{column} holds words, kept as text: {text!r:.80}"
            notes.append(Problem("date_is_text", message, row=number, column=column))
    for column, (metric, zh, en) in _RATINGS.items():
        rating = " ".join(row[column].split())
        if rating and rating != "Unknown":
            shown = rating.title() if len(rating) <= 12 else rating
            add(metric, zh, en, "text", text_value=shown[:_LONG])
    narrative = row["Schedule_Narrative"].strip()
    if narrative:
        add("schedule_narrative", "进度说明", "Schedule narrative", "text",
            text_value=narrative[:_LONG], note=narrative[_LONG:][:_NOTE] or None)  # fmt: skip
        if len(narrative) > _LONG + _NOTE:
            message = f"a narrative of {len(narrative)} characters was cut"
            notes.append(Problem("text_cut", message, row=number, column="Schedule_Narrative"))
    return figures


def _read_amount(row: Row, column: str, number: int, problems: list[Problem]) -> Decimal | None:
    text = row[column].strip()
    if not text:
        return None
    try:
        return parse_decimal(_MORE_PLACES.sub(r"\1", text))
    except Fault as fault:
        message = f"{column} is {text!r:.80}"
        problems.append(
            Problem(fault.code, message, row=number, column=column, expected=fault.expected)
        )
        return None


def _read_day(row: Row, column: str) -> date | None:
    """Read the panel's own ISO date, else an ISO date at the start of the raw cell."""
    for text in (row[f"{column}_Parsed"].strip(), row[column].strip()):
        if re.match(r"\d{4}-\d\d-\d\d(?!\d)", text):
            try:
                return parse_date(text[:10])
            except Fault:
                continue
    return None


plugin = GmppCsv()
