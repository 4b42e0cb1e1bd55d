"""Every float of a dataclass says its unit in its name, or has a `unit` beside it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass
from decimal import Decimal

import pytest

import tuijin
from tuijin import units
from tuijin.errors import ParameterOutOfRange

PURE = ("tuijin.engines", "tuijin.project_models", "tuijin.importers", "tuijin.verify.claim_types")
# Figures of a claim are in the unit of its Statement; `decides` names each by a suffixed name.
IN_UNIT_OF_STATEMENT = {"value", "interval", "low", "high", "decides"}
SAID_ELSEWHERE = {
    "tuijin.engines.returns.spec.Asset.yuan_by_year": "yuan, in each year from the first",
    "tuijin.engines.flow.distributions.Draw.numbers": "in the unit of what is drawn",
    "tuijin.engines.flow.layout.Layout.numbers": "a table for the kernels, whose columns say",
    "tuijin.engines.telemetry.figures.Measured.edges": "minutes",
    "tuijin.engines.telemetry.figures.Measured.independent": "shares, each with a number of times",
    "tuijin.verify.claim_types.Observed.independent": "shares, each with a number of times",
    "tuijin.engines.telemetry.figures.Measured.quantiles": "minutes",
}


def pure_modules():
    for package in PURE:
        path = importlib.import_module(package).__path__
        yield package
        for module in pkgutil.walk_packages(path, f"{package}."):
            if not module.name.rpartition(".")[2].startswith("test_"):
                yield module.name


def dataclasses_in(module: str):
    for _, kind in inspect.getmembers(importlib.import_module(module), inspect.isclass):
        if is_dataclass(kind) and kind.__module__ == module and kind.__name__[0] != "_":
            yield kind


@pytest.mark.parametrize("module", list(pure_modules()))
def test_floats_say_their_unit(module):
    for kind in dataclasses_in(module):
        names = {field.name for field in fields(kind)}
        for field in fields(kind):
            if "float" not in str(field.type) or "unit" in names:
                continue
            if (
                module.startswith("tuijin.verify.claim_types")
                and field.name in IN_UNIT_OF_STATEMENT
            ):
                continue
            full = f"{module}.{kind.__name__}.{field.name}"
            assert field.name.endswith(units.SUFFIXES) or full in SAID_ELSEWHERE, full


def test_every_unit_leads_to_a_base_that_stands_for_itself():
    for code, unit in units.UNITS.items():
        assert unit.code == code
        assert unit.base not in units.UNITS or units.UNITS[unit.base].factor == 1, code


def test_units_convert_exactly():
    assert units.to_base(Decimal("1.1"), "yi_yuan") == (Decimal("110000000.0"), "yuan")
    assert units.to_base(Decimal("37.5"), "percent") == (Decimal("0.375"), "ratio")


def test_an_unknown_unit_names_those_that_are_known():
    with pytest.raises(ParameterOutOfRange, match="wan_yuan"):
        units.to_base(Decimal(1), "furlong")


def test_package_has_a_version():
    assert tuijin.__version__.count(".") == 2
