"""Keep what checks found: verdicts, what they depend on, and the marks on claims and projects."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from tuijin.discovery import load_plugin
from tuijin.ledger import records, trail
from tuijin.ledger.chunks import chunks
from tuijin.ledger.metrics import load_metrics
from tuijin.units import UNITS
from tuijin.verify import wording
from tuijin.verify.cases import Case
from tuijin.verify.checks import Inputs, Measurement
from tuijin.verify.claim_types import Finding
from tuijin.verify.inputs import as_json, sha256_of, topics_of
from tuijin.verify.models import Binding, Claim, Dependency, Run, Verdict

# What decides a claim with several verdicts: the record goes before arithmetic, that before models.
STRENGTH = ("evidence", "formula", "model")
_DECIDED = ("HOLDS", "FALLS SHORT")


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one case: inputs, measurement and finding, or an error."""

    case: Case
    inputs: Inputs | None = None
    measurement: Measurement | None = None
    finding: Finding | None = None
    error: Mapping[str, str] | None = None


def keep(found: Sequence[Found], *, run: Run | None = None) -> int:
    """
    Record what some cases gave, in one transaction.

    The same inputs give the same verdict, so a verdict whose inputs have not changed stays as it
    is; an error keeps the last verdict, as stale.

    Returns
    -------
    Number of new verdicts, one trail event each.
    """
    ids = [one.case.binding_id for one in found]
    with transaction.atomic():
        trail.lock()
        current = {
            v.binding_id: v for v in Verdict.objects.filter(binding__in=ids, is_current=True)
        }
        fresh, gone, settled = [], [], []
        for one in found:
            old = current.get(one.case.binding_id)
            if one.inputs is None or one.finding is None:
                continue
            if old is not None and old.inputs_sha256 == sha256_of(one.inputs):
                settled.append(old.pk)
                continue
            fresh.append(_build(one, run=run))
            if old is not None:
                gone.append(old.pk)
        Verdict.objects.filter(pk__in=gone).update(is_current=False, is_stale=False)
        Verdict.objects.filter(pk__in=settled, is_stale=True).update(is_stale=False)
        Verdict.objects.bulk_create(fresh, batch_size=200)
        _keep_errors(found)
        _keep_dependencies(found)
        projects = {one.case.claim_id: one.case.project_id for one in found}
        trail.append(
            _event(verdict, current.get(verdict.binding_id), projects[verdict.claim_id])
            for verdict in fresh
        )
        mark_claims({one.case.claim_id for one in found})
    return len(fresh)


def _build(one: Found, *, run: Run | None) -> Verdict:
    inputs, finding, measurement = one.inputs, one.finding, one.measurement
    assert inputs is not None
    assert finding is not None
    assert measurement is not None
    low, high = finding.interval or (None, None)
    units = {p["name"]: p["unit"] for p in inputs.plain.get("parameters", ())}
    side = _side_of(one.case.claim_type, rises=measurement.measured.rises)
    return Verdict(
        binding_id=one.case.binding_id,
        claim_id=one.case.claim_id,
        ruling=finding.ruling.value,
        value=_finite(finding.value),
        interval_low=_finite(low),
        interval_high=_finite(high),
        on=finding.on,
        needs_zh=finding.needs[0][:500],
        needs_en=finding.needs[1][:500],
        decides=[
            [name, units.get(name) or _unit_of(name, one), least, most, side if at == 0 else ""]
            for at, (name, least, most) in enumerate(finding.decides)
        ],
        seed=inputs.seed,
        n_draws=inputs.n_draws,
        made_with=inputs.made_with,
        inputs=as_json(inputs.plain),
        inputs_sha256=sha256_of(inputs),
        charts=dict(measurement.charts),
        field_class=inputs.field_class,
        run=run,
    )


def _side_of(claim_type: str, *, rises: bool | None) -> str:
    """Whether a deciding value is the least or the most that lets the claim hold, if known."""
    if rises is None:
        return ""
    wants_high = load_plugin(wording.CLAIM_TYPES, claim_type).symbol == "≥"
    return "at_least" if wants_high == rises else "at_most"


def _unit_of(name: str, one: Found) -> str:
    """The unit of a value that would decide: the claim's own metric's, or the vocabulary's."""
    known = load_metrics().get(name)
    return one.case.base_unit if known is None or name == one.case.using else known.unit


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _event(verdict: Verdict, old: Verdict | None, project_id: int) -> trail.Event:
    return trail.Event(
        action="verdict",
        object_type="claim",
        object_id=str(verdict.claim_id),
        changes={
            "ruling": (old and old.ruling, verdict.ruling),
            "inputs_sha256": (old and old.inputs_sha256, verdict.inputs_sha256),
        },
        project_id=project_id,
    )


def _keep_errors(found: Iterable[Found]) -> None:
    """Note why a binding could not be tested, and that its last verdict is out of date."""
    errors = {one.case.binding_id: dict(one.error) if one.error else None for one in found}
    failed = [binding for binding, error in errors.items() if error]
    Verdict.objects.filter(binding__in=failed, is_current=True).update(is_stale=True)
    rows = Binding.objects.filter(pk__in=errors).only("id", "error")
    changed = [row for row in rows if row.error != errors[row.pk]]
    for row in changed:
        row.error = errors[row.pk]
    Binding.objects.bulk_update(changed, ["error"], batch_size=500)


def _keep_dependencies(found: Iterable[Found]) -> None:
    wanted = {(one.case.binding_id, topic) for one in found for topic in topics_of(one.case)}
    ids = {binding for binding, _ in wanted}
    kept = Dependency.objects.filter(binding__in=ids).values_list("binding_id", "topic", "id")
    on_record = {(binding, topic): pk for binding, topic, pk in kept}
    Dependency.objects.filter(
        pk__in=[pk for pair, pk in on_record.items() if pair not in wanted]
    ).delete()
    Dependency.objects.bulk_create(
        [Dependency(binding_id=b, topic=t) for b, t in sorted(wanted - on_record.keys())],
        batch_size=1000,
    )


def headline(verdicts: Iterable[Verdict]) -> Verdict | None:
    """
    Return the verdict that speaks for a claim.

    The strongest that decided; where none did, the one that tells most about what would decide:
    a model before a formula before an empty record.
    """

    def rank(verdict: Verdict) -> tuple[bool, int]:
        strength = STRENGTH.index(verdict.binding.kind)
        decided = verdict.ruling in _DECIDED
        return (not decided, strength if decided else -strength)

    return min(verdicts, key=rank, default=None)


def disagree(verdicts: Iterable[Verdict]) -> bool:
    """Whether one check says it holds and another that it falls short."""
    return {v.ruling for v in verdicts} >= set(_DECIDED)


def mark_claims(claim_ids: Iterable[int]) -> None:
    """Draw the kept columns of claims from their current verdicts, and count them per project."""
    changed: list[Claim] = []
    for part in chunks(sorted(set(claim_ids))):
        verdicts = Verdict.objects.filter(claim__in=part, is_current=True)
        by_claim: dict[int, list[Verdict]] = defaultdict(list)
        for verdict in verdicts.select_related("binding").defer("inputs", "charts"):
            by_claim[verdict.claim_id].append(verdict)
        for claim in Claim.objects.filter(pk__in=part):
            mine = by_claim.get(claim.pk, [])
            speaking = headline(mine)
            now = (
                speaking.ruling if speaking else "",
                any(v.is_stale for v in mine),
                disagree(mine),
            )
            if now != (claim.ruling, claim.is_stale, claim.disagrees):
                claim.ruling, claim.is_stale, claim.disagrees = now
                changed.append(claim)
    Claim.objects.bulk_update(changed, Claim.KEPT, batch_size=500)
    _count_per_project({claim.project_id for claim in changed})


def _count_per_project(project_ids: Iterable[int]) -> None:
    for part in chunks(sorted(project_ids)):
        rows = Claim.objects.filter(project__in=part).order_by().values("project_id")
        counted = rows.annotate(
            claims_short=Count("id", filter=Q(ruling="FALLS SHORT")),
            claims_undecided=Count("id", filter=Q(ruling="UNDECIDED")),
        )
        records.mark(
            {
                row["project_id"]: {k: row[k] for k in ("claims_short", "claims_undecided")}
                for row in counted
            }
        )


def as_document(verdict: Verdict, claim: Claim, *, shows_figures: bool) -> dict[str, Any]:
    """
    Return a verdict as `tuijin verify --json` and the API give it, in the claim's own unit.

    `shows_figures` is false for a reader who may not see the class of what it was drawn from.
    """
    factor = float(UNITS[claim.unit].factor) if claim.unit in UNITS else 1.0
    is_share = claim.statistic == "probability"
    scale = 1.0 if is_share or verdict.on else factor

    def own(number: float | None) -> float | None:
        return None if number is None else number / scale

    ends = [own(verdict.interval_low), own(verdict.interval_high)]
    interval = None if ends == [None, None] else ends
    value: Any = verdict.on.isoformat() if verdict.on else own(verdict.value)
    return {
        "project": claim.project.key,
        "claim": claim.key,
        "metric": claim.metric,
        "statistic": claim.statistic,
        "comparator": claim.claim_type,
        "target": target_of(claim),
        "unit": claim.unit,
        "verdict": verdict.ruling,
        "value": value if shows_figures else None,
        "interval": interval if shows_figures else None,
        "check": verdict.binding.kind,
        "needs": needs_of(verdict) if shows_figures else None,
        "seed": verdict.seed,
        # whoever knows how inputs are written could find a hidden figure by trying
        "inputs_sha256": verdict.inputs_sha256 if shows_figures else None,
    }


def target_of(claim: Claim) -> Any:
    """Return the target as a plain value: a number, or a date."""
    if claim.claim_type == "by_date":
        return claim.by_date.isoformat() if claim.by_date else None
    return None if claim.target is None else float(claim.target)


def needs_of(verdict: Verdict) -> dict[str, Any] | None:
    """Return what is missing, and which values would decide it."""
    if verdict.ruling != "UNDECIDED":
        return None
    return {
        "text": wording.write_needs(verdict, english=True),
        "text_zh": wording.write_needs(verdict, english=False),
        "decides": [
            {"name": name, "unit": unit, "low": low, "high": high, "side": "".join(side)}
            for name, unit, low, high, *side in verdict.decides
        ],
    }
