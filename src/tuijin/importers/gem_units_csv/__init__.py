"""Power plant units of Global Energy Monitor: wind, coal and gas trackers, one row a unit."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuijin.errors import ImportFailed, Problem
from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.csv_rows import read_csv, read_header
from tuijin.importers.gem_units_csv.forms import Form, find_form
from tuijin.importers.gem_units_csv.names import clean_zh, split_holders, unit_label_zh
from tuijin.importers.gem_units_csv.places import resolve_place
from tuijin.importers.gem_units_csv.points import (
    find_crowded_points,
    read_number,
    read_point,
    refuse_cell,
)
from tuijin.importers.tables import build_table

# Tracker status -> (stage, status). Why: see README.md. None: the tracker does not say.
STATUSES: dict[str, tuple[str | None, str]] = {
    "announced": ("planned", "active"),
    "pre-permit": ("signed", "active"),
    "pre-construction": ("signed", "active"),
    "permitted": ("landed", "active"),
    "construction": ("building", "active"),
    "operating": ("producing", "active"),
    "mothballed": ("producing", "paused"),
    "shelved": (None, "paused"),
    "cancelled": (None, "cancelled"),
    "retired": ("producing", "retired"),
}
_MONTHS = "january february march april may june july august september october november december"


@dataclass
class _Entries:
    """What the rows have brought so far."""

    source: str
    projects: list[dict[str, Any]] = field(default_factory=list)
    organisations: dict[str, dict[str, Any]] = field(default_factory=dict)
    figures: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


class GemUnitsCsv:
    id = "gem_units_csv"
    title_zh = "全球能源监测（GEM）电力机组"
    title_en = "Global Energy Monitor power plant units"
    suffixes = (".csv",)

    def recognises(self, data: bytes, *, name: str) -> bool:
        return find_form(read_header(data)) is not None

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        sheet = read_csv(data)
        form = find_form(sheet.header)
        if form is None:
            raise ImportFailed("not the columns of a GEM tracker of units", code="header")
        release = _release_in(name) or form.release
        entries = _Entries(f"gem-{form.tracker}-{release}")
        rows = sheet.dicts()
        crowded = find_crowded_points(rows)
        repeated = Counter(clean_zh(row[form.name_zh]) for row in rows)
        for number, row in zip(sheet.numbers, rows, strict=True):
            _add_unit(entries, form, row, number, crowded=crowded, repeated=repeated)
        source = {
            "key": entries.source,
            "title": f"{form.title}, {release}",
            "publisher": "Global Energy Monitor",
            "url": form.url,
            "confidence": "vendor",
            "licence": "CC BY 4.0",
        }
        tables = (
            build_table("source", [source], [1]),
            build_table(
                "organisation", list(entries.organisations.values()), entries.rows["organisation"]
            ),
            build_table("project", entries.projects, entries.rows["project"]),
            build_table("figure", entries.figures, entries.rows["figure"]),
        )
        return Parsed(
            tuple(table for table in tables if len(table)),
            problems=tuple(entries.problems),
            notes=tuple(entries.notes),
            encoding=sheet.encoding,
        )


def _add_unit(
    entries: _Entries,
    form: Form,
    row: dict[str, str],
    number: int,
    *,
    crowded: set[tuple[str, str]],
    repeated: Counter[str],
) -> None:
    """Add one row's project with its organisations and figures, or the problems that refuse it."""
    problems: list[Problem] = []
    status = row["Status"].strip().lower()
    if status not in STATUSES:
        problems.append(refuse_cell("choice", row, "Status", number, ", ".join(STATUSES)))
    place = _place_of(row, form)
    if place is None:
        expected = "Inner Mongolia: the only province whose places this importer knows"
        problems.append(refuse_cell("place_unknown", row, form.province, number, expected))
    unit_id = row[form.unit_id].strip()
    if not re.fullmatch(r"[A-Z0-9]{1,20}", unit_id):
        problems.append(refuse_cell("required", row, form.unit_id, number, "an id such as G902142"))
    name = _name_zh(row, form, repeated)
    if not name:
        problems.append(refuse_cell("required", row, form.name_zh, number, "a name"))
    capacity_mw = read_number(row, form.capacity, number, problems)
    years = {
        column: read_number(row, column, number, problems)
        for column in ("Start year", "Retired year")
        if column in row
    }
    if problems:
        entries.problems.extend(problems)
        return
    stage, state = STATUSES[status]
    project = {
        "key": f"gem-{unit_id}",
        "name": name,
        "name_en": ", ".join(
            part for part in (row[form.name_en].strip(), row[form.unit_name].strip()) if part
        )[:200],
        "place": place,
        "owner": _add_organisations(entries, form, row, number),
        "stage": stage,
        "status": state,
        "industry": form.industry,
        "strategic_industry": form.strategic_industry,
        "capacity_mw": capacity_mw,
        "summary": _summary(form, row, language=0),
        "summary_en": _summary(form, row, language=1),
        "source": entries.source,
    }
    point, notes = read_point(row, number, place=str(place), crowded=crowded)
    entries.notes.extend(notes)
    project |= point
    entries.projects.append(project)
    entries.rows["project"].append(number)
    for column, year in years.items():
        if year is not None:
            _add_year(entries, project, number, column=column, year=int(year), status=status)


def _place_of(row: dict[str, str], form: Form) -> str | None:
    return resolve_place(
        province=row[form.province],
        prefecture=row["Major area (prefecture, district)"],
        county=row["Local area (taluk, county)"],
        clues=" ".join(clean_zh(row[column]) for column in form.place_clues),
    )


def _name_zh(row: dict[str, str], form: Form, repeated: Counter[str]) -> str:
    """The local name, with the unit where the name alone would not tell it from its sisters."""
    name, unit = clean_zh(row[form.name_zh]), row[form.unit_name].strip()
    if not unit or not name:
        return name[:200]
    label = unit_label_zh(unit)
    if form.every_unit_named:
        return f"{name} {label}"[:200]
    return f"{name}（{label}）"[:200] if repeated[name] > 1 and label not in name else name[:200]


def _add_organisations(
    entries: _Entries, form: Form, row: dict[str, str], number: int
) -> str | None:
    """Add the companies of a row; the first project company, else the first holder, is owner."""
    first: str | None = None
    for english_column, chinese_column in (form.company, form.holders):
        english = [name for name, _ in split_holders(row[english_column])]
        chinese = [clean_zh(name) for name, _ in split_holders(row.get(chinese_column, ""))]
        paired = len(english) == len(chinese)
        for index, written in enumerate(chinese or english):
            name = written[:200]
            if name.lower() in ("others", "其他", "unknown"):
                continue
            first = first or name
            if name not in entries.organisations:
                name_en = english[index] if paired or not chinese else None
                entries.organisations[name] = {
                    "key": name[:80],
                    "name": name,
                    "name_en": name_en and name_en[:200],
                    "source": entries.source,
                }
                entries.rows["organisation"].append(number)
    return first and first[:80]


def _summary(form: Form, row: dict[str, str], *, language: int) -> str:
    """Technology, shareholders with shares, and other names, in Chinese (0) or English (1)."""
    words = (("股东", "其他名称", "；"), ("shareholders", "also known as", "; "))[language]
    column = form.holders[language == 0 and bool(form.holders[1])]
    holders = [f"{clean_zh(n)} {s}".strip() for n, s in split_holders(row.get(column, ""))]
    parts = [form.technology[language]]
    if holders:
        parts.append(f"{words[0]}: {', '.join(holders)}")
    if row[form.other_names].strip():
        parts.append(f"{words[1]}: {clean_zh(row[form.other_names])}")
    return words[2].join(parts)[:4000]


def _add_year(
    entries: _Entries, project: dict[str, Any], number: int, *, column: str, year: int, status: str
) -> None:
    """Add a year as a figure: a year is no date, and none is made of it."""
    planned = status not in ("operating", "retired", "mothballed")
    metric, zh, en = {
        ("Start year", False): ("start_year", "投产年份", "Start year"),
        ("Start year", True): ("planned_start_year", "计划投产年份", "Planned start year"),
        ("Retired year", False): ("retired_year", "退役年份", "Retired year"),
        ("Retired year", True): ("retired_year", "退役年份", "Retired year"),
    }[column, planned]
    entries.figures.append(
        {
            "key": f"{project['key']}-{metric}",
            "project": project["key"],
            "metric": metric,
            "title": zh,
            "title_en": en,
            "text_value": str(year),
            "unit": "text",
            "confidence": "vendor",
            "source": entries.source,
        }
    )
    entries.rows["figure"].append(number)


def _release_in(name: str) -> str | None:
    """The release a published file's name carries: "…-May-2023.csv" -> 2023-05."""
    months = _MONTHS.split()
    match = re.search(rf"({'|'.join(months)})[-_ ]+(20\d\d)", name.lower())
    return f"{match[2]}-{months.index(match[1]) + 1:02}" if match else None


plugin = GemUnitsCsv()
