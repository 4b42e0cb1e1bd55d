"""A gate log of the port, made up for this test, beside the twin: the example's own claims."""

from __future__ import annotations

import numpy as np
import pytest
from django.test import Client

from tests.ledger.test_measuring import write_gate_log
from tuijin.cli import example
from tuijin.ledger import batches, scope, seed
from tuijin.ledger.models import User
from tuijin.verify.models import Claim, Verdict
from tuijin.verify.runner import verify_claims

CLAIMS = ("port-clearance-mean", "port-clearance-p95", "port-clearance-no-inspection")


def measure_port() -> list[Claim]:
    """Accept a made-up log of 1,000 AGVs, 1.2 minutes on average, and verify what it tells of."""
    seed.load_places()
    example.load(say=lambda _: None)
    minutes = np.random.default_rng(7).gamma(4, 0.3, 1000).round(4)
    batches.import_now(write_gate_log(minutes, project="damao-port-agv"), name="simulated.csv")
    claims = [Claim.objects.get(key=key) for key in CLAIMS]
    assert verify_claims([claim.pk for claim in claims]).errors == []
    return claims


@pytest.mark.django_db
def test_a_log_decides_the_claims_of_the_port_beside_the_twin() -> None:
    with scope.active(scope.system_scope("test")):
        claims = measure_port()
        rulings = {
            (verdict.claim.key, verdict.binding.kind): verdict.ruling
            for verdict in Verdict.objects.filter(is_current=True, claim__in=claims)
        }
    assert rulings == {
        ("port-clearance-mean", "evidence"): "HOLDS",
        ("port-clearance-mean", "model"): "UNDECIDED",
        ("port-clearance-p95", "evidence"): "FALLS SHORT",  # 2.3 minutes
        ("port-clearance-p95", "model"): "UNDECIDED",
        ("port-clearance-no-inspection", "evidence"): "HOLDS",
        ("port-clearance-no-inspection", "model"): "UNDECIDED",
    }
    client = Client()
    client.force_login(User.objects.create(username="leader", role="city_leader"))
    for claim in claims:
        text = client.get(f"/claims/{claim.pk}/").content.decode()
        assert "实测与模型" in text, claim.key
        assert "实测比模型" in text, claim.key
