"""A made-up portfolio of any size. Every row says that it is synthetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import scope, tallies
from tuijin.ledger.models import Organisation, Place, Project

_WORDS = "风电 光伏 储能 稀土 永磁 电机 硅铁 铜箔 负极 装备 物流 园区 道路 供水 医院 学校".split()
_LIGHTS = ("green", "yellow", "red", "")
_BATCH = 50_000


def fill(n_projects: int, *, seed: int = 7) -> None:
    """Write projects spread over every county of the place table, and count them."""
    with scope.active(scope.system_scope("bench")), transaction.atomic():
        owners = [Organisation(key=f"synthetic-{i}", name=f"合成企业{i:04d}") for i in range(1000)]
        Organisation.objects.bulk_create(owners)
        counties = list(
            Place.objects.filter(level="county").order_by("code").values_list("code", flat=True)
        )
        rng = np.random.default_rng(seed)
        for start in range(0, n_projects, _BATCH):
            size = min(_BATCH, n_projects - start)
            _insert(_rows(rng, start, size, counties, [o.pk for o in owners]))
        tallies.rebuild()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows(
    rng: np.random.Generator, start: int, size: int, counties: Sequence[str], owners: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    stages, years = list(CHOICES["stage"]), rng.integers(2021, 2028, size)
    place = rng.zipf(1.3, size) % len(counties)
    total = np.round(rng.lognormal(19, 1.2, size)).astype(np.int64) * 100
    share = rng.random(size)
    picks = {name: rng.integers(0, n, size) for name, n in (("w", 16), ("s", 10), ("l", 4))}
    owner = rng.integers(0, len(owners), size)
    for i in range(size):
        number, amount = start + i, int(total[i])
        planned = amount // 3
        yield (
            f"synthetic:{number}", f"合成{_WORDS[picks['w'][i]]}项目{number}",
            counties[place[i]], owners[owner[i]], stages[picks["s"][i]], _LIGHTS[picks["l"][i]],
            amount, planned, int(planned * share[i]), f"{years[i]}-03-01", f"{years[i] + 2}-10-31",
        )  # fmt: skip


_COLUMNS = (
    "key", "name", "place_id", "owner_id", "stage", "light", "total_investment_yuan",
    "year_planned_yuan", "year_done_yuan", "planned_start_on", "planned_finish_on",
)  # fmt: skip
_CONSTANT: dict[str, Any] = {
    "code": "", "name_en": "", "status": "active", "investor_kind": "", "construction_kind": "",
    "industry": "", "strategic_industry": "", "green_category": "", "location_accuracy": "",
    "summary": "", "summary_en": "", "is_synthetic": True, "version": 1, "plan_year": 2025,
    "updated_at": "2025-09-20 00:00:00+00:00", "claims_short": 0, "claims_undecided": 0,
}  # fmt: skip


def _insert(rows: Iterator[tuple[Any, ...]]) -> None:
    table, names = Project._meta.db_table, (*_COLUMNS, *_CONSTANT)
    constants = tuple(_CONSTANT.values())
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row((*row, *constants))
        return
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
            [(*row, *constants) for row in rows],
        )
