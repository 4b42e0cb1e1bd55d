"""Runs: who may start one, how it ends, with a real worker process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.verify.conftest import add_figure, build_ledger, opening_claim, sales_claim
from tuijin.errors import Conflict, ImportFailed, NotAllowed, NotFound, TooMany
from tuijin.ledger import scope
from tuijin.ledger.models import Place, TrailEvent, User
from tuijin.verify import runs, verdicts
from tuijin.verify.models import Binding, Claim, Run, Verdict
from tuijin.verify.runner import verify_claims

SRC = Path(__file__).parents[2] / "src"


def wait_for(condition, seconds=30.0):
    """Return how long it took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if condition():
            return time.monotonic() - started
        time.sleep(0.05)
    raise AssertionError("did not happen in time")


def add_user(name, role, *places):
    user = User(username=name, display_name=name, role=role)
    user.set_unusable_password()
    user.save()
    user.places.set(Place.objects.filter(code__in=places))
    return user


def test_only_ones_own_claims(ledger):
    claim = sales_claim(ledger)
    here, there = (
        add_user("here", "place_verifier", "150222"),
        add_user("there", "place_verifier", "150223"),
    )
    leader = add_user("leader", "place_leader", "150222")
    with scope.active(scope.build_scope(here)):
        run = runs.start([claim.pk], title="本县")
        assert run.total_count == 1
    for user in (there, leader):
        with scope.active(scope.build_scope(user)), pytest.raises((NotAllowed, NotFound)):
            runs.start([claim.pk], title="别县")
    with scope.active(scope.build_scope(there)), pytest.raises(NotFound):
        runs.find_run(run.pk)
    assert TrailEvent.objects.get(action="run_start").actor == "here"


def test_limits(ledger):
    claim = sales_claim(ledger)
    with pytest.raises(ImportFailed):
        runs.start([], title="无")
    for _ in range(runs.MOST_OPEN):
        run = runs.start([claim.pk], title="检验")
    with pytest.raises(TooMany):
        runs.start([claim.pk], title="检验")
    with pytest.raises(Conflict):
        runs.start_again(run)


def test_starting_cancelling_and_keeping_take_the_trail_first(ledger, trail_first):
    claim = sales_claim(ledger)
    with trail_first():
        run = runs.start([claim.pk], title="检验")
    with trail_first():
        runs.cancel(run)
    with trail_first():
        verify_claims([claim.pk])
    with trail_first():
        verdicts.keep([])


def test_cancelled_while_it_waits(ledger):
    run = runs.start([sales_claim(ledger).pk], title="检验")
    runs.cancel(run)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert runs.start_again(run).status == "queued"


def test_silence_is_an_interruption(ledger):
    run = runs.start([sales_claim(ledger).pk], title="检验")
    for seconds, status, reason in ((1, "running", ""), (60, "failed", "interrupted")):
        heard = timezone.now() - timedelta(seconds=seconds)
        Run.objects.filter(pk=run.pk).update(status="running", alive_at=heard)
        found = runs.find_run(run.pk)
        assert (found.status, found.reason) == (status, reason)
    assert runs.start_again(found).status == "queued"


def worker_environment(home: Path) -> dict[str, str]:
    """Point a real worker at the test database."""
    environment = {"PYTHONPATH": str(SRC), **os.environ, "TUIJIN_HOME": str(home)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    described = connection.settings_dict
    if connection.vendor == "sqlite":
        (home / "tuijin.sqlite3").symlink_to(described["NAME"])
        return environment
    where = f"{described['HOST'] or 'localhost'}:{described['PORT'] or 5432}"
    login = f"{described['USER']}:{described['PASSWORD']}@" if described["USER"] else ""
    environment["TUIJIN_DATABASE_URL"] = f"postgresql://{login}{where}/{described['NAME']}"
    return environment


@pytest.fixture
def worker(transactional_db: Any, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tuijin.site.worker"], env=worker_environment(tmp_path)
    )
    with scope.active(scope.system_scope("test")):
        yield process
    if process.poll() is None:
        process.terminate()
        process.wait(10)


def has_process(run):
    """Whether the job of a run is alive: it must not outlive its worker."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if str(run.pk).encode() in path.read_bytes():
                return True
    return False


def status_of(run):
    return Run.objects.values_list("status", flat=True).get(pk=run.pk)


def endless_claims(ledger):
    """Enough work for a minute: each claim asks the model for draws of its own."""
    claims = [
        Claim(
            project=ledger.anode, key=f"endless.{n}", dimension="market", claim_type="at_least",
            statistic="value", title="x", quote="x", metric="sales_yuan_per_year",
            target=Decimal(2_500_000_000), unit="yuan_per_year",
        )
        for n in range(3000)
    ]  # fmt: skip
    Claim.objects.bulk_create(claims)  # not on the trail, so that nobody runs them yet
    asked = [{"n_draws": 10_000, "set": {"output_t_per_year": 90_000 + n}} for n in range(3000)]
    Binding.objects.bulk_create(
        [
            Binding(claim=claim, kind="model", using="anode_plant", parameters=parameters)
            for claim, parameters in zip(claims, asked, strict=True)
        ]
    )
    return claims


@pytest.mark.slow
def test_a_real_worker_runs_cancels_and_is_interrupted(worker):
    ledger = build_ledger()
    claims = [sales_claim(ledger), opening_claim(ledger)]
    run = runs.start([claim.pk for claim in claims], title="全部", seed=11)
    wait_for(lambda: status_of(run) == "done")
    run.refresh_from_db()
    assert (run.done_count, run.counts["UNDECIDED"], run.errors) == (2, 2, [])
    assert Verdict.objects.get(run=run, seed=11).is_current

    add_figure(ledger.anode, "output_t_per_year", 200_000, "t_per_year")
    wait_for(lambda: Claim.objects.get(pk=claims[0].pk).ruling == "HOLDS")  # by itself

    endless = endless_claims(ledger)
    long = runs.start([claim.pk for claim in endless], title="长")
    wait_for(lambda: Run.objects.get(pk=long.pk).done_count > 0)
    runs.cancel(long)
    assert wait_for(lambda: status_of(long) == "cancelled") < 2.0

    again = runs.start_again(Run.objects.get(pk=long.pk))
    wait_for(lambda: status_of(again) == "running")
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    wait_for(lambda: not has_process(again), seconds=5)
    Run.objects.filter(pk=again.pk).update(alive_at=timezone.now() - timedelta(minutes=1))
    assert runs.find_run(again.pk).reason == "interrupted"
