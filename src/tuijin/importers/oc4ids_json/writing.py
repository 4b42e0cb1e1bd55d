"""The ledger's entries as an OC4IDS 0.9 package."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tuijin.errors import ImportFailed
from tuijin.importers import Table
from tuijin.importers.oc4ids_json.reading import CURRENCIES, PLACE_SCHEME, SYNTHETIC, Entry
from tuijin.importers.oc4ids_json.validation import check_package, check_project

STAGES = {
    "planned": "identification",
    "negotiating": "identification",
    "signed": "preparation",
    "landed": "preparation",
    "started": "implementation",
    "building": "implementation",
    "completed": "completion",
    "producing": "maintenance",
    "at_capacity": "maintenance",
    "yielding": "maintenance",
}
_ENDED = {"cancelled": "cancelled", "retired": "decommissioned"}
_TYPES = {"new": "construction", "expansion": "expansion"}
_CODES = {unit: currency for currency, unit in CURRENCIES.items()}


def export(
    tables: Iterable[Table], *, uri: str, publisher: str, published_on: date
) -> dict[str, Any]:
    """
    Build a package that the schema accepts, of the nouns OC4IDS has a place for.

    Parameters
    ----------
    tables
        Entries of project, organisation, figure, node and evidence; others are left out.

    Raises
    ------
    ImportFailed
        `schema`, where entries do not make a valid package (no project, a bad address).
    """
    by_noun: dict[str, list[Entry]] = defaultdict(list)
    for table in tables:
        names = list(table.columns)
        for values in zip(*(table.columns[name] for name in names), strict=True):
            entry = {n: v for n, v in zip(names, values, strict=True) if v not in (None, "")}
            by_noun[table.noun].append(entry)
    organisations = {entry["key"]: entry for entry in by_noun["organisation"]}
    of_project: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for noun in ("figure", "node", "evidence"):
        for entry in by_noun[noun]:
            of_project[noun, entry.get("project", "")].append(entry)
    projects = [_project(entry, organisations, of_project) for entry in by_noun["project"]]
    package = {
        "uri": uri,
        "publishedDate": _instant(published_on),
        "publisher": {"name": publisher},
        "version": "0.9",
        "projects": projects,
    }
    problems = check_package(package)
    for index, project in enumerate(projects):
        problems += check_project(project, index=index, prefix=("projects", index))
    if problems:
        detail = f"{problems[0].field}: {problems[0].message}"
        raise ImportFailed(detail, code="schema", problems=problems)
    return package


def _project(
    entry: Entry,
    organisations: Mapping[str, Entry],
    of_project: Mapping[tuple[str, str], list[Entry]],
) -> dict[str, Any]:
    key = entry["key"]
    figures = {f["key"]: f for f in of_project.get(("figure", key), [])}
    budget = next((f for f in figures.values() if f["metric"] == "budget"), None)
    final = next((f for f in figures.values() if f["metric"] == "final_value"), None)
    project = {
        "id": key,
        "title": entry["name"],
        "description": entry.get("summary"),
        "status": _ENDED.get(entry.get("status", ""), STAGES.get(entry.get("stage", ""))),
        "type": _TYPES.get(entry.get("construction_kind", "")),
        "additionalClassifications": [SYNTHETIC] if entry.get("is_synthetic") else None,
        "locations": [_location(entry)] if "place" in entry else None,
        "implementationPeriod": _dates(
            startDate=entry.get("started_on") or entry.get("planned_start_on"),
            endDate=entry.get("planned_finish_on"),
        ),
        "completion": _dates(endDate=entry.get("finished_on")) or {},
        "milestones": [
            {"id": str(number), "title": node["node"]}
            | (_dates(dueDate=node.get("due_on"), dateMet=node.get("done_on")) or {})
            for number, node in enumerate(of_project.get(("node", key), []), 1)
        ],
        "documents": [_document(e) for e in of_project.get(("evidence", key), [])],
    }
    if "total_investment_yuan" in entry:
        amount = _number(entry["total_investment_yuan"])
        project["budget"] = {"amount": {"amount": amount, "currency": "CNY"}}
    elif budget and "value" in budget and budget["unit"] in _CODES:
        project["budget"] = {"amount": _value(budget)}
        figures.pop(budget["key"])
    if final and "value" in final and final["unit"] in _CODES:
        project["completion"]["finalValue"] = _value(final)
        figures.pop(final["key"])
    owner = entry.get("owner")
    if owner:
        party = organisations.get(owner, {"key": owner, "name": owner})
        project["publicAuthority"] = {"id": party["key"], "name": party["name"]}
        project["parties"] = [_party(party)]
    project |= _metrics(list(figures.values()))
    return {name: value for name, value in project.items() if value}


def _party(organisation: Entry) -> dict[str, Any]:
    party: dict[str, Any] = {
        "id": organisation["key"],
        "name": organisation["name"],
        "roles": ["publicAuthority"],
    }
    if "uscc" in organisation:
        party["identifier"] = {"scheme": "CN-USCC", "id": organisation["uscc"]}
    return party


def _location(entry: Entry) -> dict[str, Any]:
    place = str(entry["place"])
    scheme = "ISO2" if re.fullmatch(r"[A-Z]{2}", place) else PLACE_SCHEME
    location: dict[str, Any] = {
        "id": "1",
        "gazetteer": {"scheme": scheme, "identifiers": [place]},
    }
    if "longitude" in entry and "latitude" in entry:
        point = [_number(entry["longitude"]), _number(entry["latitude"])]
        location["geometry"] = {"type": "Point", "coordinates": point}
    return location


def _document(evidence: Entry) -> dict[str, Any]:
    prefix = f"{evidence['project']}-document-"
    url, _, rest = str(evidence.get("note", "")).partition("\n")
    has_url = url.startswith(("http://", "https://"))
    document = {
        "id": evidence["key"].removeprefix(prefix),
        "title": evidence["title"],
        "url": url if has_url else None,
        "description": rest if has_url else evidence.get("note"),
    }
    dates = _dates(datePublished=evidence.get("taken_on")) or {}
    return {name: value for name, value in document.items() if value} | dates


def _metrics(figures: list[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Group figures by metric; what the metric's name begins with says which list it is in."""
    groups: dict[str, dict[str, dict[str, Any]]] = {"metrics": {}, "forecasts": {}}
    for figure in figures:
        name = figure["metric"]
        group = groups["forecasts" if name.startswith("forecast.") else "metrics"]
        number = name.removeprefix("forecast.")
        metric = group.setdefault(
            number, {"id": number, "title": figure["title"], "observations": []}
        )
        number = figure["key"].removeprefix(f"{figure.get('project')}-{name}-")
        metric["observations"].append(_observation(figure, number))
    return {name: list(group.values()) for name, group in groups.items()}


def _observation(figure: Entry, number: str) -> dict[str, Any]:
    seen: dict[str, Any] = {"id": number}
    if "value" in figure and figure["unit"] in _CODES:
        seen["value"] = _value(figure)
    else:
        value = figure.get("value", figure.get("text_value", figure.get("date_value", "")))
        seen["measure"] = str(value)
        seen["unit"] = {"name": figure["unit"]}
    if period := _read_as_of(str(figure.get("as_of", ""))):
        seen["period"] = period
    if "note" in figure:
        seen["notes"] = figure["note"]
    return {name: value for name, value in seen.items() if value not in (None, "")}


def _read_as_of(as_of: str) -> dict[str, Any] | None:
    if re.fullmatch(r"\d{4}", as_of):
        as_of = f"{as_of}-01-01/{as_of}-12-31"
    start, _, end = as_of.partition("/")
    try:
        first = date.fromisoformat(start)
        return _dates(startDate=first, endDate=date.fromisoformat(end) if end else first)
    except ValueError:
        return None


def _value(figure: Entry) -> dict[str, Any]:
    return {"amount": _number(figure["value"]), "currency": _CODES[figure["unit"]]}


def _dates(**days: date | None) -> dict[str, str] | None:
    return {name: _instant(day) for name, day in days.items() if day} or None


def _instant(day: date) -> str:
    """Midnight in China: the schema wants an instant where the ledger has a day."""
    return f"{day.isoformat()}T00:00:00+08:00"


def _number(value: Decimal | float) -> int | float:
    return int(value) if value == int(value) else float(value)
