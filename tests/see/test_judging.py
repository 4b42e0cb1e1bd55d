"""Lights of a portfolio on record: by each place's rulebook, with reasons, month after month."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tuijin.ledger import records
from tuijin.ledger.models import Figure, Place, Project, Rulebook, Tally
from tuijin.see import editing, judging, rules
from tuijin.see.models import LightReading, LightRule

TODAY = date(2025, 7, 15)


def shown() -> dict[str, str]:
    return dict(Project.objects.values_list("key", "light"))


def test_portfolio_by_the_preset_rules(portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    assert shown() == {"slow": "red", "fair": "green", "idea": "", "plant": "", "gone": ""}


def test_judging_again_changes_nothing(portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    assert judging.judge_portfolio(as_of=TODAY) == 0


def test_tallies_follow_the_lights(portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    red = Tally.objects.filter(place_id="150200", light="red").values_list("projects_count")
    assert sum(count for (count,) in red) == 1


def test_a_recorded_reason_lifts_the_light(portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    editing.record_reason(portfolio["slow"], "progress", "沙尘停工令")
    judging.refresh([portfolio["slow"].pk], as_of=TODAY)
    assert shown()["slow"] == "green"
    explained = judging.explain(portfolio["slow"], as_of=TODAY)
    assert explained.is_lifted
    assert explained.light == "green"


def test_explanation_names_the_rule_and_the_value(portfolio) -> None:
    explained = judging.explain(portfolio["slow"], as_of=TODAY)
    assert explained.rule is not None
    assert (explained.rule.code, explained.value) == ("progress-red", 50.0)


def test_a_place_may_use_another_rulebook(portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    sanya = Rulebook.objects.get(code="light-sanya")
    rules.choose(Place.objects.get(code="150223"), sanya, as_of=TODAY)
    assert shown()["fair"] == "yellow"  # 10 % short of what is due, by Sanya's rule
    assert shown()["slow"] == "red"  # Guyang still uses the city's
    assert judging.rulebooks_of(["150222"])["150222"] == "light-yinchuan"


def test_many_are_explained_each_by_its_own_rulebook(portfolio) -> None:
    rules.choose(
        Place.objects.get(code="150223"), Rulebook.objects.get(code="light-sanya"), as_of=TODAY
    )
    pks = [portfolio[key].pk for key in ("slow", "fair")]
    found = judging.explain_many(pks, as_of=TODAY)
    assert [
        (one.light, one.rule and (one.rule.rulebook.code, one.rule.code), one.value)
        for one in (found[pk] for pk in pks)
    ] == [
        ("red", ("light-yinchuan", "progress-red"), 50.0),
        ("yellow", ("light-sanya", "progress-yellow"), pytest.approx(0.1)),
    ]  # fmt: skip


def test_a_choice_holds_below_until_a_place_chooses_its_own(portfolio) -> None:
    sanya, haikou = (Rulebook.objects.get(code=f"light-{c}") for c in ("sanya", "haikou"))
    rules.choose(Place.objects.get(code="150200"), sanya, as_of=TODAY)
    rules.choose(Place.objects.get(code="150223"), haikou, as_of=TODAY)
    assert judging.rulebooks_of(["150222"])["150222"] == "light-sanya"
    assert judging.rulebooks_of(["150223"])["150223"] == "light-haikou"


def test_two_yellow_months_running_are_red_in_haikou(portfolio) -> None:
    haikou = Rulebook.objects.get(code="light-haikou")
    rules.choose(Place.objects.get(code="150200"), haikou, as_of=date(2025, 6, 20))
    LightReading.objects.filter(project=portfolio["fair"]).update(light="yellow")
    judging.judge_portfolio(as_of=date(2025, 7, 20))
    assert shown()["fair"] in ("yellow", "red")
    before = LightReading.objects.filter(project=portfolio["fair"], month=date(2025, 6, 1))
    assert shown()["fair"] == ("red" if before.exists() else "yellow")


def test_a_changed_threshold_changes_the_light(portfolio) -> None:
    LightRule.objects.filter(code="progress-red", rulebook__code="light-yinchuan").update(low="60")
    LightRule.objects.filter(code="progress-yellow", rulebook__code="light-yinchuan").update(
        high="60"
    )
    judging.judge_portfolio(as_of=TODAY)
    assert shown()["slow"] == "yellow"


def test_every_preset_row_has_a_source(as_system) -> None:
    assert LightRule.objects.count() == 15
    assert not LightRule.objects.filter(source=None).exists()


def test_a_change_lights_the_project_at_once(portfolio, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        editing.record_report(portfolio["slow"], "2025-07", {"progress": "动工"})
    assert shown()["slow"] == "red"


def test_a_district_by_its_months_is_red_when_it_misses_two_running(portfolio) -> None:
    book = Rulebook.objects.get(code="light-sanya-district")
    assert book.source is not None
    assert book.source.key == "rule-sanya"
    rules.choose(Place.objects.get(code="150200"), book, as_of=date(2025, 6, 20))
    LightReading.objects.filter(project=portfolio["slow"]).update(light="yellow")
    judging.judge_portfolio(as_of=date(2025, 7, 20))
    assert shown()["slow"] == "red"


def test_months_running_end_where_one_is_missing(portfolio) -> None:
    slow, fair = portfolio["slow"], portfolio["fair"]
    for project, months in ((slow, (2, 4, 5, 6)), (fair, (4, 5))):
        for month in months:
            LightReading.objects.create(project=project, month=date(2025, month, 1), light="red")
    rows = [(p.pk, None, "", None, None, None, None, None, "", "active") for p in (slow, fair)]
    found = judging.load_facts(rows, as_of=TODAY)
    assert found.yellow_months_before.tolist() == [3.0, 0.0]


def test_one_light_reads_one_project(portfolio) -> None:
    """However many others were yellow, month after month, and have funds on record."""
    others = [
        Project(key=f"p{n}", name=f"项目{n}", place_id="150222", stage="building")
        for n in range(200)
    ]
    records.save_new(others)
    months = [date(2025, month, 1) for month in range(1, 7)]
    LightReading.objects.bulk_create(
        LightReading(project=project, month=month, light="yellow")
        for project in (*others, portfolio["slow"]) for month in months
    )  # fmt: skip
    records.save_new([
        Figure(key=f"f{project.pk}", project=project, metric="funds_paid_yuan", title="到位资金",
               value=1, unit="yuan")
        for project in others
    ])  # fmt: skip
    with CaptureQueriesContext(connection) as made:
        judging.explain(portfolio["slow"], as_of=TODAY)
    read = [q["sql"] for q in made if "lightreading" in q["sql"] or "ledger_figure" in q["sql"]]
    with connection.cursor() as cursor:
        rows = sum(len(cursor.execute(sql).fetchall()) for sql in read)
    assert (len(read), rows) == (2, len(months))
