"""One OC4IDS project as entries of the ledger's nouns."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tuijin.errors import Problem
from tuijin.importers.dates import parse_date
from tuijin.importers.decimals import find_unit, parse_decimal
from tuijin.importers.faults import Fault

Entry = dict[str, Any]

# OC4IDS status -> (stage, status); README.md says why.
STATUSES: dict[str, tuple[str | None, str]] = {
    "identification": ("planned", "active"),
    "preparation": ("landed", "active"),
    "implementation": ("building", "active"),
    "completion": ("completed", "active"),
    "maintenance": ("producing", "active"),
    "decommissioning": ("producing", "retired"),
    "decommissioned": ("producing", "retired"),
    "cancelled": (None, "cancelled"),
}
KINDS = {
    "construction": "new",
    "expansion": "expansion",
    "rehabilitation": "expansion",
    "replacement": "expansion",
}
CURRENCIES = {"CNY": "yuan", "GBP": "gbp", "USD": "usd"}
SYNTHETIC = {"scheme": "tuijin", "id": "synthetic", "description": "synthetic data (合成数据)"}
PLACE_SCHEME = "GBT2260"  # ours; the open code list has none for China's divisions
_BEFORE_WORKS = ("identification", "preparation")
_AFTER_WORKS = ("completion", "maintenance", "decommissioning", "decommissioned")
_COUNTRIES = Path(__file__).with_name("countries.csv")


def read_project(
    project: Mapping[str, Any], *, row: int, source: str
) -> tuple[dict[str, list[Entry]], list[Problem]]:
    """
    Read a project that the schema accepts.

    Returns
    -------
    Entries by noun, and the problems for which the project cannot be taken.
    """
    problems: list[Problem] = []
    key = str(project["id"])
    place = _read_place(project)
    if place is None:
        expected = f"locations/0: a gazetteer {PLACE_SCHEME} or ISO2, or a known countryName"
        problems.append(
            Problem("place_unknown", "no place", row=row, field="/locations", expected=expected)
        )
    if len(key) > 80:
        problems.append(
            Problem(
                "too_long",
                f"id has {len(key)} characters",
                row=row,
                field="/id",
                expected="at most 80",
            )
        )
    stage, state = STATUSES.get(str(project.get("status")), (None, None))
    authority = project.get("publicAuthority", {})
    entry: Entry = {
        "key": key,
        "name": str(project.get("title") or key)[:200],
        "place": place,
        "owner": authority.get("id") or authority.get("name"),
        "stage": stage,
        "status": state,
        "construction_kind": KINDS.get(str(project.get("type"))),
        "summary": str(project.get("description") or "")[:4000] or None,
        "source": source,
        **_read_point(project),
        **_read_dates(project),
    }
    budget = project.get("budget", {}).get("amount", {})
    if budget.get("currency") == "CNY" and "amount" in budget:
        entry["total_investment_yuan"] = _decimal(budget["amount"])
    if SYNTHETIC in project.get("additionalClassifications", []):
        entry["is_synthetic"] = True
    entries = {
        "organisation": list(_read_organisations(project, source)),
        "project": [entry],
        "node": list(_read_nodes(project, source)),
        "evidence": list(_read_documents(project, source)),
        "figure": list(_read_figures(project, source)),
    }
    return entries, problems


def short_key(*parts: str) -> str:
    """Join parts to a key of at most 80 characters; a longer one ends in its own hash."""
    key = "-".join(parts)
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return key if len(key) <= 80 else f"{key[:67]}-{digest}"


def _read_organisations(project: Mapping[str, Any], source: str) -> Iterator[Entry]:
    parties = [*project.get("parties", []), project.get("publicAuthority", {})]
    seen: set[str] = set()
    for party in parties:
        key = str(party.get("id") or party.get("name") or "")[:80]
        if key and key not in seen:
            seen.add(key)
            identifier = party.get("identifier", {})
            uscc = identifier.get("id") if identifier.get("scheme") == "CN-USCC" else None
            name = str(party.get("name") or key)[:200]
            yield {"key": key, "name": name, "uscc": uscc, "source": source}


def _read_place(project: Mapping[str, Any]) -> str | None:
    locations = project.get("locations", [])
    for location in locations:
        gazetteer = location.get("gazetteer", {})
        codes = gazetteer.get("identifiers", [])
        if gazetteer.get("scheme") in (PLACE_SCHEME, "ISO2") and codes:
            return str(codes[0])[:12]
    for location in locations:
        name = str(location.get("address", {}).get("countryName", "")).casefold()
        for country, code in _countries().items() if name else ():
            if country == name or country.startswith((f"{name} ", f"{name} (")):
                return code
    return None


@cache
def _countries() -> dict[str, str]:
    with _COUNTRIES.open(encoding="utf-8", newline="") as lines:
        return {row["name"].casefold(): row["code"] for row in csv.DictReader(lines)}


def _read_point(project: Mapping[str, Any]) -> Entry:
    for location in project.get("locations", []):
        geometry = location.get("geometry", {})
        point = geometry.get("coordinates", [])
        if geometry.get("type") == "Point" and len(point) >= 2:
            longitude, latitude = map(_decimal, point[:2])
            if longitude is None or latitude is None:
                continue
            if abs(longitude) <= 180 and abs(latitude) <= 90:
                return {
                    "longitude": float(longitude),
                    "latitude": float(latitude),
                    "coordinate_system": "WGS-84",
                    "location_accuracy": "approximate",
                }
    return {}


def _read_dates(project: Mapping[str, Any]) -> Entry:
    """Read start and finish as planned or as happened, by the status."""
    status = project.get("status")
    works = project.get("implementationPeriod", {}) or project.get("period", {})
    started, finished = _day(works.get("startDate")), _day(works.get("endDate"))
    ended = _day(project.get("completion", {}).get("endDate"))
    dates: Entry = {}
    if started:
        dates["planned_start_on" if status in (*_BEFORE_WORKS, None) else "started_on"] = started
    if finished:
        dates["planned_finish_on"] = finished
    if ended and status in _AFTER_WORKS:
        dates["finished_on"] = ended
    return dates


def _read_nodes(project: Mapping[str, Any], source: str) -> Iterator[Entry]:
    for milestone in project.get("milestones", []):
        yield {
            "project": project["id"],
            "node": str(milestone.get("title") or milestone["id"])[:40],
            "due_on": _day(milestone.get("dueDate")),
            "done_on": _day(milestone.get("dateMet")),
            "source": source,
        }


def _read_documents(project: Mapping[str, Any], source: str) -> Iterator[Entry]:
    for document in project.get("documents", []):
        note = "\n".join(filter(None, (document.get("url"), document.get("description"))))
        yield {
            "key": short_key(str(project["id"]), "document", str(document["id"])),
            "project": project["id"],
            "kind": "document",
            "title": str(document.get("title") or document["id"])[:300],
            "taken_on": _day(document.get("datePublished")),
            "note": note[:2000] or None,
            "source": source,
        }


def _read_figures(project: Mapping[str, Any], source: str) -> Iterator[Entry]:
    """Read budget and final cost in other currencies, and every observation of a metric."""
    amounts = (
        ("budget", "Budget", project.get("budget", {}).get("amount", {})),
        ("final_value", "Final value", project.get("completion", {}).get("finalValue", {})),
    )
    for metric, title, value in amounts:
        is_ledger_money = metric == "budget" and value.get("currency") == "CNY"
        if "amount" in value and not is_ledger_money:
            yield _figure(project, source, metric, title, "", _money(value))
    for group, prefix in (("metrics", ""), ("forecasts", "forecast.")):
        for metric in project.get(group, []):
            for seen in metric.get("observations", []):
                name = f"{prefix}{metric['id']}"[:80]
                title = str(metric.get("title") or metric["id"])[:300]
                entry = _figure(project, source, name, title, str(seen["id"]), _observed(seen))
                yield entry | {"as_of": _period(seen), "note": seen.get("notes", "")[:2000] or None}


def _figure(
    project: Mapping[str, Any], source: str, metric: str, title: str, number: str, value: Entry
) -> Entry:
    parts = (str(project["id"]), metric, number) if number else (str(project["id"]), metric)
    return {
        "key": short_key(*parts),
        "project": project["id"],
        "metric": metric,
        "title": title,
        **value,
        "source": source,
    }


def _money(value: Mapping[str, Any]) -> Entry:
    currency, amount = str(value.get("currency")), _decimal(value["amount"])
    if currency in CURRENCIES and amount is not None:
        return {"value": amount, "unit": CURRENCIES[currency]}
    return {"text_value": f"{value['amount']} {currency}", "unit": "text"}


def _observed(seen: Mapping[str, Any]) -> Entry:
    if "amount" in seen.get("value", {}):
        return _money(seen["value"])
    label = str(seen.get("unit", {}).get("name", ""))
    unit = find_unit(label) or label[:40] or "count"
    text = str(seen.get("measure", ""))
    number = _decimal(text)
    if number is not None and unit not in ("text", "date"):
        return {"value": number, "unit": unit}
    if unit == "date" and (day := _day(text)):
        return {"date_value": day, "unit": "date"}
    return {"text_value": text[:1000], "unit": "text"}


def _period(seen: Mapping[str, Any]) -> str | None:
    """Write the time of an observation: a day, a year, or start/end."""
    period = seen.get("period", {})
    start, end = (str(period.get(name, ""))[:10] for name in ("startDate", "endDate"))
    if start[4:] == "-01-01" and end == f"{start[:4]}-12-31":
        return start[:4]
    if start == end or not end:
        return start or None
    return f"{start}/{end}"


def _decimal(value: object) -> Decimal | None:
    """Read a number to the six places that the ledger keeps."""
    try:
        return parse_decimal(re.sub(r"(\.\d{6})\d+$", r"\1", str(value)))
    except Fault:
        return None


def _day(text: object) -> date | None:
    """Take the day as it is written; an instant is never turned through UTC."""
    try:
        return parse_date(str(text)[:10]) if text else None
    except Fault:
        return None
