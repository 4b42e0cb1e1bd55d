"""
When a node is due that has no date of its own: counted by the rule of its place.

A limit runs from the day that the node it starts from was done, or else from the day the project
entered the stage of that name; until one of them is on record nothing is counted, nor once the
project has entered the stage that the node itself is named after. A node is known by its code or by
what a clerk writes.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import rulebooks, scope
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models import Node, NodeRule, Rulebook, StageEvent

DEFAULT_RULEBOOK = "node-published"
# What clerks write besides a rule's name.
NODE_CODES = {"纳统入库": "register", "入库": "register", "开工": "start", "到资": "funds",
              "月度进度": "progress", "进度": "progress"}  # fmt: skip
_STAGES = list(CHOICES["stage"])
_STAGE_COLUMNS = {"started": "started_on", "completed": "finished_on"}  # of the project


@dataclass(frozen=True, slots=True)
class Counted:
    """The last day of a node, and the rule and day it was counted from."""

    node_id: int
    project_id: int
    due_on: date
    rule: NodeRule
    since_on: date
    starts_from: NodeRule | None  # None: the stage `rule.starts_from`

    @property
    def start_name(self) -> tuple[str, str]:
        """What it is counted from, in Chinese and English."""
        if self.starts_from is None:
            return CHOICES["stage"][self.rule.starts_from]
        return self.starts_from.name, self.starts_from.name_en


@dataclass(frozen=True, slots=True)
class _Start:
    """What a limit runs from: nodes by any of their names, or a stage."""

    words: tuple[str, ...]
    stage: str

    def since(self) -> Any:
        """Expression over nodes: the day it was reached, the first if there are several."""
        same = {"project": OuterRef("project"), "is_current": True}
        days: list[Any] = []
        if self.words:
            done = Node.objects.filter(**same, node__in=self.words, done_on__isnull=False)
            days.append(Subquery(done.order_by("done_on").values("done_on")[:1]))
        if self.stage:
            entered = StageEvent.objects.filter(**same, stage=self.stage).order_by("on")
            days.append(Subquery(entered.values("on")[:1]))
        if column := _STAGE_COLUMNS.get(self.stage):
            days.append(F(f"project__{column}"))
        return Coalesce(*days, output_field=DateField()) if len(days) > 1 else days[0]


@dataclass(frozen=True, slots=True)
class _Limited:
    """A rule with a limit, the names of its node, and the rule of the one it runs from."""

    rule: NodeRule
    words: tuple[str, ...]
    starts_from: NodeRule | None


def rules_of(place_id: str) -> list[NodeRule]:
    """The nodes of a place's stage line, in order."""
    code = rulebooks.code_of(place_id, kind=Rulebook.Kind.NODE, default=DEFAULT_RULEBOOK)
    rows = NodeRule.objects.filter(rulebook__code=code).select_related("source")
    return list(rows.order_by("order"))


def last_day(since: date, rule: NodeRule) -> date:
    """Calendar months or days after a day; the last of a month where it has no such day."""
    if rule.limit_months is None:
        return since + timedelta(days=rule.limit_days or 0)
    years, month = divmod(since.month - 1 + rule.limit_months, 12)
    year = since.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(since.day, last))


def count(nodes: QuerySet[Node], *, before: date | None = None) -> Iterator[Counted]:
    """
    Count the limits of those open nodes that have no date of their own.

    With a query for each node or stage that limits run from, whatever the number of projects. A
    limit follows from the whole record, not from what its reader may see of it.

    Parameters
    ----------
    before
        Leave out what is due on this day or later.
    """
    with scope.active(scope.system_scope("limits")):
        if not nodes.filter(is_current=True, done_on=None, due_on=None).exists():
            return
        groups = _load_limited()
        rows = [row for group in groups.items() for row in _read(nodes, *group, before=before)]
        places = {place_id for *_, place_id in rows}
        books = rulebooks.codes_of(places, kind=Rulebook.Kind.NODE, default=DEFAULT_RULEBOOK)
    for one, node_id, project_id, since_on, place_id in rows:
        due_on = last_day(since_on, one.rule)
        is_used = books[place_id] == one.rule.rulebook.code
        if is_used and (before is None or due_on < before):
            yield Counted(node_id, project_id, due_on, one.rule, since_on, one.starts_from)


def late(nodes: QuerySet[Node], *, on: date) -> Iterator[tuple[Node, date, Counted | None]]:
    """Open nodes past their last day, that day, and how it was counted; None is as entered."""
    rows = nodes.filter(is_current=True, done_on=None).select_related("project")
    for node in rows.filter(due_on__lt=on):
        assert node.due_on is not None
        yield node, node.due_on, None
    counted = {one.node_id: one for one in count(nodes, before=on)}
    for part in chunks(counted):
        for node in rows.filter(pk__in=part):
            yield node, counted[node.pk].due_on, counted[node.pk]


def waiting() -> QuerySet[Node]:
    """Open nodes without a date of their own."""
    return Node.objects.filter(is_current=True, done_on=None, due_on=None)


def _load_limited() -> dict[_Start, list[_Limited]]:
    """Rules with a limit by what it runs from."""
    rules = list(NodeRule.objects.select_related("rulebook", "source").order_by("order"))
    by_code = {(rule.rulebook_id, rule.code): rule for rule in rules}
    found: dict[_Start, list[_Limited]] = {}
    for rule in rules:
        if not rule.starts_from or (rule.limit_months is None and rule.limit_days is None):
            continue
        before = by_code.get((rule.rulebook_id, rule.starts_from))
        start = _start(before) if before else _Start((), rule.starts_from)
        found.setdefault(start, []).append(_Limited(rule, _words(rule), before))
    return found


def _start(rule: NodeRule) -> _Start:
    return _Start(_words(rule), _named_after(rule))


def _named_after(rule: NodeRule) -> str:
    """The stage that a node of the same name enters, or ""."""
    return rule.stage if CHOICES["stage"][rule.stage][0] == rule.name else ""


def _has_entered(stage: str) -> Q:
    """Nodes of projects that are in a stage or further on."""
    reached = _STAGES[_STAGES.index(stage) :]
    events = StageEvent.objects.filter(
        project=OuterRef("project"), is_current=True, stage__in=reached
    )
    found = Q(project__stage__in=reached) | Q(Exists(events))
    column = _STAGE_COLUMNS.get(stage)
    return found | Q(**{f"project__{column}__isnull": False}) if column else found


def _words(rule: NodeRule) -> tuple[str, ...]:
    said = [word for word, code in NODE_CODES.items() if code == rule.code]
    return tuple(dict.fromkeys((rule.code, rule.name, *said)))


def _read(
    nodes: QuerySet[Node], start: _Start, limited: Sequence[_Limited], *, before: date | None
) -> Iterator[tuple[_Limited, int, int, date, str]]:
    """Open nodes whose limit runs, each with every rule of its name: places use different ones."""
    by_word: dict[str, list[_Limited]] = {}
    for one in limited:
        for word in one.words:
            by_word.setdefault(word, []).append(one)
    rows = nodes.filter(is_current=True, done_on=None, due_on=None, node__in=by_word).order_by()
    for one in limited:
        if stage := _named_after(one.rule):
            rows = rows.exclude(Q(node__in=one.words) & _has_entered(stage))
    rows = rows.annotate(since_on=start.since()).filter(since_on__isnull=False)
    if before is not None:
        rows = rows.filter(since_on__lt=before - timedelta(days=min(map(_least_days, limited))))
    columns = ("node", "pk", "project_id", "since_on", "project__place_id")
    for word, *row in rows.values_list(*columns).iterator():
        for one in by_word[word]:
            yield one, *row


def _least_days(one: _Limited) -> int:
    """A month has 28 days or more."""
    return (one.rule.limit_months or 0) * 28 or one.rule.limit_days or 0
