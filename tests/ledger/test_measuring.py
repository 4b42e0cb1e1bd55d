"""From a log in a file to a verdict by evidence, with a person in between."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.verify.conftest import add_claim, add_figure, build_ledger
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


def probability_claim(ledger, ratio, **values):
    return add_claim(
        ledger.port, "clear.probability", check="evidence", using="clearance_minutes",
        metric="clearance_minutes", claim_type="at_most", statistic="probability",
        probability_ratio=Decimal(ratio), target=Decimal(2), **{"unit": "minutes", **values},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("n", "ratio", "ruling"),
    [(1000, "0.95", "HOLDS"), (1000, "0.995", "FALLS SHORT"), (1000, "0.98", "UNDECIDED"),
     (150, "0.95", "UNDECIDED")],
)  # fmt: skip
def test_a_log_decides_a_probability_by_its_exact_interval(ledger, n, ratio, ruling):
    """Two of a hundred take longer than two minutes, evenly spread."""
    minutes = np.where(np.arange(n) % 50 == 7, 5.0, 1.0) + np.arange(n) * 37 % n / 1e4
    claim = probability_claim(ledger, ratio)
    verify_claims([claim.pk])
    first = Verdict.objects.get(claim=claim, is_current=True)
    assert (first.ruling, first.value) == ("UNDECIDED", None)

    batches.import_now(write_gate_log(minutes), name="gate.csv")
    assert Verdict.objects.get(claim=claim, is_current=True).is_stale
    verify_claims([claim.pk])
    verdict = Verdict.objects.get(claim=claim, is_current=True)
    n_met = int((minutes <= 2).sum())
    oracle = binomtest(n_met, n).proportion_ci(method="exact")
    assert verdict.ruling == ruling
    assert verdict.value == pytest.approx(n_met / n)
    assert verdict.interval_low == pytest.approx(oracle.low)
    assert verdict.interval_high == pytest.approx(oracle.high)
    assert sum(verdict.charts["distribution"]["counts"]) == n


def test_a_newer_log_makes_a_probability_stale(ledger):
    claim = probability_claim(ledger, "0.95")
    batches.import_now(write_gate_log(np.tile([0.5, 1.5], 100)), name="gate.csv")
    verify_claims([claim.pk])
    assert Verdict.objects.get(claim=claim, is_current=True).ruling == "HOLDS"
    batches.import_now(write_gate_log(np.tile([2.5, 3.5], 100)), name="gate.csv")
    assert Verdict.objects.get(claim=claim, is_current=True).is_stale
    verify_claims([claim.pk])
    assert Verdict.objects.get(claim=claim, is_current=True).ruling == "FALLS SHORT"


def test_slow_ones_that_come_together_say_less(ledger):
    """The same share in one bad day: as many times, but not as many that are independent."""
    minutes = np.where(np.arange(1000) < 40, 5.0, 1.0)
    claim = probability_claim(ledger, "0.94")
    batches.import_now(write_gate_log(minutes), name="gate.csv")
    verify_claims([claim.pk])
    verdict = Verdict.objects.get(claim=claim, is_current=True)
    assert binomtest(960, 1000).proportion_ci(method="exact").low > 0.94
    assert (verdict.ruling, verdict.value) == ("UNDECIDED", 0.96)


def test_figures_without_a_log_are_observations(ledger):
    claim = probability_claim(ledger, "0.5")
    for number, minutes in enumerate([1, 1, 1, 1, 1, 1, 3]):
        add_figure(ledger.port, "clearance_minutes", minutes, "minutes", key=f"seen.{number}")
    verify_claims([claim.pk])
    verdict = Verdict.objects.get(claim=claim, is_current=True)
    oracle = binomtest(6, 7).proportion_ci(method="exact")
    assert (verdict.ruling, verdict.value) == ("UNDECIDED", pytest.approx(6 / 7))
    assert verdict.interval_low == pytest.approx(oracle.low)


def test_a_probability_in_another_unit_than_the_log_is_refused(ledger):
    claim = probability_claim(ledger, "0.95", unit="days")
    batches.import_now(write_gate_log(np.linspace(0.5, 1.5, 200)), name="gate.csv")
    outcome = verify_claims([claim.pk])
    assert [error["code"] for error in outcome.errors] == ["claim_malformed"]
