"""OC4IDS 0.9: projects of the Open Contracting for Infrastructure Data Standard, in and out."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tuijin.errors import ImportFailed, Problem
from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.csv_rows import MAX_FILE_BYTES
from tuijin.importers.dates import parse_date
from tuijin.importers.faults import Fault
from tuijin.importers.oc4ids_json.reading import Entry, read_project
from tuijin.importers.oc4ids_json.validation import (
    MAX_PROBLEMS,
    check_package,
    check_project,
)
from tuijin.importers.oc4ids_json.writing import export
from tuijin.importers.strict_json import parse_json
from tuijin.importers.tables import build_table

__all__ = ["Oc4idsJson", "export", "plugin"]

_ORDER = ("source", "organisation", "project", "node", "evidence", "figure")


class Oc4idsJson:
    id = "oc4ids_json"
    title_zh = "OC4IDS 基础设施项目数据（JSON）"
    title_en = "OC4IDS infrastructure project data (JSON)"
    suffixes = (".json",)

    def recognises(self, data: bytes, *, name: str) -> bool:
        start = data[:65_536]
        if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
        return b'"projects"' in start or b'"oc4ids-' in start

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        if not data.strip():
            raise ImportFailed("the file is empty; it must hold one document", code="empty_file")
        document = parse_json(data, max_bytes=MAX_FILE_BYTES)
        package, projects = _split(document)
        problems = check_package(package) if package else []
        source = _read_source(package, data)
        entries: dict[str, list[Entry]] = defaultdict(list, source=[source])
        rows: dict[str, list[int]] = defaultdict(list, source=[1])
        organisations: set[str] = set()
        ids: set[str] = set()
        for index, project in enumerate(projects):
            prefix = ("projects", index) if package else ()
            found = check_project(project, index=index, prefix=prefix)
            if not found and project["id"] in ids:
                found = [
                    Problem(
                        "duplicate",
                        f"id {project['id']!r:.80} stands twice",
                        row=index + 1,
                        field=f"/projects/{index}/id",
                    )
                ]
            if not found:
                ids.add(project["id"])
                read, found = read_project(project, row=index + 1, source=source["key"])
            problems += found
            if found:
                if len(problems) >= MAX_PROBLEMS:
                    break
                continue
            for noun, those in read.items():
                for entry in those:
                    if noun != "organisation" or entry["key"] not in organisations:
                        entries[noun].append(entry)
                        rows[noun].append(index + 1)
            organisations.update(entry["key"] for entry in read["organisation"])
        tables = (build_table(noun, entries[noun], rows[noun]) for noun in _ORDER)
        return Parsed(tuple(t for t in tables if len(t)), tuple(problems), encoding="utf-8")


def _split(document: Any) -> tuple[dict[str, Any], list[Any]]:
    """Tell a package from a single project."""
    if not isinstance(document, dict):
        raise ImportFailed(
            f"a project or a package is an object, not {type(document).__name__}",
            code="schema",
            problems=[Problem("schema", "not an object", field="")],
        )
    if "projects" not in document:
        return {}, [document]
    projects = document["projects"]
    return document, projects if isinstance(projects, list) else []


def _read_source(package: Mapping[str, Any], data: bytes) -> Entry:
    """Describe the document: by its address where it is a package, else by its bytes."""
    uri = package.get("uri")
    digest = hashlib.sha256(uri.encode() if isinstance(uri, str) else data).hexdigest()[:16]
    publisher = package.get("publisher")
    name = publisher.get("name") if isinstance(publisher, dict) else None
    licence = package.get("license")
    source: Entry = {
        "key": f"oc4ids-{digest}",
        "title": f"OC4IDS {name or ''}".strip()[:300],
        "publisher": str(name)[:200] if name else None,
        "url": uri if isinstance(uri, str) and uri.startswith(("http://", "https://")) else None,
        "licence": str(licence)[:200] if licence else None,
    }
    try:
        source["published_on"] = parse_date(str(package.get("publishedDate", ""))[:10])
    except Fault:
        source["published_on"] = None
    return source


plugin = Oc4idsJson()
