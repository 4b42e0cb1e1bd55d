"""Which table keeps which noun. Rooms above register theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models

from tuijin.importers.nouns import NOUNS, Column, Noun
from tuijin.ledger.models import (
    AnnualPlan,
    Evidence,
    Figure,
    Node,
    OperatingRecord,
    Organisation,
    Park,
    Price,
    PriceLink,
    PriceSeries,
    ProgressReport,
    Project,
    Source,
    StageEvent,
    Vehicle,
)


@dataclass(frozen=True, slots=True)
class Target:
    """
    The table of a noun.

    Parameters
    ----------
    is_corrected
        Entries that are never overwritten: a change is a new entry that supersedes the old.
    fields
        Column name to model attribute, where they differ.
    kept
        Columns that the room draws itself, read beside those of the noun and never written.
    version
        Path of the number that grows with each change; "" where nothing ever changes.
    """

    noun: Noun
    model: type[models.Model]
    is_corrected: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[Column, ...] = ()
    version: str = "version"

    def attribute(self, column: str) -> str:
        """Model attribute that holds a column; references by their id."""
        if column in self.fields:
            return self.fields[column]
        spec = next(c for c in (*self.noun.columns, *self.kept) if c.name == column)
        return f"{column}_id" if spec.kind == "ref" else column


# In the order in which they are written: what is referred to comes first.
_targets: dict[str, Target] = {}


def register(
    noun: str | Noun,
    model: type[models.Model],
    *,
    is_corrected: bool = False,
    fields: Mapping[str, str] | None = None,
    kept: tuple[Column, ...] = (),
    version: str = "version",
) -> None:
    """
    Say which table keeps a noun; called from an `AppConfig.ready()`.

    A room's own noun, given whole, has a resource and is not brought in by files.
    """
    known = NOUNS[noun] if isinstance(noun, str) else noun
    _targets[known.name] = Target(known, model, is_corrected, fields or {}, kept, version)


def find(noun: str) -> Target:
    return _targets[noun]


def in_order() -> tuple[Target, ...]:
    """Every target, what is referred to before what refers to it."""
    return tuple(_targets[name] for name in NOUNS if name in _targets)


register("source", Source)
register("organisation", Organisation)
register("park", Park)
register("project", Project)
register("plan", AnnualPlan, is_corrected=True)
register("report", ProgressReport, is_corrected=True)
register("operating", OperatingRecord, is_corrected=True)
register("stage_event", StageEvent, is_corrected=True)
register("node", Node, is_corrected=True)
register("evidence", Evidence)
register("vehicle", Vehicle)
register("figure", Figure, is_corrected=True)
register("price_series", PriceSeries)
register("price", Price, is_corrected=True)
register("price_link", PriceLink)
