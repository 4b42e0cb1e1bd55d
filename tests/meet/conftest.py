"""A meeting in Baotou: three stops in two counties, claims with verdicts, and people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tuijin.ledger import records, scope
from tuijin.ledger.models import Figure, Node, Place, Project, Source, User
from tuijin.meet import presets
from tuijin.meet.models import Meeting, Stop
from tuijin.verify.models import Binding, Claim
from tuijin.verify.runner import verify_claims

DAY = date(2025, 9, 21)


def _claim(project: Project, key: str, using: str, kind: str, **values: Any) -> Claim:
    claim = Claim(project=project, key=key, quote=f"{values['title']}。", **values)
    records.save_new([claim])
    records.save_new([Binding(claim=claim, kind=kind, using=using)])
    return claim


def build_world() -> SimpleNamespace:
    """Record everything as the product itself."""
    seat = {"longitude": 109.84, "latitude": 40.66}
    Place.objects.create(code="150200", name="包头市", level="prefecture", **seat)
    for code, name in (("150222", "固阳县"), ("150223", "达茂旗")):
        Place.objects.create(code=code, name=name, level="county", parent_id="150200")
    presets.load_presets()
    source = Source(key="bureau", title="工信局报道", url="https://example.org/a")
    records.save_new([source])
    places = (("anode", "锂电池负极材料项目", "150222", 110.06, 41.03),
              ("copper", "高纯铜项目", "150222", 110.07, 41.04),
              ("port", "口岸无人驾驶项目", "150223", 110.08, 42.53))  # fmt: skip
    projects = [
        Project(key=key, name=name, place_id=place, longitude=lon, latitude=lat, stage="building",
                location_accuracy="approximate")
        for key, name, place, lon, lat in places
    ]  # fmt: skip
    records.save_new(projects)
    anode, copper, port = projects
    records.save_new([
        Figure(key="p", project=anode, metric="anode_price_yuan_per_t", title="价格",
               value=Decimal(26466), unit="yuan_per_t", source=source),
        Figure(key="n", place_id="150200", metric="meeting_projects_count", title="察看项目数",
               value=Decimal(12), unit="count", as_of="2025-09-21", source=source),
        Figure(key="o", project=port, metric="in_operation_on", title="投运", unit="date",
               date_value=date(2026, 3, 3)),
    ])  # fmt: skip
    records.save_new([Node(project=copper, node="竣工", due_on=date(2025, 8, 31))])
    claims = [
        _claim(anode, "sales", "anode_plant", "model", dimension="market", claim_type="at_least",
               metric="sales_yuan_per_year", title="年销售额25亿元", statistic="value",
               target=Decimal(2_500_000_000), unit="yuan_per_year"),
        _claim(port, "open", "in_operation_on", "evidence", dimension="technology",
               claim_type="by_date", metric="in_operation_on", title="已实现智能通关",
               statistic="value", by_date=DAY, unit="date"),
    ]  # fmt: skip
    verify_claims([claim.pk for claim in claims])
    meeting = Meeting(key="m", title="重大项目推进会", place_id="150200",
                      starts_on=date(2025, 9, 20), ends_on=DAY, source=source)  # fmt: skip
    records.save_new([meeting])
    records.save_new([Stop(meeting=meeting, day=DAY, project=p) for p in projects])
    stops = {s.project.key: s for s in Stop.objects.select_related("project")}
    return SimpleNamespace(
        meeting=meeting, stops=stops, anode=anode, copper=copper, port=port, source=source
    )


def add_user(username: str, role: str, *, places: Any = (), projects: Any = ()) -> User:
    user = User.objects.create(username=username, display_name=username, role=role)
    user.places.set(places)
    user.projects.set(projects)
    return user


@pytest.fixture
def world(db: Any) -> Iterator[SimpleNamespace]:
    """In the scope of the product itself."""
    with scope.active(scope.system_scope("test")):
        yield build_world()


@contextmanager
def acting(user: User) -> Iterator[None]:
    """Run as a user, whatever scope is active outside."""
    with scope.active(scope.build_scope(user)):
        yield


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """Return a browser in which a user is signed in."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return enter
