"""
Which verdicts no longer follow from the record.

The trail tells of every change in the transaction of the change itself. A change touches topics;
the dependency rows name the bindings that read them; their inputs are put together anew and
compared by hash, so that exactly the verdicts whose inputs changed are stale, and one whose inputs
are changed back is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Min

from tuijin.errors import TuijinError
from tuijin.ledger import scope
from tuijin.ledger.chunks import CHUNK, chunks
from tuijin.ledger.models import Figure
from tuijin.verify.cases import load_cases
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.facts import (
    COLUMNS,
    DATES,
    DOCUMENTS,
    JOBS,
    MEASURED,
    NODES,
    PLACE,
    REACH,
    STAGES,
    YEARLY,
    topic_of,
)
from tuijin.verify.inputs import build_inputs, gather, sha256_of
from tuijin.verify.models import Binding, Claim, Dependency, Verdict
from tuijin.verify.tasks import ask_for_rerun
from tuijin.verify.verdicts import mark_claims

_NAMES = {
    "operatingrecord": (*YEARLY, JOBS, REACH),
    "stageevent": (*STAGES, REACH),
    "evidence": (DOCUMENTS, REACH, MEASURED),
    "node": (NODES, REACH),
    "progressreport": (REACH,),
    "project": (*COLUMNS, *DATES, PLACE),
}


def follow(events: Sequence[Any]) -> None:
    """Mark what the events made stale; called by the trail as they are appended."""
    with scope.active(scope.system_scope("staleness")):
        touched = {
            binding
            for part in chunks(sorted(_topics(events)))
            for binding in Dependency.objects.filter(topic__in=part)
            .values_list("binding_id", flat=True)
            .distinct()
        }
        stale = compare(touched) if touched else set()
        if stale or any(event.object_type == "binding" for event in events):
            ask_for_rerun(seed=DEFAULT_SEED)


def _topics(events: Sequence[Any]) -> set[str]:
    """Topics touched, of projects that have claims: a file of new projects touches none."""
    topics, figures = set(), {}
    read = {"claim", "binding", "figure", *_NAMES}
    events = [e for e in events if e.object_type in read and not _is_new_project(e)]
    claimed = _with_claims({e.project_id for e in events})
    for event in events:
        kind, project = event.object_type, event.project_id
        if kind in ("claim", "binding") and event.action != "verdict":
            topics.add(f"{kind}:{event.object_id}")
        elif kind == "figure" and (project is None or project in claimed):
            figures[event.object_id] = event
        elif project in claimed:
            topics |= {topic_of(project, name) for name in _NAMES.get(kind, ())}
    return topics | _figure_topics(figures)


def _is_new_project(event: Any) -> bool:
    return event.object_type == "project" and event.action == "create"


def _with_claims(project_ids: set[int | None]) -> set[int]:
    wanted = {pk for pk in project_ids if pk is not None}
    claims = Claim.objects.order_by().values_list("project_id", flat=True).distinct()
    if len(wanted) <= CHUNK:
        return set(claims.filter(project__in=wanted))
    return wanted & set(claims)


def _figure_topics(figures: Mapping[str, Any]) -> set[str]:
    """Figures by metric: the one it has now, and the one it had."""
    topics = set()
    for part in chunks(sorted(figures)):
        rows = Figure.objects.filter(pk__in=part)
        for pk, project, place, metric in rows.values_list(
            "pk", "project_id", "place_id", "metric"
        ):
            changes = figures[str(pk)].changes
            metrics = {metric, *changes.get("metric", ())} - {None}
            projects = {project, *changes.get("project_id", ())} - {None}
            places = {place, *changes.get("place_id", ())} - {None}
            topics |= {topic_of(p, m) for p in projects for m in metrics}
            topics |= {f"{code}/place.{m}" for code in places for m in metrics}
    return topics


def compare(binding_ids: Iterable[int]) -> set[int]:
    """
    Compare verdicts with what their inputs are now, and mark those that differ.

    Returns
    -------
    Bindings whose current verdict is stale.
    """
    stale: set[int] = set()
    for part in chunks(sorted(set(binding_ids))):
        kept = Verdict.objects.filter(binding__in=part, is_current=True)
        rows = {b: (h, s) for b, h, s in kept.values_list("binding_id", "inputs_sha256", "seed")}
        cases = [case for case in load_cases(binding_ids=rows) if case.binding_id in rows]
        facts = gather(cases)
        differing = set()
        for case in cases:
            sha256, seed = rows[case.binding_id]
            try:
                now = sha256_of(build_inputs(case, facts, seed=seed or DEFAULT_SEED))
            except TuijinError:
                now = ""  # cannot be tested any more: the verdict does not follow from the record
            if now != sha256:
                differing.add(case.binding_id)
        kept.filter(binding__in=differing, is_stale=False).update(is_stale=True)
        kept.exclude(binding__in=differing).filter(is_stale=True).update(is_stale=False)
        settled = rows.keys() - differing
        Binding.objects.filter(pk__in=settled, error__isnull=False).update(error=None)
        mark_claims(case.claim_id for case in cases)
        stale |= differing
    return stale


def compare_all() -> set[int]:
    """Compare every verdict that another version of a check or model made."""
    current = Verdict.objects.filter(is_current=True)
    samples = current.order_by().values_list("made_with").annotate(Min("binding_id"))
    changed = [made_with for made_with, binding in samples if compare([binding])]
    same = current.filter(made_with__in=changed)
    return compare(same.values_list("binding_id", flat=True))
