"""
Tables on their way in, column by column: references become keys, missing keys are derived.

A refused row is left out of its columns; what refers to it from the same line goes with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import numpy as np

from tuijin.errors import Problem
from tuijin.importers import Table
from tuijin.ledger import coordinates, references, scope
from tuijin.ledger.models import Organisation, PriceSeries, Project
from tuijin.ledger.targets import Target

_NAMED = ("name", "code", "uscc")  # what else a file may call an entry by
Key = tuple[Any, ...]


@dataclass(slots=True)
class Incoming:
    """Rows of one noun, from all tables of a file; arrays of shape (n_rows,)."""

    target: Target
    columns: dict[str, np.ndarray]
    rows: np.ndarray
    sheets: np.ndarray

    def __len__(self) -> int:
        return int(self.rows.size)

    def keys(self) -> list[Key]:
        return list(zip(*(self.columns[name] for name in self.target.noun.key), strict=True))

    def keep(self, where: np.ndarray) -> None:
        self.columns = {name: values[where] for name, values in self.columns.items()}
        self.rows, self.sheets = self.rows[where], self.sheets[where]

    def problem(self, index: int, code: str, message: str, column: str, expected: str) -> Problem:
        return Problem(
            code, message, str(self.sheets[index]), int(self.rows[index]), "", column, expected
        )


@dataclass(slots=True)
class Coming:
    """What the file itself brings, for later tables to refer to."""

    words: dict[str, dict[str, str | None]] = field(default_factory=dict)  # noun -> word -> key
    lines: dict[str, dict[int, str]] = field(default_factory=dict)  # sheet -> row -> project key
    new_projects: set[str] = field(default_factory=set)

    def announce(self, incoming: Incoming) -> None:
        """Make entries known by key and by name; a name two entries share is known by neither."""
        noun = incoming.target.noun.name
        if "key" not in incoming.target.noun.key:
            return
        words = self.words.setdefault(noun, {})
        keys = incoming.columns["key"].tolist()
        for name in _NAMED:
            if name not in incoming.columns:
                continue
            for word, key in zip(incoming.columns[name].tolist(), keys, strict=True):
                if word is not None and words.setdefault(word, key) != key:
                    words[word] = None
        words.update(zip(keys, keys, strict=True))
        if noun == "project":
            for sheet in set(incoming.sheets.tolist()) - {""}:
                here = incoming.sheets == sheet
                at = zip(incoming.rows[here].tolist(), incoming.columns["key"][here], strict=True)
                self.lines.setdefault(sheet, {}).update(at)


def gather(target: Target, tables: Sequence[Table]) -> Incoming:
    """Put tables of one noun below each other."""
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    columns = {
        name: np.concatenate([
            table.columns.get(name, np.full(len(table), None, dtype=object)) for table in tables
        ])
        for name in names
    }  # fmt: skip
    for column in target.noun.columns:
        if column.name in target.noun.key:
            columns.setdefault(column.name, np.full(sum(map(len, tables)), None, dtype=object))
    sheets = np.concatenate([np.full(len(t), t.sheet, dtype=object) for t in tables])
    return Incoming(target, columns, np.concatenate([t.rows for t in tables]), sheets)


def prepare(incoming: Incoming, coming: Coming, refused: list[Problem]) -> None:
    """Resolve references, convert coordinates, derive keys, and refuse what is not the writer's."""
    good = _resolve(incoming, coming, refused)
    if not good.all():
        incoming.keep(good)
    _to_wgs84(incoming)
    if "key" in incoming.target.noun.key:
        _fill_keys(incoming)
    foreign = _find_foreign(incoming, coming)
    refused.extend(
        incoming.problem(index, "not_allowed", "不在您的管辖范围内", "place", "本旗县区的项目")
        for index in np.flatnonzero(foreign).tolist()
    )
    if foreign.any():
        incoming.keep(~foreign)
    _merge_repeats(incoming, refused)


def _resolve(incoming: Incoming, coming: Coming, refused: list[Problem]) -> np.ndarray:
    """Replace references by keys; tell which rows refer to what is known."""
    good = np.ones(len(incoming), dtype=bool)
    for column in incoming.target.noun.columns:
        if column.kind != "ref" or column.name not in incoming.columns:
            continue
        words = incoming.columns[column.name]
        here = coming.words.get(column.ref, {})
        distinct = {word for word in words.tolist() if word is not None}
        known = dict(references.resolve(column.ref, distinct - here.keys()))
        known.update({word: key for word in distinct if (key := here.get(word)) is not None})
        keys = _as_objects([known.get(word) for word in words.tolist()])
        on_line = np.zeros(len(incoming), dtype=bool)
        if column.ref == "project" and coming.lines:
            on_line = _take_from_lines(incoming, coming, keys)
        incoming.columns[column.name] = keys
        lost = (words != None) & (keys == None)  # noqa: E711  # element by element
        good &= ~lost
        expected = f"台账中已有的{column.zh}，或在本文件中先列出；重名时填编号"
        refused.extend(
            incoming.problem(
                index,
                "unknown_reference",
                f"找不到{column.zh}：{words[index]}",
                column.name,
                expected,
            )
            for index in np.flatnonzero(lost & ~on_line).tolist()
        )
    return good


def _take_from_lines(incoming: Incoming, coming: Coming, keys: np.ndarray) -> np.ndarray:
    """An entry beside a project on one line is that project's, whatever others share its name."""
    on_line = np.zeros(len(incoming), dtype=bool)
    for sheet, lines in coming.lines.items():
        here = incoming.sheets == sheet
        if not here.any():
            continue
        on_line |= here
        keys[here] = _as_objects([lines.get(row) for row in incoming.rows[here].tolist()])
    return on_line


def _as_objects(values: Sequence[Any]) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _to_wgs84(incoming: Incoming) -> None:
    """Convert coordinates that the file gives in GCJ-02; the ledger holds WGS-84."""
    systems = incoming.columns.pop("coordinate_system", None)
    longitude, latitude = (incoming.columns.get(n) for n in ("longitude", "latitude"))
    if systems is None or longitude is None or latitude is None:
        return
    both = (longitude != None) & (latitude != None)  # noqa: E711  # element by element
    where = np.flatnonzero((systems == "GCJ-02") & both)
    if where.size:
        x, y = coordinates.to_wgs84(longitude[where].astype(float), latitude[where].astype(float))
        longitude[where], latitude[where] = np.round(x, 6).tolist(), np.round(y, 6).tolist()


def _fill_keys(incoming: Incoming) -> None:
    """Give rows without a key the one on record for the same code or name, or a derived one."""
    keys = incoming.columns["key"]
    empty = np.flatnonzero(keys == None)  # noqa: E711  # element by element
    if not empty.size:
        return
    noun = incoming.target.noun.name
    none = np.full(len(incoming), None, dtype=object)
    code = incoming.columns.get("code", incoming.columns.get("uscc", none))[empty].tolist()
    name = incoming.columns.get("name", incoming.columns.get("title", none))[empty].tolist()
    place = incoming.columns.get("place", none)[empty].tolist()
    known = _known_keys(noun, code, name)
    keys[empty] = [
        (known.get(c) if c else None)
        or known.get((p or "", n))
        or derive_key(noun, code=c, place=p, name=n)
        for c, n, p in zip(code, name, place, strict=True)
    ]


def _known_keys(noun: str, codes: Sequence[Any], names: Sequence[Any]) -> dict[Any, str]:
    """Map code, and place with name, to the key on record."""
    rows: Any
    if noun == "project":
        rows = Project.objects.values_list("code", "place_id", "name", "key")
        by_code = "code"
    elif noun == "organisation":
        rows = Organisation.objects.values_list("uscc", "uscc", "name", "key")
        by_code = "uscc"
    elif noun == "price_series":
        rows = PriceSeries.objects.values_list("key", "key", "name", "key")
        by_code = "key"
    else:
        return {}
    known: dict[Any, str] = {}
    for column, words in (("name", names), (by_code, codes)):
        for part in references.wanted(rows, column, words):
            for code, place, name, key in part:
                if code:
                    known[code] = key
                known[place if noun == "project" else "", name] = key
    return known


def derive_key(noun: str, *, code: str | None, place: str | None, name: str | None) -> str:
    """Return the key of an entry that came without one; the same entry gets the same key."""
    if code:
        return f"{noun}:{code}"
    digest = hashlib.sha256("\x1f".join((place or "", name or "")).encode()).hexdigest()
    return f"{noun}:{digest[:20]}"


def _find_foreign(incoming: Incoming, coming: Coming) -> np.ndarray:
    """Rows about places or projects outside the writer's own scope."""
    who = scope.current()
    if who.everywhere:
        return np.zeros(len(incoming), dtype=bool)
    if "project" in incoming.columns:
        keys = incoming.columns["project"].tolist()
        own: dict[str | None, str] = dict.fromkeys({*keys} & coming.new_projects, "")
        rows = Project.objects.values_list("key", "place_id", "pk")
        for part in references.wanted(rows, "key", keys):
            own |= {
                key: place for key, place, pk in part if who.owns(place_id=place, project_id=pk)
            }
        named = incoming.columns["place"].tolist() if "place" in incoming.columns else repeat(None)
        allowed = [
            (key is None or key in own)
            and (place is None or place in who.places or place == own.get(key))
            for key, place in zip(keys, named, strict=False)
        ]
    elif "place" in incoming.columns:
        allowed = [code in who.places for code in incoming.columns["place"].tolist()]
    else:
        return np.zeros(len(incoming), dtype=bool)
    return ~np.asarray(allowed, dtype=bool).reshape(len(incoming))


def _merge_repeats(incoming: Incoming, refused: list[Problem]) -> None:
    """An entry said twice alike counts once; said twice differently it is refused."""
    keys = incoming.keys()
    if len(set(keys)) == len(keys):
        return
    first: dict[Key, int] = {}
    drop = np.zeros(len(keys), dtype=bool)
    for index, key in enumerate(keys):
        earlier = first.setdefault(key, index)
        if earlier == index:
            continue
        drop[index] = True
        differing = _difference(incoming, earlier, index)
        if differing:
            name, old, new = differing
            message = (
                f"与 {incoming.sheets[earlier]} 第 {incoming.rows[earlier]} 行不一致：{old} ≠ {new}"
            )
            refused.append(
                incoming.problem(index, "disagrees", message, name, "同一条目只写一次，或两处一致")
            )
    incoming.keep(~drop)


def _difference(incoming: Incoming, first: int, second: int) -> tuple[str, Any, Any] | None:
    for name, values in incoming.columns.items():
        if values[first] != values[second]:
            return name, values[first], values[second]
    return None
