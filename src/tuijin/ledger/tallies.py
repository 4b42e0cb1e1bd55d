"""Keep the sums of the portfolio, place by place and upwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, Count, Sum
from django.db.models.functions import Cast, Coalesce

from tuijin.ledger.fields import to_fen
from tuijin.ledger.models.places import Place
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.tallies import Tally

# The project columns a tally is drawn from; the first four are its key.
COLUMNS = (
    "place_id", "status", "stage", "light", "total_investment_yuan", "year_planned_yuan",
    "year_done_yuan", "claims_short", "claims_undecided",
)  # fmt: skip
SUMS = (
    "projects_count", "total_investment_yuan", "year_planned_yuan", "year_done_yuan",
    "claims_short_count", "claims_undecided_count",
)  # fmt: skip
Key = tuple[str, str, str, str]


def apply(*, before: Iterable[tuple[Any, ...]], after: Iterable[tuple[Any, ...]]) -> None:
    """Move the sums from `before` to `after`, rows of `COLUMNS`; in the caller's transaction."""
    sums: dict[Key, list[int]] = defaultdict(lambda: [0] * len(SUMS))
    for sign, rows in ((-1, before), (1, after)):
        for place, status, stage, light, *amounts in rows:
            row = sums[place, status, stage, light]
            row[0] += sign
            for number, amount in enumerate(amounts, start=1):
                if amount:
                    whole = to_fen(amount) if isinstance(amount, Decimal) else amount
                    row[number] += sign * whole
    add(sums)


def add(sums: Mapping[Key, Sequence[int]]) -> None:
    """Add sums of places, in the order of `SUMS` and in 分, to each place and all above it."""
    parents = dict(Place.objects.values_list("code", "parent_id"))
    deltas: dict[Key, list[int]] = defaultdict(lambda: [0] * len(SUMS))
    for (place, status, stage, light), row in sums.items():
        code: str | None = place
        while code is not None:
            total = deltas[code, status, stage, light]
            for number, amount in enumerate(row):
                total[number] += amount
            code = parents.get(code)
    _write({key: row for key, row in deltas.items() if any(row)})


def _write(deltas: dict[Key, list[int]]) -> None:
    """Add to the sums that are held, or begin them, in one statement for all."""
    names = ("place_id", "status", "stage", "light", *SUMS)
    table = connection.ops.quote_name(Tally._meta.db_table)
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in SUMS)
    sql = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) "  # noqa: S608  our own columns
        f"ON CONFLICT (place_id, status, stage, light) DO UPDATE SET {added}"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, [(*key, *sums) for key, sums in sorted(deltas.items())])


def _fen(name: str) -> Sum:
    """Sum a money or count column as the whole number that the database holds."""
    return Sum(Coalesce(Cast(name, BigIntegerField()), 0))


def rebuild() -> None:
    """Count everything anew: after a bulk load, and to prove the kept sums."""
    groups = Project.objects.order_by().values_list(*COLUMNS[:4])
    sums = groups.annotate(Count("id"), **{f"sum_{name}": _fen(name) for name in COLUMNS[4:]})
    parents = dict(Place.objects.values_list("code", "parent_id"))
    totals: dict[Key, list[int]] = defaultdict(lambda: [0] * len(SUMS))
    for place, status, stage, light, *amounts in sums:
        code: str | None = place
        while code is not None:
            held = totals[code, status, stage, light]
            totals[code, status, stage, light] = [
                a + int(b) for a, b in zip(held, amounts, strict=True)
            ]
            code = parents.get(code)
    with transaction.atomic():
        Tally.objects.all().delete()
        Tally.objects.bulk_create([_build(key, held) for key, held in totals.items()], 500)


def _build(key: Key, sums: list[int]) -> Tally:
    place, status, stage, light = key
    count, total, planned, done, short, undecided = sums
    return Tally(
        place_id=place,
        status=status,
        stage=stage,
        light=light,
        projects_count=count,
        total_investment_yuan=Decimal(total) / 100,
        year_planned_yuan=Decimal(planned) / 100,
        year_done_yuan=Decimal(done) / 100,
        claims_short_count=short,
        claims_undecided_count=undecided,
    )
