"""What a verdict follows from, spelled so that the same inputs are the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from tuijin.errors import ClaimMalformed, TuijinError
from tuijin.ledger import trail
from tuijin.verify.cases import Case
from tuijin.verify.checks import Check, Inputs, evidence, formula, model, not_its_own
from tuijin.verify.facts import (
    DOCUMENTS,
    MEASURED,
    NODES,
    PLACE,
    REACH,
    Facts,
    load_facts,
    topic_of,
)

CHECKS: dict[str, Check] = {
    "evidence": evidence.plugin,
    "formula": formula.plugin,
    "model": model.plugin,
}


def check_of(case: Case) -> Check:
    """Return what measures a case."""
    if case.kind not in CHECKS:
        raise ClaimMalformed(f"check must be one of {', '.join(CHECKS)}, got {case.kind!r}")
    return CHECKS[case.kind]


def names_of(case: Case) -> tuple[str, ...]:
    """Names of facts a case reads; none where it cannot even say."""
    try:
        return check_of(case).names(case)
    except TuijinError:
        return ()


def topics_of(case: Case) -> set[str]:
    """Everything a change of which may change the verdict."""
    names = names_of(case)
    topics = {topic_of(case.project_id, name) for name in names}
    topics |= {f"claim:{case.claim_id}", f"binding:{case.binding_id}"}
    if any(name.startswith("place.") for name in names):
        topics.add(topic_of(case.project_id, PLACE))
    topics |= {f"{case.place_id}/{name}" for name in names if name.startswith("place.")}
    for kind in (NODES, DOCUMENTS):
        if any(name.startswith(kind) for name in names):
            topics.add(topic_of(case.project_id, kind))
    return topics


def gather(cases: Iterable[Case]) -> Facts:
    """Read the facts of many cases at once."""
    listed = list(cases)
    wanted = {(case.project_id, name) for case in listed for name in names_of(case)}
    return load_facts(wanted, {case.project_id: case.place_id for case in listed})


def build_inputs(case: Case, facts: Facts, *, seed: int) -> Inputs:
    """
    Put together the inputs of a case.

    Raises
    ------
    TuijinError
        If the case cannot be tested: unknown check, model or unit, a formula outside the language.
    """
    check = check_of(case)
    found = {
        name: not_its_own(case, name, facts.get(case.project_id, name))
        for name in check.names(case)
        if name not in (REACH, MEASURED)
    }
    settings = check.settings(case, found, seed=seed)
    reach = facts.reach.get(case.project_id) if REACH in check.names(case) else None
    months = {name: facts.months[case.project_id, name] for name in found
              if (case.project_id, name) in facts.months}  # fmt: skip
    made_with = settings.get("made_with", Inputs.__dataclass_fields__["made_with"].default)
    plain = {
        "statement": asdict(case.statement()),
        "check": {"kind": case.kind, "using": case.using, "parameters": case.parameters},
        "facts": {name: [_plain_fact(f) for f in listed] for name, listed in found.items()},
        "reach": reach,
        "months": months,
        **settings,
        **_measured(case, facts, check.names(case)),
        "made_with": made_with,
    }
    classes = {fact.field_class for listed in found.values() for fact in listed}
    return Inputs(
        case=case,
        facts=found,
        plain=plain,
        field_class="C" if "C" in classes else "I",
        seed=settings.get("seed"),
        n_draws=settings.get("n_draws"),
        made_with=made_with,
    )


def _measured(case: Case, facts: Facts, names: Iterable[str]) -> dict[str, Any]:
    """The sample of a log, for a case that is ruled by it."""
    if MEASURED not in names:
        return {}
    return {"measured": facts.measured.get((case.project_id, case.using))}


def _plain_fact(fact: Any) -> dict[str, Any]:
    plain = asdict(fact)
    del plain["field_class"]
    return {key: value for key, value in plain.items() if value not in (None, "")}


def sha256_of(inputs: Inputs) -> str:
    return hashlib.sha256(trail.canonical(inputs.plain)).hexdigest()


def as_json(plain: Any) -> Any:
    """Return the inputs as a JSON column can hold them: decimals and dates as text."""
    if isinstance(plain, Mapping):
        return {key: as_json(value) for key, value in plain.items()}
    if isinstance(plain, (list, tuple)):
        return [as_json(value) for value in plain]
    return trail.as_plain(plain)
