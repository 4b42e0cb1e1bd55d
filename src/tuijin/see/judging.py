"""Light the whole portfolio: arrays from the ledger, each place's own rulebook, back in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import transaction

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import records, rulebooks, scope
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models import Figure, Node, Project, Rulebook
from tuijin.ledger.node_limits import NODE_CODES
from tuijin.see import lights
from tuijin.see.lights import Facts, Threshold
from tuijin.see.models import LightReading, LightRule

DEFAULT_RULEBOOK = "light-yinchuan"
_CHUNK = 100_000  # a tally is written once a chunk, so large chunks are cheaper
_STARTED = set(list(CHOICES["stage"])[list(CHOICES["stage"]).index("started") :])
_COLUMNS = (
    "id", "place_id", "light", "plan_year", "year_planned_yuan", "year_done_yuan",
    "planned_start_on", "started_on", "stage", "status",
)  # fmt: skip
FUNDS_METRICS = ("funds_paid_yuan", "funds_required_yuan")


@dataclass(frozen=True, slots=True)
class Explained:
    """The light of one project and why."""

    light: str
    rule: LightRule | None
    value: float | None
    is_lifted: bool


def judge_portfolio(*, as_of: date) -> int:
    """
    Light every project, and keep the month's yellow and red lights.

    Returns
    -------
    Number of projects whose light changed.
    """
    with scope.active(scope.system_scope("lights")):
        books = load_rulebooks()
        return sum(_write(_judge(rows, books, as_of=as_of), as_of=as_of) for rows in _chunks())


def refresh(project_ids: Sequence[int], *, as_of: date) -> int:
    """
    Light some projects anew, after something about them changed.

    A light follows from the whole record, not from what its reader may see of it.
    """
    with scope.active(scope.system_scope("lights")):
        rows = list(Project.objects.filter(pk__in=project_ids).values_list(*_COLUMNS))
        return _write(_judge(rows, load_rulebooks(), as_of=as_of), as_of=as_of)


def explain(project: Project, *, as_of: date) -> Explained:
    """Judge one project now and name the rule that decided."""
    return explain_many([project.pk], as_of=as_of)[project.pk]


def explain_many(project_ids: Sequence[int], *, as_of: date) -> dict[int, Explained]:
    """Judge some projects now, in bulk, and name the rule that decided each."""
    with scope.active(scope.system_scope("lights")):
        rows = [
            row
            for part in chunks(project_ids)
            for row in Project.objects.filter(pk__in=part).values_list(*_COLUMNS)
        ]
        books = rulebooks_of({row[1] for row in rows})
        rules: dict[str, list[LightRule]] = {code: [] for code in books.values()}
        used = LightRule.objects.filter(rulebook__code__in=rules).select_related("rulebook")
        for rule in used.order_by("order"):
            rules[rule.rulebook.code].append(rule)
        facts = load_facts(rows, as_of=as_of)
    measures = lights.measure(facts, as_of=as_of)
    judged = {
        code: lights.judge(facts, [as_threshold(rule) for rule in own], as_of=as_of)
        for code, own in rules.items()
    }
    return {
        row[0]: _explained(judged[books[row[1]]], rules[books[row[1]]], measures, at=at,
                           status=row[9])
        for at, row in enumerate(rows)
    }  # fmt: skip


def _explained(
    judged: lights.Judgement, rules: Sequence[LightRule], measures: Mapping[str, np.ndarray], *,
    at: int, status: str,
) -> Explained:  # fmt: skip
    number = int(judged.deciding[at])
    rule = rules[number] if number >= 0 else None
    value = None
    if rule is not None and rule.measure != "yellow_months":
        value = float(measures[rule.measure][at])
    code = lights.CODES[int(judged.lights[at])] if status == "active" else ""
    return Explained(code, rule, value, bool(judged.is_lifted[at]))


def rulebooks_of(place_ids: Iterable[str]) -> dict[str, str]:
    """The rulebook of lights that each of some places uses: its own, or the nearest above."""
    return rulebooks.codes_of(place_ids, kind=Rulebook.Kind.LIGHT, default=DEFAULT_RULEBOOK)


def as_threshold(rule: LightRule) -> Threshold:
    return Threshold(
        rule.code, rule.light, rule.measure, float(rule.low), rule.is_low_included,
        None if rule.high is None else float(rule.high), rule.lifted_by,
    )  # fmt: skip


def load_rulebooks() -> dict[str, list[Threshold]]:
    """Light rules by the code of their rulebook."""
    books: dict[str, list[Threshold]] = {}
    for rule in LightRule.objects.select_related("rulebook").order_by("rulebook", "order"):
        books.setdefault(rule.rulebook.code, []).append(as_threshold(rule))
    return books


def _chunks() -> Iterator[list[tuple[Any, ...]]]:
    rows = Project.objects.order_by("id").values_list(*_COLUMNS)
    last = 0
    while chunk := list(rows.filter(id__gt=last)[:_CHUNK]):
        last = chunk[-1][0]
        yield chunk


def _judge(
    rows: Sequence[tuple[Any, ...]], books: dict[str, list[Threshold]], *, as_of: date
) -> dict[int, tuple[str, str]]:
    """Old and new light of each project, by its id."""
    place_book = rulebooks_of({row[1] for row in rows})
    facts = load_facts(rows, as_of=as_of)
    wanted = np.zeros(len(rows), dtype=np.int8)
    is_active = np.asarray([row[9] == "active" for row in rows], dtype=bool)
    used = np.asarray([place_book[row[1]] for row in rows], dtype=object)
    for code in set(place_book.values()):
        judged = lights.judge(facts, books.get(code, []), as_of=as_of)
        wanted = np.where((used == code) & is_active, judged.lights, wanted)
    return {row[0]: (row[2], lights.CODES[new]) for row, new in zip(rows, wanted, strict=True)}


def _write(found: dict[int, tuple[str, str]], *, as_of: date) -> int:
    """Write the lights that changed, and the month's yellow and red ones."""
    changed = {pk: {"light": new} for pk, (old, new) in found.items() if new != old}
    month = as_of.replace(day=1)
    with transaction.atomic():
        if changed:
            records.mark(changed)
        _keep_readings({pk: new for pk, (_, new) in found.items()}, month=month)
    return len(changed)


def _keep_readings(found: dict[int, str], *, month: date) -> None:
    held: dict[int, str] = {}
    for part in chunks(found):
        rows = LightReading.objects.filter(month=month, project__in=part)
        held.update(rows.values_list("project_id", "light"))
    shown = {pk: light for pk, light in found.items() if light in ("yellow", "red")}
    stale = [pk for pk, light in held.items() if shown.get(pk) != light]
    for part in chunks(stale):
        LightReading.objects.filter(month=month, project__in=part).delete()
    fresh = [
        LightReading(project_id=pk, month=month, light=light)
        for pk, light in shown.items()
        if held.get(pk) != light
    ]
    LightReading.objects.bulk_create(fresh, batch_size=500)


def load_facts(rows: Sequence[tuple[Any, ...]], *, as_of: date) -> Facts:
    """Turn project rows of `_COLUMNS`, and what hangs on them, into arrays."""
    index = {row[0]: number for number, row in enumerate(rows)}
    registered_on, is_tracked, reasons = _load_nodes(index)
    paid, required = _load_funds(index)
    return Facts(
        plan_year=_floats(row[3] for row in rows),
        year_planned_yuan=_floats(row[4] for row in rows),
        year_done_yuan=_floats(row[5] for row in rows),
        # where nothing says whether it has started, nothing says that it is late
        planned_start_on=_days(row[6] if row[7] or row[8] else None for row in rows),
        started_on=_days(row[7] for row in rows),
        has_started=np.asarray([row[8] in _STARTED for row in rows], dtype=bool),
        registered_on=registered_on,
        is_register_tracked=is_tracked,
        funds_paid_yuan=paid,
        funds_required_yuan=required,
        yellow_months_before=_load_yellow_months(index, as_of=as_of),
        reasons=reasons,
    )


def _floats(values: Iterable[Any]) -> np.ndarray:
    return np.asarray([np.nan if v is None else float(v) for v in values], dtype=float)


def _days(values: Iterable[date | None]) -> np.ndarray:
    return np.asarray([np.datetime64("NaT") if v is None else v for v in values], "datetime64[D]")


def _load_nodes(index: dict[int, int]) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    done = np.full(len(index), np.datetime64("NaT"), dtype="datetime64[D]")
    tracked, reasons = np.zeros(len(index), dtype=bool), dict[str, np.ndarray]()
    for part in chunks(index):
        nodes = Node.objects.filter(project__in=part, is_current=True)
        for pk, node, done_on, reason in nodes.values_list(
            "project_id", "node", "done_on", "reason"
        ):
            code, at = NODE_CODES.get(node, node), index[pk]
            if code == "register":
                tracked[at] = True
                done[at] = np.datetime64("NaT") if done_on is None else done_on
            if reason:
                reasons.setdefault(code, np.zeros(len(index), dtype=bool))[at] = True
    return done, tracked, reasons


def _load_funds(index: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    found = {metric: np.full(len(index), np.nan) for metric in FUNDS_METRICS}
    rows = Figure.objects.filter(metric__in=FUNDS_METRICS, is_current=True, value__isnull=False)
    for part in chunks(index):
        own = rows.filter(project__in=part)
        for pk, metric, value in own.values_list("project_id", "metric", "value"):
            found[metric][index[pk]] = float(value or 0)
    return found[FUNDS_METRICS[0]], found[FUNDS_METRICS[1]]


def _load_yellow_months(index: dict[int, int], *, as_of: date) -> np.ndarray:
    """How many months just before this one were yellow or red, without a break."""
    counts = np.zeros(len(index))
    this_month = as_of.year * 12 + as_of.month
    before = LightReading.objects.filter(month__lt=as_of.replace(day=1)).order_by("-month")
    for part in chunks(index):
        own = before.filter(project__in=part)
        for pk, month in own.values_list("project_id", "month"):
            at = index[pk]
            if month.year * 12 + month.month == this_month - counts[at] - 1:
                counts[at] += 1
    return counts
