"""A case: one binding with its claim, as plain values, ready to be measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tuijin.errors import ClaimMalformed
from tuijin.ledger.chunks import chunks
from tuijin.units import UNITS, to_base
from tuijin.verify.claim_types import Statement
from tuijin.verify.models import Binding

_COLUMNS = (
    "id", "kind", "using", "parameters", "claim_id", "claim__key", "claim__metric",
    "claim__claim_type", "claim__statistic", "claim__target", "claim__unit",
    "claim__probability_ratio", "claim__by_date", "claim__source__key", "claim__project_id",
    "claim__project__place_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked (`metric` to `by_date`, as quoted) and how it is tested."""

    binding_id: int
    kind: str
    using: str
    parameters: Mapping[str, Any]
    claim_id: int
    claim_key: str
    metric: str
    claim_type: str
    statistic: str
    target: Decimal | None
    unit: str
    probability_ratio: Decimal | None
    by_date: date | None
    source: str | None
    project_id: int
    place_id: str

    @property
    def base_unit(self) -> str:
        """Unit that everything is compared in."""
        if self.claim_type == "by_date":
            return "date"
        if self.unit not in UNITS:
            raise ClaimMalformed(f"unit must be one of {', '.join(UNITS)}, got {self.unit!r}")
        return UNITS[self.unit].base

    def statement(self) -> Statement:
        """Return the statement in base units, as a claim type tests it."""
        base = self.base_unit
        target = None if self.target is None else to_base(self.target, self.unit or base)[0]
        ratio = self.probability_ratio
        return Statement(
            metric=self.metric,
            claim_type=self.claim_type,
            statistic=self.statistic,
            unit=base,
            target=None if target is None else float(target),
            by_date=self.by_date,
            probability_ratio=None if ratio is None else float(ratio),
        )


def load_cases(*, claim_ids: Iterable[int] = (), binding_ids: Iterable[int] = ()) -> list[Case]:
    """Read the bindings of some claims, or some bindings, in the order of claims."""
    found: list[Case] = []
    for lookup, ids in (("claim_id__in", claim_ids), ("id__in", binding_ids)):
        for part in chunks(sorted(set(ids))):
            rows = Binding.objects.filter(**{lookup: part}).order_by("claim_id", "id")
            found.extend(Case(*row) for row in rows.values_list(*_COLUMNS))
    return found
