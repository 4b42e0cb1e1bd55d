"""Exactly the verdicts whose inputs changed are stale: against recomputing everything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.verify.conftest import (
    add_check,
    add_claim,
    add_figure,
    add_stage,
    build_ledger,
    opening_claim,
    sales_claim,
)
from tuijin.errors import TuijinError
from tuijin.ledger import bulk, records, scope
from tuijin.ledger.models import (
    Evidence,
    Figure,
    Node,
    OperatingRecord,
    ProgressReport,
    Project,
    StageEvent,
)
from tuijin.verify import staleness
from tuijin.verify.cases import load_cases
from tuijin.verify.inputs import build_inputs, gather, sha256_of
from tuijin.verify.models import Binding, Claim, Verdict
from tuijin.verify.runner import verify_claims
from tuijin.verify.tasks import pending_claims


def stale_now():
    return set(
        Verdict.objects.filter(is_current=True, is_stale=True).values_list("binding_id", flat=True)
    )


def stale_by_brute_force():
    """Put every verdict's inputs together anew, one case at a time, and compare."""
    found = set()
    for verdict in Verdict.objects.filter(is_current=True):
        (case,) = load_cases(binding_ids=[verdict.binding_id])
        try:
            inputs = build_inputs(case, gather([case]), seed=verdict.seed or 7)
        except TuijinError:
            found.add(verdict.binding_id)
            continue
        if sha256_of(inputs) != verdict.inputs_sha256:
            found.add(verdict.binding_id)
    return found


def build_claims(ledger):
    """One claim of every kind of check, on either project."""
    claims = [sales_claim(ledger), opening_claim(ledger)]
    add_check(claims[0], check="evidence", using="sales_yuan_per_year")
    claims.append(
        add_claim(
            ledger.anode, "anode.weight", check="formula",
            using="output_t_per_year / place.output_t_per_year", metric="share_ratio",
            claim_type="share_at_least", target=Decimal("0.5"), unit="ratio",
        )
    )  # fmt: skip
    claims.append(
        add_claim(
            ledger.port, "port.jobs", check="evidence", using="jobs_count", metric="jobs_count",
            target=Decimal(100), unit="jobs",
        )
    )  # fmt: skip
    claims.append(
        add_claim(
            ledger.port, "port.invested", check="evidence", using="total_investment_yuan",
            metric="total_investment_yuan", target=Decimal(1), unit="yi_yuan",
        )
    )  # fmt: skip
    dated = [
        add_claim(
            ledger.port, name, check="evidence", using=name, metric=name, unit="date",
            claim_type="by_date", by_date=date(2025, 10, 5),
        )
        for name in ("node:启动", "evidence:e0")
    ]  # fmt: skip
    return [*claims, *dated]


METRICS = ("output_t_per_year", "sales_yuan_per_year", "price_yuan_per_t", "unrelated")
UNITS = {"sales_yuan_per_year": "yuan_per_year", "price_yuan_per_t": "yuan_per_t"}
projects = st.sampled_from(("anode", "port"))
changes = st.lists(
    st.one_of(
        st.tuples(st.just("figure"), projects, st.sampled_from(METRICS), st.integers(1, 3)),
        st.tuples(st.just("place_figure"), st.sampled_from(METRICS), st.integers(1, 3)),
        st.tuples(st.just("stage"), projects, st.sampled_from(("building", "producing"))),
        st.tuples(st.just("operating"), projects, st.integers(1, 3), st.integers(0, 2)),
        st.tuples(st.just("evidence"), projects, st.integers(1, 9)),
        st.tuples(st.just("node"), projects, st.sampled_from(("启动", "竣工")), st.integers(1, 9)),
        st.tuples(st.just("report"), projects, st.integers(1, 9)),
        st.tuples(st.just("invest"), projects, st.integers(1, 3)),
        st.tuples(st.just("rename"), projects, st.text("甲乙", min_size=1, max_size=4)),
        st.tuples(st.just("move"), projects, st.sampled_from(("150222", "150223"))),
        st.tuples(st.just("target"), st.integers(0, 5), st.integers(1, 3)),
        st.tuples(st.just("note"), st.integers(0, 5)),
        st.tuples(st.just("parameter"), st.sampled_from((500, 2000))),
        st.tuples(st.just("rerun"), st.integers(0, 5)),
    ),
    min_size=1,
    max_size=6,
)


class Changes:
    """Carries out one drawn change on the small ledger."""

    def __init__(self, ledger, claims):
        self.ledger, self.claims = ledger, claims

    def apply(self, kind, *arguments):
        getattr(self, f"_{kind}")(*arguments)

    def _project(self, key):
        return getattr(self.ledger, key)

    def _put_figure(self, key, value, **new):
        old = Figure.objects.filter(key=key, is_current=True).first()
        if old is None:
            add_figure(new.pop("project"), value=value, key=key, **new)
        elif old.value != value:
            records.correct_many(Figure, {old.pk: {"value": Decimal(value)}})

    def _figure(self, project, metric, value):
        unit = UNITS.get(metric, "t_per_year")
        self._put_figure(
            f"{project}.{metric}", value, project=self._project(project), metric=metric, unit=unit
        )

    def _place_figure(self, metric, value):
        self._put_figure(
            f"place.{metric}", value, project=None, metric=metric, unit="t_per_year",
            place_id="150222",
        )  # fmt: skip

    def _stage(self, project, stage):
        project = self._project(project)
        if not StageEvent.objects.filter(project=project, stage=stage).exists():
            add_stage(project, stage, date(2025, 8, 1), self.ledger.statistics)

    def _operating(self, project, month, jobs):
        row = OperatingRecord.objects.filter(
            project=self._project(project), month=date(2025, month, 1), is_current=True
        ).first()
        if row is None:
            records.save_new(
                [OperatingRecord(project=self._project(project), month=date(2025, month, 1),
                                 jobs_count=jobs or None)]
            )  # fmt: skip
        else:
            records.correct_many(OperatingRecord, {row.pk: {"jobs_count": jobs or None}})

    def _evidence(self, project, day):
        count = Evidence.objects.count()
        records.save_new(
            [Evidence(key=f"e{count}", project=self._project(project), kind="photo", title="照片",
                      taken_on=date(2025, 10, day))]
        )  # fmt: skip

    def _node(self, project, node, day):
        project, on = self._project(project), date(2025, 10, day)
        row = Node.objects.filter(project=project, node=node, is_current=True).first()
        if row is None:
            records.save_new([Node(project=project, node=node, done_on=on)])
        else:
            records.correct_many(Node, {row.pk: {"done_on": on}})

    def _report(self, project, month):
        period, project = f"2025-{month:02}", self._project(project)
        if not ProgressReport.objects.filter(project=project, period=period).exists():
            records.save_new([ProgressReport(project=project, period=period)])

    def _invest(self, project, amount):
        yuan = Decimal(amount) * 100_000_000
        pk = self._project(project).pk
        records.change(Project, {pk: {"total_investment_yuan": yuan}})

    def _rename(self, project, name):
        records.change(Project, {self._project(project).pk: {"name": name}})

    def _move(self, project, place):
        records.change(Project, {self._project(project).pk: {"place_id": place}})

    def _target(self, number, target):
        claim = self.claims[number % len(self.claims)]
        records.change(Claim, {claim.pk: {"target": Decimal(target)}})

    def _note(self, number):
        claim = self.claims[number % len(self.claims)]
        records.change(Claim, {claim.pk: {"note": claim.note + "注"}})

    def _parameter(self, n_draws):
        binding = Binding.objects.get(kind="model")
        records.change(Binding, {binding.pk: {"parameters": {"n_draws": n_draws}}})

    def _rerun(self, number):
        verify_claims([self.claims[number % len(self.claims)].pk])


class ExactlyTheDependent(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(changes)
    def test_as_by_brute_force(self, drawn):
        with scope.active(scope.system_scope("test")):
            ledger = build_ledger()
            claims = build_claims(ledger)
            verify_claims([claim.pk for claim in claims])
            assert stale_now() == stale_by_brute_force() == set()
            change = Changes(ledger, claims)
            for step in drawn:
                change.apply(*step)
                assert stale_now() == stale_by_brute_force(), step
            verify_claims(pending_claims())
            untestable = Binding.objects.filter(error__isnull=False)
            assert stale_now() == stale_by_brute_force()
            assert stale_now() <= set(untestable.values_list("id", flat=True))


def test_only_the_dependent_go_stale(ledger):
    claims = build_claims(ledger)
    verify_claims([claim.pk for claim in claims])
    add_figure(ledger.port, "output_t_per_year", 5, "t_per_year")
    assert stale_now() == set()
    add_figure(ledger.anode, "output_t_per_year", 5, "t_per_year")
    stale = Claim.objects.filter(is_stale=True).values_list("key", flat=True)
    assert set(stale) == {"anode.sales", "anode.weight"}
    assert set(pending_claims()) == {claims[0].pk, claims[2].pk}


def test_the_worker_is_asked_once_to_run_what_changed(ledger):
    claims = build_claims(ledger)
    verify_claims([claim.pk for claim in claims])
    DBTaskResult.objects.all().delete()
    for tonnes in (1, 2, 3):
        add_figure(ledger.anode, "output_t_per_year", tonnes, "t_per_year", key=f"t{tonnes}")
    asked = DBTaskResult.objects.get()
    assert asked.task_path.endswith("rerun_pending")
    add_figure(ledger.anode, "unrelated", 1, "t_per_year")
    assert DBTaskResult.objects.count() == 1


def test_a_file_brought_in_is_followed_too(ledger):
    """Imports write in bulk, past `records`, and tell the same followers."""
    claim = sales_claim(ledger)
    verify_claims([claim.pk])
    bulk.insert(
        Figure,
        {
            "key": ["a", "b"], "project_id": [ledger.anode.pk, ledger.port.pk],
            "metric": ["output_t_per_year"] * 2, "title": ["x"] * 2,
            "value": [Decimal(1), Decimal(2)], "unit": ["t_per_year"] * 2,
        },
        batch="file",
    )  # fmt: skip
    assert stale_now() == stale_by_brute_force() == {claim.bindings.get().pk}


def test_a_change_while_claims_are_run_leaves_them_stale(ledger):
    claim = sales_claim(ledger)

    def interfere(_n_done):
        if not Figure.objects.exists():
            add_figure(ledger.anode, "output_t_per_year", 5, "t_per_year")

    verify_claims([claim.pk], watch=interfere)
    assert Verdict.objects.get(is_current=True).ruling == "UNDECIDED"
    assert stale_now() == stale_by_brute_force() != set()


def test_a_change_taken_back_is_no_change(ledger):
    claim = sales_claim(ledger)
    verify_claims([claim.pk])
    records.change(Claim, {claim.pk: {"target": Decimal(1)}})
    assert len(stale_now()) == 1
    records.change(Claim, {claim.pk: {"target": Decimal(2500000000)}})
    assert stale_now() == set()


def test_another_version_of_a_model_is_stale(ledger):
    claims = build_claims(ledger)
    verify_claims([claim.pk for claim in claims])
    assert staleness.compare_all() == set()
    model = Verdict.objects.filter(binding__kind="model")
    model.update(made_with="verify 1, anode_plant 0", inputs_sha256="0" * 64)
    assert staleness.compare_all() == set(model.values_list("binding_id", flat=True))


@pytest.mark.parametrize("field", ["quote", "title", "note"])
def test_words_around_a_claim_change_no_verdict(ledger, field):
    claim = sales_claim(ledger)
    verify_claims([claim.pk])
    records.change(Claim, {claim.pk: {field: "另一种说法"}})
    assert stale_now() == set()


def test_writers_and_runs_side_by_side(transactional_db):
    """Edits of figures, claims and projects beside runs: nobody waits for ever, nothing is lost."""
    with scope.active(scope.system_scope("test")):
        ledger = build_ledger()
        claims = [claim.pk for claim in build_claims(ledger)]
        figure = add_figure(ledger.anode, "output_t_per_year", 1, "t_per_year")

    def edit_figure(step):
        current = Figure.objects.get(key=figure.key, is_current=True)
        records.correct_many(Figure, {current.pk: {"value": Decimal(step + 2)}})

    def edit_claim(step):
        records.change(Claim, {claims[step % 2]: {"target": Decimal(step + 1)}})

    def edit_project(step):
        amount = Decimal(step + 1) * 100
        records.change(Project, {ledger.anode.pk: {"total_investment_yuan": amount}})

    def work(act):
        try:
            with scope.active(scope.system_scope("test")):
                for step in range(8):
                    act(step)
        finally:
            connection.close()

    acts = (edit_figure, edit_claim, edit_project, lambda _: verify_claims(claims))
    with ThreadPoolExecutor(len(acts) + 1) as threads:
        for done in [threads.submit(work, act) for act in (*acts, acts[-1])]:
            done.result(timeout=120)
    with scope.active(scope.system_scope("test")):
        assert stale_now() == stale_by_brute_force()
