"""From a log in a file to a verdict by evidence, with a person in between."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tests.verify.conftest import add_claim, build_ledger
from tuijin.errors import ImportFailed
from tuijin.ledger import batches, scope
from tuijin.ledger.models import Evidence, Figure
from tuijin.verify.models import Verdict
from tuijin.verify.runner import verify_claims

START = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.fixture
def ledger(db):
    with scope.active(scope.system_scope("test")):
        yield build_ledger()


def write_gate_log(minutes, *, project="满都拉口岸AGV跨境运输"):
    """A log of the gate: a vehicle every quarter of an hour, let go after so many minutes."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["项目", "车号", "卡口", "到达时间", "放行时间", "是否查验", "载重（吨）"])
    beijing = timedelta(hours=8)
    for number, stay in enumerate(minutes):
        arrived = START + beijing + timedelta(minutes=15 * number)
        released = arrived + timedelta(minutes=float(stay))
        writer.writerow(
            [project, f"蒙A{number % 10:05}", "一号", f"{arrived:%Y-%m-%d %H:%M:%S.%f}",
             f"{released:%Y-%m-%d %H:%M:%S.%f}", "是" if number % 10 == 0 else "否", "65.5"]
        )  # fmt: skip
    return text.getvalue().encode("gb18030")


def test_a_gate_log_becomes_evidence_and_a_verdict(ledger):
    minutes = np.random.default_rng(7).gamma(4, 0.25, 1000).round(4)
    claims = [
        add_claim(ledger.port, f"clear.{statistic}", check="evidence", using="clearance_minutes",
                  metric="clearance_minutes", claim_type="at_most", statistic=statistic,
                  target=Decimal(2), unit="minutes")
        for statistic in ("mean", "p95")
    ]  # fmt: skip
    verify_claims([claim.pk for claim in claims])
    assert {v.ruling for v in Verdict.objects.filter(is_current=True)} == {"UNDECIDED"}

    outcome = batches.upload(write_gate_log(minutes), name="gate.csv")
    assert outcome.batch.importer == "gate_log_csv"
    assert outcome.batch.status == "preview"
    assert not Figure.objects.filter(metric__startswith="clearance").exists()
    batches.accept(outcome.batch.pk, digest=outcome.batch.details["digest"])

    p95 = Figure.objects.get(metric="clearance_minutes.p95", is_current=True)
    assert float(p95.value) == pytest.approx(
        np.quantile(minutes, 0.95, method="inverted_cdf"), abs=1e-4
    )
    assert p95.low < p95.value < p95.high
    evidence = Evidence.objects.get(kind="measurement")
    assert evidence.measured["clearance_minutes"]["n"] == 1000
    assert sum(evidence.measured["clearance_minutes"]["counts"]) == 1000
    assert evidence.measured["clearance_without_inspection_minutes"]["n"] == 900
    freight = Figure.objects.get(metric="freight_t_per_day")
    assert float(freight.value) == pytest.approx(65.5 * 1000 / (999 * 15 / 1440), rel=0.01)

    assert all(v.is_stale for v in Verdict.objects.filter(is_current=True))
    verify_claims([claim.pk for claim in claims])
    mean, upper = (Verdict.objects.get(claim=claim, is_current=True) for claim in claims)
    assert mean.ruling == "HOLDS"
    assert mean.value == pytest.approx(minutes.mean(), abs=1e-3)
    assert upper.ruling in ("HOLDS", "FALLS SHORT", "UNDECIDED")
    assert upper.interval_low <= upper.value <= upper.interval_high


def test_a_later_log_corrects_the_figures_of_an_earlier_one(ledger):
    for level in (1.0, 3.0):
        data = write_gate_log(np.full(200, level) + np.arange(200) / 1000)
        batches.import_now(data, name="gate.csv")
    rows = Figure.objects.filter(metric="clearance_minutes.mean").order_by("pk")
    assert [(float(r.value) > 2, r.is_current) for r in rows] == [(False, False), (True, True)]
    assert Evidence.objects.filter(kind="measurement").count() == 2


def test_a_log_that_names_no_known_project_is_refused_row_by_row(ledger):
    outcome = batches.upload(write_gate_log(np.full(3, 1.0), project="没有的项目"), name="gate.csv")
    assert outcome.batch.status == "refused"
    assert [(p["row"], p["code"]) for p in outcome.batch.problems] == [
        (row, "unknown_reference") for row in (2, 3, 4)
    ]


def test_too_few_passages_are_no_figure(ledger):
    with pytest.raises(ImportFailed, match="至少 100 次"):
        batches.upload(write_gate_log(np.full(50, 1.0)), name="gate.csv")
