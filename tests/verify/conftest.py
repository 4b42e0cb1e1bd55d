"""A small ledger with the anode plant of Guyang and the port of Damao, as published."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tuijin import discovery, project_models
from tuijin.ledger import records, scope
from tuijin.ledger.models import Figure, Place, Project, Source, StageEvent
from tuijin.verify.models import Binding, Claim

TOY_MODELS = Path(__file__).parent / "models"
SRC = Path(project_models.__file__).parents[2]


@pytest.fixture
def ledger(db: Any) -> Iterator[SimpleNamespace]:
    """Two projects, in the scope of the product itself."""
    with scope.active(scope.system_scope("test")):
        yield build_ledger()


@pytest.fixture
def toy_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small simulated model, found like the real ones, here and in the processes of a worker."""
    path = [*project_models.__path__, str(TOY_MODELS)]
    monkeypatch.setattr(project_models, "__path__", path)
    monkeypatch.setenv("PYTHONPATH", f"{SRC}{os.pathsep}{TOY_MODELS}")
    discovery.plugin_names.cache_clear()
    yield
    discovery.plugin_names.cache_clear()
    discovery.load_plugin.cache_clear()


def clearance_claim(ledger: SimpleNamespace) -> Claim:
    """Two minutes, tested by the toy port."""
    return add_claim(
        ledger.port, "port.clearance", check="model", using="toy_port", dimension="technology",
        claim_type="at_most", statistic="p95", metric="clearance_minutes", target=Decimal(20),
        unit="minutes", source=ledger.bureau,
    )  # fmt: skip


def build_ledger() -> SimpleNamespace:
    Place.objects.get_or_create(code="150200", defaults={"name": "包头市", "level": "prefecture"})
    for code, name in (("150222", "固阳县"), ("150223", "达茂旗")):
        Place.objects.get_or_create(
            code=code, defaults={"name": name, "level": "county", "parent_id": "150200"}
        )
    sources = [
        Source(key="bureau", title="包头市工信局报道"),
        Source(key="china_news", title="China News, quoting the transport bureau"),
        Source(key="statistics", title="统计"),
    ]
    records.save_new(sources)
    projects = [
        Project(key="anode", name="锂电池HSE负极材料", place_id="150222"),
        Project(key="port", name="满都拉口岸AGV跨境运输", place_id="150223"),
    ]
    records.save_new(projects)
    bureau, china_news, statistics = sources
    anode, port = projects
    return SimpleNamespace(
        anode=anode, port=port, bureau=bureau, china_news=china_news, statistics=statistics
    )


def add_claim(project: Project, key: str, *, check: str, using: str, **values: Any) -> Claim:
    """Record a claim with one check."""
    parameters = values.pop("parameters", {})
    fields = {
        "dimension": "market", "claim_type": "at_least", "statistic": "value", "title": key,
        "quote": key, **values,
    }  # fmt: skip
    claim = Claim(project=project, key=key, **fields)
    records.save_new([claim])
    add_check(claim, check=check, using=using, parameters=parameters)
    return claim


def add_check(claim: Claim, *, check: str, using: str, **values: Any) -> Binding:
    binding = Binding(claim=claim, kind=check, using=using, **values)
    records.save_new([binding])
    return binding


def add_figure(project: Project | None, metric: str, value: Any, unit: str, **more: Any) -> Figure:
    number = None if value is None else Decimal(str(value))
    key = more.pop("key", f"{project.key if project else more['place_id']}.{metric}")
    figure = Figure(
        key=key, project=project, metric=metric, title=metric, value=number, unit=unit, **more
    )
    records.save_new([figure])
    return figure


def sales_claim(ledger: SimpleNamespace) -> Claim:
    """2.5 bn yuan a year when complete, as the industry bureau's article has it."""
    return add_claim(
        ledger.anode, "anode.sales", check="model", using="anode_plant",
        metric="sales_yuan_per_year", target=Decimal(2500000000), unit="yuan_per_year",
        source=ledger.bureau,
    )  # fmt: skip


def opening_claim(ledger: SimpleNamespace) -> Claim:
    """Visited on 2025-09-21 as about to start."""
    return add_claim(
        ledger.port, "port.opening", check="evidence", using="in_operation",
        dimension="schedule", claim_type="by_date", metric="in_operation",
        by_date=date(2025, 9, 30), unit="date", source=ledger.bureau,
    )  # fmt: skip


def add_stage(project: Project, stage: str, on: date, source: Source) -> StageEvent:
    event = StageEvent(project=project, stage=stage, on=on, source=source)
    records.save_new([event])
    return event
