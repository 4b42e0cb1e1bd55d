"""The list: filters, sort, pages; what a reader may not see is absent and cannot be asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict

from tests.see.conftest import TODAY
from tuijin.errors import ImportFailed
from tuijin.ledger import records, scope
from tuijin.ledger.models import Place, Project
from tuijin.see import judging, listing


def keys(address: str) -> list[str]:
    return [row["key"] for row in listing.read_page(listing.parse(QueryDict(address))).rows]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", {"slow", "fair", "idea", "plant", "gone"}),
        ("status=live", {"slow", "fair", "idea", "plant"}),
        ("stage=building&stage=started", {"slow", "fair"}),
        ("place=150223", {"fair", "idea"}),
        ("place=150200&stage=planned", {"idea"}),
        ("strategic_industry=any", {"plant"}),
        ("owner=稀土", {"slow", "fair"}),
        ("text=电", {"plant"}),
        ("text=POWER", {"plant"}),
        ("least_yi=4", {"plant", "gone"}),
        ("text=%25", set()),
    ],
)
def test_filters(portfolio, address: str, expected: set[str]) -> None:
    assert set(keys(address)) == expected


def test_lights_filter(portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    assert keys("light=red") == ["slow"]
    assert set(keys("light=none&status=live")) == {"idea", "plant"}


def test_sort_and_pages_walk_every_row_once(portfolio) -> None:
    query = listing.parse(QueryDict("sort=-total_investment_yuan"))
    first = listing.read_page(query, size=2)
    seen = [row["key"] for row in first.rows]
    token = first.next_token
    while token:
        query = listing.parse(QueryDict(f"sort=-total_investment_yuan&after={token}"))
        page = listing.read_page(query, size=2)
        seen += [row["key"] for row in page.rows]
        token = page.next_token
    assert seen == ["gone", "plant", "idea", "fair", "slow"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("next_due_on", ["idea", "slow", "fair", "plant", "gone"]),
        ("-next_due_on", ["slow", "idea", "gone", "plant", "fair"]),
        ("-capacity_mw", ["plant", "fair", "gone", "idea", "slow"]),
    ],
)
def test_sort_by_a_deadline_and_by_capacity(portfolio, order: str, expected: list[str]) -> None:
    days = {"slow": date(2025, 9, 1), "idea": date(2025, 8, 1)}
    records.mark({portfolio[key].pk: {"next_due_on": day} for key, day in days.items()})
    power = {"fair": Decimal(5), "plant": Decimal(600)}
    records.change(Project, {portfolio[k].pk: {"capacity_mw": mw} for k, mw in power.items()})
    seen, token = [], ""
    while True:
        query = listing.parse(QueryDict(f"sort={order}&after={token}"))
        page = listing.read_page(query, size=2)
        seen += [row["key"] for row in page.rows]
        if not (token := page.next_token):
            break
    assert seen == expected


@pytest.mark.parametrize("order", listing.SORTS)
def test_every_sort_reads_an_index(portfolio, order: str) -> None:
    rows = listing.filtered(listing.parse(QueryDict(f"sort={order}")))
    column = order.lstrip("-")
    sign = "-" if order.startswith("-") else ""
    held = rows.filter(**{f"{column}__isnull": False}).order_by(order, f"{sign}id")
    assert "TEMP B-TREE" not in held.values("id")[:50].explain()


def test_a_sort_by_a_hidden_column_shows_only_own_rows(portfolio, as_role) -> None:
    with scope.active(as_role("place_viewer", place="150223")):
        assert set(keys("sort=next_due_on")) == {"fair", "idea"}
    with scope.active(as_role("company")), pytest.raises(ImportFailed):
        listing.parse(QueryDict("sort=next_due_on"))


def test_places_that_lie_in_each_other_are_walked_once(portfolio) -> None:
    Place.objects.filter(code="150200").update(parent_id="150223")
    assert set(listing.parse(QueryDict("place=150223")).places) == {"150200", "150222", "150223"}


@pytest.mark.parametrize("address", ["sort=light", "stage=nope", "light=blue", "least_yi=x"])
def test_what_is_not_offered_is_refused(portfolio, address: str) -> None:
    with pytest.raises(ImportFailed):
        listing.parse(QueryDict(address))


@pytest.mark.parametrize("address", ["", "stage=planned", "status=live", "place=150223"])
def test_counts_from_kept_sums_are_the_counts(portfolio, address: str) -> None:
    query = listing.parse(QueryDict(address))
    found = listing.count(query)
    assert (found.number, found.is_exact) == (listing.filtered(query).count(), True)


def test_a_bounded_count_says_so(portfolio, monkeypatch) -> None:
    monkeypatch.setattr(listing, "COUNT_BOUND", 2)
    assert listing.count(listing.parse(QueryDict("text=项目"))).is_exact
    found = listing.count(listing.parse(QueryDict("least_yi=1")))
    assert (found.number, found.is_exact) == (2, False)


def test_confidential_columns_are_absent_for_a_department(portfolio, as_role) -> None:
    with scope.active(as_role("city_department")):
        query = listing.parse(QueryDict("columns=name&columns=year_done_yuan&columns=light"))
        assert query.columns == ("name", "light")
        for row in listing.read_page(query).rows:
            assert "year_done_yuan" not in row


def test_foreign_rows_lose_their_internal_columns(portfolio, as_role) -> None:
    judging.judge_portfolio(as_of=TODAY)
    with scope.active(as_role("place_viewer", place="150223")):
        rows = {row["key"]: row for row in listing.read_page(listing.parse(QueryDict(""))).rows}
    assert rows["fair"]["light"] == "green"
    assert "light" not in rows["slow"]  # a foreign county: public columns only


def test_a_filter_on_a_hidden_column_finds_only_own_rows(portfolio, as_role) -> None:
    judging.judge_portfolio(as_of=TODAY)
    with scope.active(as_role("place_viewer", place="150223")):
        assert keys("light=red") == []
        assert keys("light=green") == ["fair"]


def test_a_company_lists_its_own_projects(portfolio, as_role) -> None:
    with scope.active(as_role("company")):
        assert keys("") == ["slow"]
        assert Project.objects.count() == 1
