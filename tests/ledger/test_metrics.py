"""Names of metrics: unique, with a known base unit, and the same as in the documents."""

from __future__ import annotations

import re
from pathlib import Path

from tuijin.ledger.metrics import load_metrics, name_of
from tuijin.units import UNITS

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_every_metric_has_a_base_unit_and_two_names() -> None:
    for metric in load_metrics().values():
        assert UNITS[metric.unit].base == metric.unit, metric.metric
        assert metric.name, metric.metric
        assert metric.name_en, metric.metric


def test_the_documents_list_the_same_metrics() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+?) \|", DOCS.read_text("utf-8"), re.MULTILINE
    )
    known = [(m.metric, m.unit, m.name, m.name_en) for m in load_metrics().values()]
    assert rows == known


def test_a_metric_without_a_name_goes_by_its_code() -> None:
    assert name_of("clearance_minutes") == ("通关时间", "Clearance time")
    assert name_of("something_else") == ("something_else", "something_else")
    assert name_of("typical_firr_ratio")[1] == "Typical: FIRR of the project after income tax"
    assert name_of("typical_something") == ("typical_something", "typical_something")
