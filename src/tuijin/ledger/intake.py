"""
Bring tables of entries into the ledger: compare first, then all or nothing.

`preview` says what is new, changed, unchanged or refused; `accept` writes exactly that, in one
transaction, with its trail. Whatever the road (workbook, CSV, public form, API, example), it ends
here.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction

from tuijin.errors import Conflict, ImportFailed, Problem
from tuijin.importers import Table
from tuijin.importers.nouns import NOUNS
from tuijin.ledger import (
    bulk,
    corrections,
    kept,
    large_writes,
    records,
    references,
    trail,
)
from tuijin.ledger.incoming import Coming, Incoming, Key, gather, prepare
from tuijin.ledger.models import Project
from tuijin.ledger.targets import Target, in_order

# Nouns whose current entries the kept columns of a project are drawn from.
_DRAWN_FROM = ("plan", "report", "node", "stage_event")
Change = dict[str, tuple[Any, Any]]  # column -> (old, new)


@dataclass(slots=True)
class NounPreview:
    """What a file does to one noun; indices are into `incoming`."""

    incoming: Incoming
    new: np.ndarray
    changed: dict[int, Change]
    old_ids: dict[int, Any]
    # Columns of a change that wait until a second person agrees.
    waits: dict[int, set[str]] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        return self.incoming.target

    @property
    def unchanged_count(self) -> int:
        return len(self.incoming) - self.new.size - len(self.changed)


@dataclass(slots=True)
class Preview:
    """What accepting would do; `refused` is empty when it may be accepted."""

    nouns: dict[str, NounPreview] = field(default_factory=dict)
    refused: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": sum(int(n.new.size) for n in self.nouns.values()),
            "changed": sum(len(n.changed) for n in self.nouns.values()),
            "unchanged": sum(n.unchanged_count for n in self.nouns.values()),
            "refused": len(self.refused),
        }

    @property
    def awaiting(self) -> int:
        """How many of the changes will wait for a second person."""
        return sum(len(noun.waits) for noun in self.nouns.values())

    def digest(self) -> str:
        """Hash of what would be written: a person confirms this and nothing else."""
        found = hashlib.sha256()
        for name, noun in sorted(self.nouns.items()):
            columns = {n: v[noun.new].tolist() for n, v in noun.incoming.columns.items()}
            changed = [[noun.old_ids[i], change] for i, change in noun.changed.items()]
            found.update(trail.canonical([name, columns, changed]))
        return found.hexdigest()


def preview(tables: Iterable[Table], *, problems: Sequence[Problem] = ()) -> Preview:
    """
    Compare tables with what is on record, in the writer's scope.

    Parameters
    ----------
    problems
        What the importer refused already; carried through.
    """
    result = Preview(refused=list(problems))
    by_noun: dict[str, list[Table]] = {}
    for table in tables:
        if len(table):
            by_noun.setdefault(table.noun, []).append(table)
    coming = Coming()
    for target in in_order():
        noun = target.noun.name
        if noun not in by_noun:
            continue
        incoming = gather(target, by_noun[noun])
        prepare(incoming, coming, result.refused)
        if _is_referred_to(noun, by_noun):
            coming.announce(incoming)  # a refused row too: what it brings is not missing
        _drop_refused(incoming, problems)
        found = _compare(incoming, coming)
        result.refused.extend(_find_fixed(found))
        result.refused.extend(_await_second(found))
        result.nouns[noun] = found
        if noun == "project":
            coming.new_projects.update(incoming.columns["key"][found.new].tolist())
    return result


@dataclass(frozen=True, slots=True)
class Compared:
    """A preview, and the last event of the trail before it was made."""

    found: Preview
    seq: int


def compare(tables: Iterable[Table], *, problems: Sequence[Problem] = ()) -> Compared:
    """Preview before the trail is held, so that nobody waits meanwhile; `accept` takes it."""
    seq = trail.last_seq()
    return Compared(preview(tables, problems=problems), seq)


def _is_referred_to(noun: str, by_noun: Mapping[str, Sequence[Table]]) -> bool:
    """Whether a table of this file may name what another of its tables brings."""
    return any(
        column.ref == noun and column.name in table.columns
        for name, tables in by_noun.items()
        for column in NOUNS[name].columns
        for table in tables
    )


def _drop_refused(incoming: Incoming, problems: Sequence[Problem]) -> None:
    """Leave out rows the importer found something wrong with, once their references are checked."""
    if not problems:
        return
    bad = {(problem.sheet, problem.row) for problem in problems if problem.row}
    places = zip(incoming.sheets.tolist(), incoming.rows.tolist(), strict=True)
    incoming.keep(np.array([place not in bad for place in places], dtype=bool))


def _compare(incoming: Incoming, coming: Coming) -> NounPreview:
    keys = incoming.keys()
    on_record = _load_on_record(incoming, coming)
    new, changed, old_ids = [], {}, {}
    names = [name for name in incoming.columns if name not in incoming.target.noun.key]
    for index, key in enumerate(keys):
        row = on_record.get(key) if on_record else None
        if row is None:
            new.append(index)
            continue
        change = {
            name: (row[name], value)
            for name in names
            if (value := incoming.columns[name][index]) is not None and row[name] != value
        }
        if change:
            changed[index] = change
            old_ids[index] = row["pk"]
    return NounPreview(incoming, np.array(new, dtype=np.int64), changed, old_ids)


def _find_fixed(found: NounPreview) -> Iterator[Problem]:
    """Changes of what other entries are counted in."""
    noun = found.target.noun
    for index, change in found.changed.items():
        for name, (old, new) in change.items():
            column = noun.column(name)
            if column.is_fixed:
                said = f"{column.zh}已定为 {old}，不能改为 {new}"
                expected = f"另立一条{noun.zh}，用另一个编号"
                yield found.incoming.problem(index, "fixed", said, name, expected)


def _await_second(found: NounPreview) -> Iterator[Problem]:
    """Two people correct a figure: leave out what waits already, refuse what contradicts it."""
    noun = found.target.noun.name
    found.waits = {
        index: columns
        for index, change in found.changed.items()
        if (columns := corrections.waiting_columns(noun, change))
    }
    if not found.waits:
        return
    waiting = corrections.waiting(noun, found.old_ids.values())
    for index, columns in list(found.waits.items()):
        pk, change = found.old_ids[index], found.changed[index]
        if pk not in waiting:
            continue
        wanted = {name: trail.as_plain(change[name][1]) for name in columns}
        if wanted == waiting[pk]:
            _leave_out(found, index)
            continue
        said, expected = "这项数据已有一项更正待批", "先批准或退回那一项更正"
        yield found.incoming.problem(index, "pending", said, next(iter(wanted)), expected)


def _leave_out(found: NounPreview, index: int) -> None:
    """Forget the columns of a change that wait; the rest of it stays."""
    change = found.changed[index]
    left_out = found.waits.pop(index)
    rest = {name: pair for name, pair in change.items() if name not in left_out}
    if rest:
        found.changed[index] = rest
    else:
        del found.changed[index], found.old_ids[index]


def _load_on_record(incoming: Incoming, coming: Coming) -> dict[Key, dict[str, Any]]:
    """Read the current entries with these keys, references as keys, under the columns' names."""
    target = incoming.target
    names = list(dict.fromkeys((*target.noun.key, *incoming.columns)))
    paths = [_path(target, name) for name in names]
    first = target.noun.key[0]
    words = set(incoming.columns[first].tolist())
    if target.noun.column(first).ref == "project":
        words -= coming.new_projects
    rows = target.model._default_manager.values_list("pk", *paths)
    if target.is_corrected:
        rows = rows.filter(is_current=True)
    found: dict[Key, dict[str, Any]] = {}
    wanted = set(incoming.keys())
    width = len(target.noun.key)
    for part in references.wanted(rows, paths[0], words):
        for pk, *values in part:
            key = tuple(values[:width])
            if key in wanted:
                found[key] = dict(zip(names, values, strict=True), pk=pk)
    return found


def _path(target: Target, column: str) -> str:
    """Lookup path from the table to a column; a reference's key, a place's code."""
    spec = target.noun.column(column)
    attribute = target.attribute(column)
    if spec.kind != "ref" or spec.ref == "place":
        return attribute
    return f"{attribute.removesuffix('_id')}__key"


def accept(
    tables: Sequence[Table],
    *,
    batch: str,
    problems: Sequence[Problem] = (),
    digest: str = "",
    reason: str = "",
    compared: Compared | None = None,
) -> Preview:
    """
    Write what `preview` shows, all or nothing; a person's changes of figures wait for a second one.

    Parameters
    ----------
    digest
        Of the preview that was confirmed; empty where there was none.
    reason
        Said of the corrections that wait.
    compared
        Of the same tables; done again if anything has been written since.

    Raises
    ------
    ImportFailed
        If any row is refused.
    Conflict
        `preview_stale` if the ledger has moved since the digest was confirmed, `exists` if an
        entry has a key that is taken.
    """
    try:
        n_rows = sum(map(len, tables))
        with _no_collecting(), large_writes.prepared(n_rows), transaction.atomic():
            compared = compared or compare(tables, problems=problems)
            found = compared.found
            if trail.lock().seq != compared.seq:
                found = preview(tables, problems=problems)
            return _accept(found, batch=batch, digest=digest, reason=reason)
    except IntegrityError as error:
        raise Conflict("有条目的编号已被占用，或台账刚被他人修改", code="exists") from error


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Hold Python's collector: a million small objects that all live would be walked in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _accept(found: Preview, *, batch: str, digest: str, reason: str) -> Preview:
    if found.refused:
        raise ImportFailed(f"{len(found.refused)} 处不符合要求", problems=found.refused)
    if digest and digest != found.digest():
        raise Conflict("预览之后台账已有变化，请重新预览", code="preview_stale")
    ids: dict[str, dict[str, Any]] = {}  # noun -> key -> id, of what this file brings
    for noun in found.nouns.values():
        _write(noun, ids, batch=batch, reason=reason)
    kept.refresh(_touched_projects(found))
    return found


def _touched_projects(found: Preview) -> set[str]:
    return {
        noun.incoming.columns["project"][index]
        for name in _DRAWN_FROM
        if (noun := found.nouns.get(name)) is not None
        for index in (*noun.new.tolist(), *noun.changed)
    }


def _write(noun: NounPreview, ids: dict[str, dict[str, Any]], *, batch: str, reason: str) -> None:
    target = noun.target
    if noun.new.size:
        columns = _new_columns(noun, ids)
        pks = bulk.insert(target.model, columns, batch=batch)
        if "key" in target.noun.key:
            keys = noun.incoming.columns["key"][noun.new].tolist()
            ids.setdefault(target.noun.name, {}).update(zip(keys, pks, strict=True))
    if not noun.changed:
        return
    changes = _changed_attributes(noun, ids)
    if target.model is Project:
        corrections.change_projects(changes, reason=reason, batch=batch)
    elif noun.waits:
        corrections.propose_many(changes, reason=reason, batch=batch)
    elif target.is_corrected:
        records.correct_many(target.model, changes, batch=batch)
    else:
        records.change(target.model, changes, batch=batch)


def _new_columns(noun: NounPreview, ids: dict[str, dict[str, Any]]) -> dict[str, list[Any]]:
    columns = {}
    for name, values in noun.incoming.columns.items():
        column = values[noun.new].tolist() if noun.new.size < len(values) else values.tolist()
        spec = noun.target.noun.column(name)
        if spec.kind == "ref" and spec.ref != "place":
            known = _ids_of(spec.ref, column, ids)
            column = [None if key is None else known[key] for key in column]
        columns[noun.target.attribute(name)] = column
    return columns


def _ids_of(
    noun: str, keys: Iterable[str | None], ids: dict[str, dict[str, Any]]
) -> Mapping[str, Any]:
    known = ids.setdefault(noun, {})
    missing = {key for key in keys if key is not None} - known.keys()
    if missing:
        known.update(references.load_ids(noun, missing))
    return known


def _changed_attributes(
    noun: NounPreview, ids: dict[str, dict[str, Any]]
) -> dict[Any, dict[str, Any]]:
    target = noun.target
    changes: dict[Any, dict[str, Any]] = {}
    for index, change in noun.changed.items():
        row = changes[noun.old_ids[index]] = {}
        for name, (_, new) in change.items():
            spec = target.noun.column(name)
            is_id = spec.kind == "ref" and spec.ref != "place"
            row[target.attribute(name)] = _ids_of(spec.ref, [new], ids)[new] if is_id else new
    return changes
