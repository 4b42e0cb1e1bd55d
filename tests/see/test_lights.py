"""The published rules by hand (Yinchuan, Sanya, Haikou), and the arrays against one-by-one."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuijin.see import lights
from tuijin.see.lights import CODES, Facts, Threshold

RULES = Path(lights.__file__).parent / "data" / "light_rules.csv"
TODAY = date(2025, 7, 15)  # six months of the year are closed


def rulebook(code: str) -> list[Threshold]:
    with RULES.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["rulebook"] == code]
    return [
        Threshold(
            row["code"], row["light"], row["measure"], float(row["low"]),
            row["is_low_included"] == "1", float(row["high"]) if row["high"] else None,
            row["lifted_by"],
        )
        for row in rows
    ]  # fmt: skip


def facts(
    *,
    plan: float = np.nan,
    done: float = np.nan,
    planned_start: str = "NaT",
    started: str = "NaT",
    registered: str = "NaT",
    is_tracked: bool = False,
    paid: float = np.nan,
    required: float = np.nan,
    yellow_before: int = 0,
    reasons: tuple[str, ...] = (),
) -> Facts:
    """What is on record of one project."""

    def day(text: str) -> np.ndarray:
        return np.asarray([text], dtype="datetime64[D]")

    return Facts(
        plan_year=np.asarray([2025.0]), year_planned_yuan=np.asarray([plan]),
        year_done_yuan=np.asarray([done]), planned_start_on=day(planned_start),
        started_on=day(started), has_started=np.asarray([started != "NaT"]),
        registered_on=day(registered), is_register_tracked=np.asarray([is_tracked]),
        funds_paid_yuan=np.asarray([paid]), funds_required_yuan=np.asarray([required]),
        yellow_months_before=np.asarray([float(yellow_before)]),
        reasons={node: np.asarray([True]) for node in reasons},
    )  # fmt: skip


def light(book: str, known: Facts, *, as_of: date = TODAY) -> str:
    return CODES[int(lights.judge(known, rulebook(book), as_of=as_of).lights[0])]


# On 15 July half the year's plan is due: 100 planned, 50 due.
@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (60, "green"),  # ahead
        (50, "green"),  # on plan
        (45, "green"),  # 5 points: undefined in the published text, green by our row
        (40, "yellow"),  # exactly 10 points
        (30, "yellow"),  # 20 points
        (20, "yellow"),  # exactly 30 points
        (19.9, "red"),  # more than 30
        (0, "red"),
    ],
)
def test_yinchuan_progress(done: float, expected: str) -> None:
    assert light("light-yinchuan", facts(plan=100, done=done)) == expected


@pytest.mark.parametrize(
    ("planned_start", "started", "expected"),
    [
        ("2025-07-01", "NaT", "green"),  # the planned month is not over
        ("2025-06-20", "NaT", "yellow"),  # June missed
        ("2025-05-01", "NaT", "yellow"),  # May and June missed
        ("2025-04-30", "NaT", "red"),  # three months in a row
        ("2025-04-01", "2025-06-30", "green"),  # late, but started
    ],
)
def test_yinchuan_start(planned_start: str, started: str, expected: str) -> None:
    known = facts(planned_start=planned_start, started=started)
    assert light("light-yinchuan", known) == expected


@pytest.mark.parametrize(
    ("started", "registered", "expected"),
    [
        ("2025-06-15", "NaT", "green"),  # one month to the day
        ("2025-06-14", "NaT", "yellow"),
        ("2025-05-15", "NaT", "yellow"),  # two months to the day
        ("2025-05-14", "NaT", "red"),
        ("2025-01-01", "2025-07-01", "green"),  # in, however late
    ],
)
def test_yinchuan_entry_into_the_statistics(started: str, registered: str, expected: str) -> None:
    known = facts(started=started, registered=registered, is_tracked=True)
    assert light("light-yinchuan", known) == expected


def test_entry_into_the_statistics_is_not_judged_where_it_is_no_node_on_record() -> None:
    assert light("light-yinchuan", facts(started="2024-01-01")) == ""


@pytest.mark.parametrize(("paid", "expected"), [(100, "green"), (99, "red"), (np.nan, "")])
def test_yinchuan_funds(paid: float, expected: str) -> None:
    assert light("light-yinchuan", facts(paid=paid, required=100)) == expected


@pytest.mark.parametrize(
    ("done", "expected"),
    [(50, "green"), (49.9, "yellow"), (25, "yellow"), (24.9, "red"), (0, "red")],
)
def test_sanya_progress(done: float, expected: str) -> None:
    assert light("light-sanya", facts(plan=100, done=done)) == expected


@pytest.mark.parametrize(
    ("done", "yellow_before", "expected"),
    [(50, 3, "green"), (45, 0, "yellow"), (45, 1, "red"), (19, 0, "red")],
)
def test_haikou(done: float, yellow_before: int, expected: str) -> None:
    known = facts(plan=100, done=done, yellow_before=yellow_before)
    assert light("light-haikou", known) == expected


@pytest.mark.parametrize("book", ["light-yinchuan", "light-haikou"])
def test_a_good_reason_lifts_a_light(book: str) -> None:
    late = facts(plan=100, done=0)
    assert light(book, late) == "red"
    judged = lights.judge(
        replace(late, reasons={"progress": np.asarray([True])}), rulebook(book), as_of=TODAY
    )
    assert CODES[int(judged.lights[0])] == "green"
    assert judged.is_lifted[0]


def test_sanya_knows_no_reasons() -> None:
    assert light("light-sanya", facts(plan=100, done=0, reasons=("progress",))) == "red"


def test_a_reason_lifts_only_what_it_is_about() -> None:
    known = facts(plan=100, done=0, planned_start="2025-01-01", reasons=("start",))
    assert light("light-yinchuan", known) == "red"


def test_nothing_on_record_shows_no_light() -> None:
    for book in ("light-yinchuan", "light-sanya", "light-haikou"):
        assert light(book, facts()) == ""


def test_in_january_no_month_is_closed_and_nothing_is_due() -> None:
    assert light("light-yinchuan", facts(plan=100, done=0), as_of=date(2025, 1, 31)) == "green"


def test_after_the_year_the_whole_plan_is_due() -> None:
    assert light("light-yinchuan", facts(plan=100, done=95), as_of=date(2026, 3, 1)) == "green"
    assert light("light-yinchuan", facts(plan=100, done=69), as_of=date(2026, 3, 1)) == "red"


amounts = st.one_of(st.just(np.nan), st.just(0.0), st.floats(0.01, 200))  # whole 分
days = st.one_of(st.just("NaT"), st.dates(date(2024, 1, 1), date(2025, 12, 31)).map(str))


@st.composite
def one_project(draw: st.DrawFn) -> Facts:
    return facts(
        plan=draw(amounts), done=draw(amounts), planned_start=draw(days), started=draw(days),
        registered=draw(days), is_tracked=draw(st.booleans()),
        yellow_before=draw(st.integers(0, 3)),
        reasons=draw(st.sampled_from([(), ("progress",), ("start", "register")])),
    )  # fmt: skip


@given(st.lists(one_project(), min_size=1, max_size=6))
def test_arrays_judge_as_one_by_one(projects: list[Facts]) -> None:
    nodes = ("progress", "start", "register")
    names = [n for n in Facts.__dataclass_fields__ if n != "reasons"]
    together = Facts(
        **{n: np.concatenate([getattr(p, n) for p in projects]) for n in names},
        reasons={
            node: np.concatenate([p.reasons.get(node, np.asarray([False])) for p in projects])
            for node in nodes
        },
    )
    for book in ("light-yinchuan", "light-sanya", "light-haikou"):
        rules = rulebook(book)
        judged = lights.judge(together, rules, as_of=TODAY)
        for number, project in enumerate(projects):
            assert judged.lights[number] == lights.judge(project, rules, as_of=TODAY).lights[0]


@given(one_project(), st.floats(0, 100))
def test_more_done_is_never_a_worse_light(project: Facts, more: float) -> None:
    better = replace(project, year_done_yuan=project.year_done_yuan + more)
    for book in ("light-yinchuan", "light-sanya", "light-haikou"):
        rules = rulebook(book)
        before = lights.judge(project, rules, as_of=TODAY).lights[0]
        after = lights.judge(better, rules, as_of=TODAY).lights[0]
        assert after <= before or before == lights.NONE
