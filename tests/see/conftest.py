"""A city with two counties, five projects at different stages, and readers of several roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tuijin.ledger import kept, records, scope
from tuijin.ledger.models import (
    AnnualPlan,
    Figure,
    Organisation,
    Place,
    PlaceBoundary,
    ProgressReport,
    Project,
    Source,
    User,
)
from tuijin.see import presets

TODAY = date(2025, 7, 15)
YI = Decimal(100_000_000)
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[110, 41], [111, 41], [111, 42], [110, 42], [110, 41]]],
}


@pytest.fixture
def places(db: None) -> None:
    Place.objects.create(code="100000", name="中国", level="country")
    Place.objects.create(code="150000", name="内蒙古自治区", level="province", parent_id="100000")
    Place.objects.create(
        code="150200", name="包头市", short_name="包头", name_en="Baotou", level="prefecture",
        parent_id="150000",
    )  # fmt: skip
    for code, name, en in (("150222", "固阳县", "Guyang"), ("150223", "达茂旗", "Damao")):
        Place.objects.create(
            code=code, name=name, short_name=name, name_en=en, level="county",
            parent_id="150200", longitude=110.5, latitude=41.5,
        )  # fmt: skip
        PlaceBoundary.objects.create(place_id=code, geometry=SQUARE)


@pytest.fixture
def as_system(places: None) -> Iterator[None]:
    with scope.active(scope.system_scope("test")):
        presets.load_presets()
        yield


@pytest.fixture
def portfolio(as_system: None) -> dict[str, Project]:
    """
    Five projects: `slow` 0 of 1 亿, `fair` 0.45 of 1 亿, `idea` planned, `plant` producing, `gone`.
    """
    owner = Organisation(key="o", name="包头稀土公司", name_en="Baotou Rare Earth")
    records.save_new([owner])
    rows = {
        "slow": Project(name="慢项目", place_id="150222", stage="building", owner=owner),
        "fair": Project(name="好项目", place_id="150223", stage="started", owner=owner),
        "idea": Project(name="设想", place_id="150223", stage="planned"),
        "plant": Project(
            name="电厂", name_en="Power plant", place_id="150222", stage="producing",
            strategic_industry="energy", green_category="清洁能源",
        ),
        "gone": Project(name="撤销", place_id="150222", stage="signed", status="cancelled"),
    }  # fmt: skip
    for number, (key, project) in enumerate(rows.items()):
        project.key, project.total_investment_yuan = key, YI * (number + 1)
        project.longitude, project.latitude = 110.1 + number / 10, 41.5
    records.save_new(list(rows.values()))
    for key, done in (("slow", 0), ("fair", Decimal("0.45") * YI)):
        records.save_new([AnnualPlan(project=rows[key], year=2025, planned_yuan=YI)])
        records.save_new([ProgressReport(project=rows[key], period="2025-06", year_done_yuan=done)])
    kept.refresh(rows)
    source = Source(key="news", title="公布的数")
    records.save_new([source])
    records.save_new([
        Figure(key="c", place_id="150200", metric="major_projects_count", title="重大项目数",
               value=Decimal(650), unit="count", as_of="2025", source=source)
    ])  # fmt: skip
    return {key: Project.objects.get(key=key) for key in rows}


@pytest.fixture
def make_user(portfolio: dict[str, Project]) -> Callable[..., User]:
    def build(role: str, *, place: str = "150222", project: str = "slow") -> User:
        user = User.objects.create(username=f"{role}-{place}", display_name=role, role=role)
        user.places.add(Place.objects.get(code=place))
        user.projects.add(portfolio[project].pk)
        return user

    return build


@pytest.fixture
def as_role(make_user: Callable[..., User]) -> Callable[..., scope.Scope]:
    return lambda role, **where: scope.build_scope(make_user(role, **where))


@pytest.fixture
def browse(make_user: Callable[..., User]) -> Callable[..., Client]:
    """Sign a new user of a role in."""

    def build(role: str, **where: Any) -> Client:
        client = Client()
        client.force_login(make_user(role, **where))
        return client

    return build
