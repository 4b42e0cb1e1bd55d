"""The whole example through the intake and the checks: the verdicts its README tells of."""

from __future__ import annotations

import pytest

from tuijin.cli import example
from tuijin.ledger import scope, seed
from tuijin.ledger.models import Project
from tuijin.verify.models import Claim, Verdict
from tuijin.verify.runner import verify_claims

# claim and check -> ruling; every other binding of the example is UNDECIDED
DECIDED = {
    ("windpv-generation", "formula"): "HOLDS",
    ("bayin-generation", "formula"): "HOLDS",
    ("coco-revenue", "formula"): "HOLDS",
    ("xtc-output-value", "formula"): "HOLDS",
    ("xtc-tax", "formula"): "HOLDS",
    ("port-in-operation", "evidence"): "FALLS SHORT",
    ("windpv-pv", "formula"): "FALLS SHORT",
    ("windpv-co2", "formula"): "FALLS SHORT",
    ("windpv-output-value", "formula"): "FALLS SHORT",
    ("windpv-tax", "formula"): "FALLS SHORT",
    ("coco-margin", "formula"): "FALLS SHORT",
    ("xtc-margin", "formula"): "FALLS SHORT",
}


@pytest.mark.django_db
def test_verdicts_follow_from_what_is_on_file() -> None:
    with scope.active(scope.system_scope("test")):
        seed.load_places()
        example.load(say=lambda _: None)
        assert Project.objects.filter(key="damao-port-agv").exists()
        outcome = verify_claims(Claim.objects.values_list("id", flat=True))
        assert outcome.errors == []
        found = {
            (verdict.binding.claim.key, verdict.binding.kind): verdict.ruling
            for verdict in Verdict.objects.select_related("binding__claim")
        }
    assert {key: ruling for key, ruling in found.items() if ruling != "UNDECIDED"} == DECIDED
    assert len(found) == 61
