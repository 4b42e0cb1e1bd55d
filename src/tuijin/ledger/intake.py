"""
Bring tables of entries into the ledger: compare first, then all or nothing.

`preview` says what is new, changed, unchanged or refused; `accept` writes exactly that, in one
transaction, with its trail. Whatever the road (workbook, CSV, public form, API, example), it ends
here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import transaction

from tuijin.errors import Conflict, ImportFailed, Problem
from tuijin.importers import Table
from tuijin.ledger import coordinates, kept, records, references, scope, trail
from tuijin.ledger.models import Project
from tuijin.ledger.targets import Target, find, in_order


@dataclass(frozen=True, slots=True)
class Entry:
    """One row on its way in: column values by name, references as keys."""

    key: tuple[Any, ...]
    values: Mapping[str, Any]
    row: int
    sheet: str
    old_pk: Any = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class NounPreview:
    """What a file does to one noun."""

    target: Target
    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged_count: int = 0


@dataclass(slots=True)
class Preview:
    """What accepting would do; `refused` is empty when it may be accepted."""

    nouns: dict[str, NounPreview] = field(default_factory=dict)
    refused: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": sum(len(n.new) for n in self.nouns.values()),
            "changed": sum(len(n.changed) for n in self.nouns.values()),
            "unchanged": sum(n.unchanged_count for n in self.nouns.values()),
            "refused": len(self.refused),
        }

    def digest(self) -> str:
        """Hash of what would be written: a person confirms this and nothing else."""
        found = hashlib.sha256()
        for name, noun in sorted(self.nouns.items()):
            for entry in (*noun.new, *noun.changed):
                found.update(trail.canonical([name, entry.key, entry.old_pk, dict(entry.values)]))
        return found.hexdigest()


def preview(tables: Iterable[Table], *, problems: Sequence[Problem] = ()) -> Preview:
    """
    Compare tables with what is on record, in the reader's scope.

    Parameters
    ----------
    problems
        What the importer refused already; carried through.
    """
    result = Preview(refused=list(problems))
    by_noun: dict[str, list[Table]] = {}
    for table in tables:
        by_noun.setdefault(table.noun, []).append(table)
    coming: dict[str, dict[str, str]] = {}  # noun -> what a file may call an entry -> its key
    for target in in_order():
        found = NounPreview(target)
        entries: dict[tuple[Any, ...], Entry] = {}
        for table in by_noun.get(target.noun.name, ()):
            _collect(table, target, coming, entries, result.refused)
        if entries:
            _compare(target, entries, found)
            result.nouns[target.noun.name] = found
            _announce(target.noun.name, entries, coming)
    return result


def _announce(
    noun: str, entries: Mapping[tuple[Any, ...], Entry], coming: dict[str, dict[str, str]]
) -> None:
    """Let later tables refer to what this file itself brings."""
    if noun in ("plan", "report", "operating", "stage_event", "node", "check", "stop"):
        return
    names = coming.setdefault(noun, {})
    for entry in entries.values():
        for column in ("name", "code", "uscc", "key"):
            word = entry.values.get(column)
            if word:
                names[str(word)] = entry.values["key"]


def _collect(
    table: Table,
    target: Target,
    coming: Mapping[str, Mapping[str, str]],
    entries: dict[tuple[Any, ...], Entry],
    refused: list[Problem],
) -> None:
    columns = {name: list(values) for name, values in table.columns.items()}
    bad = _resolve(table, target, columns, coming, refused)
    _to_wgs84(columns)
    if "key" in target.noun.key:
        _fill_keys(target.noun.name, columns, len(table))
    bad |= _check_scope(table, target, columns, refused)
    names = list(columns)
    for number, values in enumerate(zip(*columns.values(), strict=True)):
        if number in bad:
            continue
        entry = Entry(
            key=tuple(columns[k][number] for k in target.noun.key),
            values=dict(zip(names, values, strict=True)),
            row=int(table.rows[number]),
            sheet=table.sheet,
        )
        earlier = entries.get(entry.key)
        if earlier is not None and earlier.values != entry.values:
            refused.append(_disagreement(earlier, entry))
            continue
        entries[entry.key] = entry


def _to_wgs84(columns: dict[str, list[Any]]) -> None:
    """Convert coordinates that the file gives in GCJ-02; the ledger holds WGS-84."""
    systems = columns.pop("coordinate_system", None)
    if systems is None or "longitude" not in columns or "latitude" not in columns:
        return
    for number, system in enumerate(systems):
        lon, lat = columns["longitude"][number], columns["latitude"][number]
        if system == "GCJ-02" and lon is not None and lat is not None:
            x, y = coordinates.to_wgs84(np.array([lon], float), np.array([lat], float))
            columns["longitude"][number] = round(float(x[0]), 6)
            columns["latitude"][number] = round(float(y[0]), 6)


def _disagreement(earlier: Entry, later: Entry) -> Problem:
    name, values = next(
        (n, (earlier.values.get(n), v))
        for n, v in later.values.items()
        if earlier.values.get(n) != v
    )
    return Problem(
        "disagrees",
        f"与 {earlier.sheet} 第 {earlier.row} 行不一致：{values[0]} ≠ {values[1]}",
        sheet=later.sheet, row=later.row, field=name, expected="同一条目只写一次，或两处一致",
    )  # fmt: skip


def _resolve(
    table: Table,
    target: Target,
    columns: dict[str, list[Any]],
    coming: Mapping[str, Mapping[str, str]],
    refused: list[Problem],
) -> set[int]:
    """Replace references by keys; return the rows that refer to nothing."""
    bad: set[int] = set()
    for column in target.noun.columns:
        if column.kind != "ref" or column.name not in columns:
            continue
        words = columns[column.name]
        here = coming.get(column.ref, {})
        known = references.resolve(column.ref, {w for w in words if w and w not in here})
        resolved = [here.get(w) or known.get(w) if w else None for w in words]
        for number, (word, key) in enumerate(zip(words, resolved, strict=True)):
            if word and key is None:
                bad.add(number)
                refused.append(
                    Problem(
                        "unknown_reference", f"找不到{column.zh}：{word}", sheet=table.sheet,
                        row=int(table.rows[number]), field=column.name,
                        expected=f"台账中已有的{column.zh}，或在本文件中先列出",
                    )
                )  # fmt: skip
        columns[column.name] = resolved
    return bad


def _fill_keys(noun: str, columns: dict[str, list[Any]], n_rows: int) -> None:
    """Give rows without a key the one on record for the same code or name, or a derived one."""
    keys = columns.setdefault("key", [None] * n_rows)
    empty = [number for number, key in enumerate(keys) if not key]
    if not empty:
        return
    codes = columns.get("code") or columns.get("uscc") or [None] * n_rows
    names = columns.get("name") or columns.get("title") or [""] * n_rows
    places = columns.get("place") or [""] * n_rows
    known = _known_keys(noun, codes, names, places) if noun in ("project", "organisation") else {}
    for number in empty:
        code, name, place = codes[number], names[number], places[number]
        found = (known.get(code) if code else None) or known.get((place or "", name))
        keys[number] = found or derive_key(noun, code=code, place=place, name=name)


def _known_keys(noun: str, codes: list[Any], names: list[Any], places: list[Any]) -> dict[Any, str]:
    manager = find(noun).model._default_manager
    code, place = ("code", "place_id") if noun == "project" else ("uscc", None)
    known: dict[Any, str] = {}
    for part in references.chunks({n for n in names if n}):
        rows = manager.filter(name__in=part).values_list("name", "key", *([place] if place else []))
        for name, key, *where in rows:
            known[where[0] if where else "", name] = key
    for part in references.chunks({c for c in codes if c}):
        known.update(manager.filter(**{f"{code}__in": part}).values_list(code, "key"))
    return known


def derive_key(noun: str, *, code: str | None, place: str | None, name: str | None) -> str:
    """Return the key of an entry that came without one; the same entry gets the same key."""
    if code:
        return f"{noun}:{code}"
    digest = hashlib.sha256("\x1f".join((place or "", name or "")).encode()).hexdigest()
    return f"{noun}:{digest[:20]}"


def _check_scope(
    table: Table, target: Target, columns: Mapping[str, list[Any]], refused: list[Problem]
) -> set[int]:
    """Refuse rows about places or projects outside the writer's own scope."""
    who = scope.current()
    if who.everywhere:
        return set()
    if "project" in columns:
        projects = references.chunks({k for k in columns["project"] if k})
        own = {
            key
            for part in projects
            for key, place, pk in Project.objects.filter(key__in=part).values_list(
                "key", "place_id", "pk"
            )
            if who.owns(place_id=place, project_id=pk)
        }
        allowed = [key is None or key in own for key in columns["project"]]
    elif "place" in columns:
        allowed = [code in who.places for code in columns["place"]]
    else:
        return set()
    bad = {int(n) for n in np.flatnonzero(~np.asarray(allowed, dtype=bool))}
    refused.extend(
        Problem(
            "not_allowed", "不在您的管辖范围内", sheet=table.sheet, row=int(table.rows[n]),
            field="place", expected="本旗县区的项目",
        )
        for n in sorted(bad)
    )  # fmt: skip
    return bad


def _compare(target: Target, entries: Mapping[tuple[Any, ...], Entry], found: NounPreview) -> None:
    on_record = _load_on_record(target, entries)
    for key, entry in entries.items():
        old = on_record.get(key)
        if old is None:
            found.new.append(entry)
            continue
        changes = {
            name: (old[name], value)
            for name, value in entry.values.items()
            if value not in (None, "") and old.get(name) != value
        }
        if not changes:
            found.unchanged_count += 1
            continue
        found.changed.append(
            Entry(entry.key, entry.values, entry.row, entry.sheet, old["pk"], changes)
        )


def _load_on_record(
    target: Target, entries: Mapping[tuple[Any, ...], Entry]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Read the current entries with these keys, references as keys, under the columns' names."""
    used = {name for entry in entries.values() for name in entry.values}
    paths = {name: _path(target, name) for name in used | set(target.noun.key)}
    first = target.noun.key[0]
    manager = target.model._default_manager
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for part in references.chunks({key[0] for key in entries}):
        rows = manager.filter(**{f"{paths[first]}__in": part})
        if target.is_corrected:
            rows = rows.filter(is_current=True)
        names = list(paths)
        for pk, *values in rows.values_list("pk", *paths.values()):
            row = dict(zip(names, values, strict=True))
            row["pk"] = pk
            found[tuple(row[k] for k in target.noun.key)] = row
    return found


def _path(target: Target, column: str) -> str:
    """Lookup path from the table to a column; a reference's key, a place's code."""
    spec = target.noun.column(column)
    attribute = target.attribute(column)
    if spec.kind != "ref" or spec.ref == "place":
        return attribute
    return f"{attribute.removesuffix('_id')}__key"


def accept(
    tables: Sequence[Table], *, batch: str, problems: Sequence[Problem] = (), digest: str = ""
) -> Preview:
    """
    Write what `preview` shows, all or nothing.

    Raises
    ------
    ImportFailed
        If any row is refused.
    Conflict
        If the ledger has moved since the digest was confirmed.
    """
    with transaction.atomic():
        found = preview(tables, problems=problems)
        if found.refused:
            raise ImportFailed(f"{len(found.refused)} 处不符合要求", problems=found.refused)
        if digest and digest != found.digest():
            raise Conflict("预览之后台账已有变化，请重新预览", code="preview_stale")
        for noun in found.nouns.values():
            _write(noun, batch=batch)
        kept.refresh(_touched_projects(found))
    return found


def _touched_projects(found: Preview) -> set[str]:
    nouns = ("plan", "report", "node", "stage_event")
    return {
        entry.values["project"]
        for noun in nouns
        if noun in found.nouns
        for entry in (*found.nouns[noun].new, *found.nouns[noun].changed)
    }


def _write(noun: NounPreview, *, batch: str) -> None:
    target = noun.target
    ids = _load_reference_ids(noun)
    records.save_new(
        [target.model(**_attributes(target, entry.values, ids)) for entry in noun.new], batch=batch
    )
    if not noun.changed:
        return
    changes = {
        entry.old_pk: _attributes(target, {n: new for n, (_, new) in entry.changes.items()}, ids)
        for entry in noun.changed
    }
    if target.is_corrected:
        records.correct_many(target.model, changes, batch=batch)
    else:
        records.change(target.model, changes, batch=batch)


def _load_reference_ids(noun: NounPreview) -> dict[str, dict[str, Any]]:
    entries = (*noun.new, *noun.changed)
    return {
        column.name: references.load_ids(
            column.ref, {e.values[column.name] for e in entries if e.values.get(column.name)}
        )
        for column in noun.target.noun.columns
        if column.kind == "ref"
    }


def _attributes(
    target: Target, values: Mapping[str, Any], ids: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        target.attribute(name): ids[name][value] if name in ids else value
        for name, value in values.items()
        if value not in (None, "")
    }
