"""Test claims in bulk: facts of many read at once, a model run once for all who ask the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from tuijin.discovery import load_plugin
from tuijin.errors import TuijinError
from tuijin.ledger import scope, trail
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models import TrailHead
from tuijin.verify import staleness, verdicts
from tuijin.verify.cases import Case, load_cases
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.facts import Facts
from tuijin.verify.inputs import build_inputs, check_of, gather
from tuijin.verify.models import Claim, Run

_CLAIMS_AT_ONCE = 500
CLAIM_TYPES = "tuijin.verify.claim_types"


@dataclass(slots=True)
class Outcome:
    """What a run did; `errors` are claims that could not be tested."""

    claims_count: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


def verify_claims(
    claim_ids: Iterable[int],
    *,
    seed: int = DEFAULT_SEED,
    run: Run | None = None,
    watch: Callable[[int], None] | None = None,
) -> Outcome:
    """
    Test claims and keep the verdicts.

    Facts are read with the product's own sight, in the name of who asks: a verdict does not depend
    on the reader, who is shown only what he may see. Callers have chosen claims the asker may run.

    Parameters
    ----------
    watch
        Called often with the number of claims done; what it raises ends the run, and the claims
        kept so far stay.
    """
    outcome, tell = Outcome(), watch or _ignore
    with scope.active(sight_of_the_product()):
        for part in chunks(sorted(set(claim_ids)), _CLAIMS_AT_ONCE):
            seen = _last_event()
            cases = load_cases(claim_ids=part)
            found = _test(cases, seed=seed, n_before=outcome.claims_count, tell=tell)
            _keep(found, run=run, seen=seen)
            outcome.errors.extend(_entry(one) for one in found if one.error)
            outcome.claims_count += len(part)
            tell(outcome.claims_count)
    return outcome


def _ignore(n_done: int) -> None:
    """Nobody watches."""


def _last_event() -> int:
    return TrailHead.objects.filter(id=1).values_list("seq", flat=True).first() or 0


def _keep(found: Sequence[verdicts.Found], *, run: Run | None, seen: int) -> None:
    """Keep what was found; if the ledger moved meanwhile, see at once whether it still follows."""
    with transaction.atomic():
        trail.lock()
        n_events = verdicts.keep(found, run=run)
        if _last_event() != seen + n_events:
            staleness.compare(one.case.binding_id for one in found)


def sight_of_the_product() -> scope.Scope:
    asker = scope.current()
    return replace(
        scope.system_scope("verify"),
        actor=asker.actor,
        user_id=asker.user_id,
        address=asker.address,
        request_id=asker.request_id,
    )


def _test(
    cases: Sequence[Case], *, seed: int, n_before: int, tell: Callable[[int], None]
) -> list[verdicts.Found]:
    facts = gather(cases)
    claims: set[int] = set()
    found = []
    for case in cases:
        tell(n_before + len(claims))
        claims.add(case.claim_id)
        found.append(_test_one(case, facts, seed=seed))
    return found


def _test_one(case: Case, facts: Facts, *, seed: int) -> verdicts.Found:
    """Test a case; what cannot be tested is an entry, and the others go on."""
    try:
        inputs = build_inputs(case, facts, seed=seed)
        measurement = check_of(case).measure(inputs, facts)
        claim_type = load_plugin(CLAIM_TYPES, case.claim_type)
        finding = claim_type.check(case.statement(), measurement.measured)
    except TuijinError as error:
        return verdicts.Found(case, error={"code": error.code, "message": error.detail})
    return verdicts.Found(case, inputs, measurement, finding)


def _entry(one: verdicts.Found) -> dict[str, Any]:
    return {"claim": one.case.claim_key, "check": one.case.kind, **(one.error or {})}


def count_rulings(claim_ids: Iterable[int]) -> dict[str, int]:
    """Count the claims by ruling; "" is never tested."""
    counted: Counter[str] = Counter()
    for part in chunks(sorted(set(claim_ids))):
        counted.update(Claim.objects.filter(pk__in=part).values_list("ruling", flat=True))
    return {ruling: counted[ruling] for ruling in ("HOLDS", "FALLS SHORT", "UNDECIDED", "")}
