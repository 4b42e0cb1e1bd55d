"""
Insert many entries of one kind at once, column by column, with their trail.

What `records.save_new` does for a few, done for tens of thousands: the same rows, the same events
and hashes (a test holds the two side by side), without building an object for each row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice, repeat
from typing import Any

from django.db import connection, models, transaction
from psycopg.types.json import Jsonb

from tuijin.ledger import ownership, scope, tallies, trail, written_behind
from tuijin.ledger.fields import ExactDecimalField, MoneyField
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.trail import TrailEvent, TrailHead
from tuijin.ledger.written_behind import Write

Column = Sequence[Any]
_SILENT = frozenset({"id", "version", "updated_at", "entered_at", "entered_by", "is_current"})
_EVENTS = 3_750  # made before they are handed on
_encode_text = json.encoder.encode_basestring


def insert(
    model: type[models.Model], columns: Mapping[str, Column], *, batch: str, action: str = "create"
) -> list[int]:
    """
    Insert entries and return their ids, in order.

    Parameters
    ----------
    columns
        Attribute name (`place_id`, not `place`) to one value a row; None leaves the default.

    Raises
    ------
    NotAllowed
        If one lies outside the actor's own scope.
    """
    count = len(next(iter(columns.values())))
    columns = dict(columns)
    if any(f.attname == "entered_by" for f in model._meta.concrete_fields):
        columns["entered_by"] = [scope.current().actor] * count
    _refuse_foreign(model, columns)
    with transaction.atomic():
        head = trail.lock()
        ids = _reserve_ids(model, count)
        if model is Project:
            tallies.add(_tally(columns, count))
        with written_behind.writing() as write:
            _insert_rows(write, model, ids, columns)
            events = _append_created(write, head, model, ids, columns, batch=batch, action=action)
        head.save()
        trail.tell(events)
    return ids


def update(
    model: type[models.Model], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write columns of entries; each row is the values in the order of `names`, then the id."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    marks = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    table = quote(model._meta.db_table)
    columns = list(zip(*rows, strict=True))
    values = [_prepare(f, list(c)) for f, c in zip(fields, columns[:-1], strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {marks} WHERE id = %s",  # noqa: S608  our own columns
            list(zip(*values, columns[-1], strict=True)),
        )


def _refuse_foreign(model: type[models.Model], columns: Mapping[str, Column]) -> None:
    """Ask about one entry for each place and project that occurs."""
    ownership.refuse_office(model)
    telling = getattr(model, "OWNER_COLUMNS", ("project_id", "place_id"))
    names = [name for name in telling if name in columns]
    if names and not scope.current().everywhere:
        whereabouts = set(zip(*(columns[n] for n in names), strict=True))
        samples = [model(**dict(zip(names, values, strict=True))) for values in whereabouts]
        ownership.refuse_foreign(samples)


def _reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Take the next ids; the caller's transaction writes, so nobody else takes them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    first = (row[0] if row else 0) + 1
    return list(range(first, first + count))


def _insert_rows(
    write: Write, model: type[models.Model], ids: Sequence[int], columns: Mapping[str, Column]
) -> None:
    """Bind only the columns that are given; the others get their default as it stands."""
    names, marks, values = [], [], []
    for field in model._meta.concrete_fields:
        names.append(connection.ops.quote_name(str(field.column)))
        given = ids if field.primary_key else columns.get(field.attname)
        marks.append(_literal(_default(field)) if given is None else "%s")
        if given is not None:
            values.append(given if field.primary_key else _prepare(field, given))
    table = connection.ops.quote_name(model._meta.db_table)
    write(f"INSERT INTO {table} ({', '.join(names)}) VALUES", marks, values)


def _default(field: models.Field[Any, Any]) -> Any:
    """What the database holds where nothing was said."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return field.get_db_prep_save(datetime.now(UTC), connection)
    value = field.get_default()
    if value is None and not field.null and field.empty_strings_allowed:
        value = ""
    if isinstance(field, models.JSONField) and value is not None:
        return json.dumps(value)  # the driver's own form is a parameter, not a literal
    return field.get_db_prep_save(value, connection)


def _literal(value: Any) -> str:
    """Write a default of ours into the statement."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Jsonb):  # what Django hands to PostgreSQL's driver
        value = json.dumps(value.obj, ensure_ascii=False)
    return "'" + str(value).replace("'", "''").replace("%", "%%") + "'"


def _prepare(field: models.Field[Any, Any], column: Column) -> Column:
    """Turn a column into what the driver stores; a None becomes the field's default."""
    default = None if field.null else _default(field)
    if isinstance(field, MoneyField):
        return [default if v is None else int(v * 100) for v in column]
    if isinstance(field, ExactDecimalField):
        return [default if v is None else format(v, "f") for v in column]
    if isinstance(field, models.DateField) and connection.vendor == "sqlite":
        shown = {day: None if day is None else str(day) for day in set(column)}
        return list(map(shown.__getitem__, column))
    if isinstance(field, models.JSONField):
        return [field.get_db_prep_save(v, connection) for v in column]
    if default is None:
        return column
    return [default if v is None else v for v in column]


def _tally(columns: Mapping[str, Column], count: int) -> dict[tallies.Key, list[int]]:
    """Sum new projects by place, status, stage and light, in 分."""
    defaults = {"status": "active", "stage": "", "light": ""}
    keys = [
        [default if v is None else v for v in columns[name]] if name in columns else repeat(default)
        for name, default in (("place_id", ""), *defaults.items())
    ]
    amounts = columns.get("total_investment_yuan") or repeat(None)
    sums: dict[Any, list[int]] = {}
    for key, amount in zip(zip(*keys, strict=False), amounts, strict=False):
        row = sums.get(key)
        if row is None:
            row = sums[key] = [0] * len(tallies.SUMS)
        row[0] += 1
        if amount is not None:
            row[1] += int(amount * 100)
    assert sum(row[0] for row in sums.values()) == count
    return sums


def _append_created(
    write: Write,
    head: TrailHead,
    model: type[models.Model],
    ids: Sequence[int],
    columns: Mapping[str, Column],
    *,
    batch: str,
    action: str,
) -> list[trail.Event]:
    """Append one event a row and move the head: byte for byte what `trail.append` would."""
    who, now, kind = scope.current(), datetime.now(UTC), model._meta.model_name or ""
    said = {
        "at": now, "actor": who.actor, "role": who.role.code, "address": who.address,
        "action": action, "object_type": kind, "batch": batch, "request_id": who.request_id,
    }  # fmt: skip
    insert, marks = _prepare_events(said)
    first = [now.isoformat(), who.actor, who.role.code, who.address, action, kind]
    start = trail.canonical(first).decode()[1:-1]
    last = trail.canonical([batch, who.request_id]).decode()[1:]
    projects = ids if model is Project else columns.get("project_id") or [None] * len(ids)
    places = [place or "" for place in columns.get("place_id") or repeat("", len(ids))]
    changes = _encode_changes(model, columns, len(ids))
    sha256 = hashlib.sha256
    seq, hashes = head.seq, [head.hash]
    for begin in range(0, len(ids), _EVENTS):
        part = slice(begin, begin + _EVENTS)
        texts = list(islice(changes, _EVENTS))
        digests = [sha256(text.encode()).hexdigest() for text in texts]
        numbers = range(seq + 1, seq + len(texts) + 1)
        hashes = hashes[-1:]
        for number, pk, project, place, digest in zip(
            numbers, ids[part], projects[part], places[part], digests, strict=True
        ):
            body = (
                f'\0[{number},{start},"{pk}",{"null" if project is None else project},'
                f'"{place}","{digest}",{last}{hashes[-1]}'
            )
            hashes.append(sha256(body.encode()).hexdigest())
        seq = numbers[-1]
        write(insert, marks, [numbers, list(map(str, ids[part])), projects[part], places[part],
                              texts, digests, hashes[:-1], hashes[1:]])  # fmt: skip
    numbers = range(head.seq + 1, seq + 1)
    head.seq, head.hash = seq, hashes[-1]
    return [
        trail.Event(action, kind, str(pk), {}, project, place, number)
        for number, pk, project, place in zip(numbers, ids, projects, places, strict=True)
    ]


_EVENT = ("seq", "object_id", "project_id", "place_id", "changes", "changes_sha256", "prev_hash",
          "hash")  # fmt: skip


def _prepare_events(constants: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Word the statement that inserts events, and one row of it."""
    fields = TrailEvent._meta
    literals = [
        _literal(fields.get_field(name).get_db_prep_save(value, connection))
        for name, value in constants.items()
    ]
    is_pg = connection.vendor == "postgresql"
    marks = ["%s::jsonb" if is_pg and name == "changes" else "%s" for name in _EVENT]
    names = ", ".join((*_EVENT, *constants))
    return f"INSERT INTO {fields.db_table} ({names}) VALUES", [*marks, *literals]


def _encode_changes(
    model: type[models.Model], columns: Mapping[str, Column], count: int
) -> Iterator[str]:
    """Write `{"field":[null,new],…}` of each row, keys sorted, empty values left out."""
    said: list[Column] = []
    row = "{"
    for field in sorted(model._meta.concrete_fields, key=lambda field: field.attname):
        name, default, column = field.attname, field.get_default(), columns.get(field.attname)
        if name in _SILENT:
            continue
        if column is None:
            if default not in (None, ""):
                row += f'"{name}":[null,{_encode([default])[0]}],'.replace("%", "%%")
            continue
        if default not in (None, ""):
            column = [default if v is None else v for v in column]
        if None in column or "" in column:
            row += "%s"
            words = iter(_encode([v for v in column if v not in (None, "")]))
            said.append(
                ["" if v in (None, "") else f'"{name}":[null,{next(words)}],' for v in column]
            )
        else:
            row += f'"{name}":[null,%s],'
            said.append(_encode(column))
    rows = zip(*said, strict=True) if said else repeat((), count)
    return (f"{(row % values)[:-1]}}}" for values in rows)


def _encode(column: Column) -> Column:
    """Spell values of one kind as JSON; numbers spell themselves."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return list(map(_encode_text, column))
    if kinds == {Decimal}:
        return [f'"{v:f}"' for v in column]
    if kinds in ({int}, {float}):
        return column
    if kinds == {date}:
        shown = {day: f'"{day}"' for day in set(column)}
        return list(map(shown.__getitem__, column))
    return [trail.canonical(v).decode() for v in column]
