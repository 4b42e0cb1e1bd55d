"""Faults of a spec, each with its path; and the published schema says the same."""

from __future__ import annotations

import copy
import json
from importlib.resources import files

import jsonschema
import pytest

from tests.engines.balance.chains import BOILER, recycle, yield_chain
from tuijin.engines.balance import read_chain
from tuijin.engines.balance.schema import describe_chain
from tuijin.errors import ModelError, TooLarge

SCHEMA = describe_chain()


def put(document, path, value):
    *way, last = path.strip("/").split("/")
    for key in way:
        document = document[key]
    document[last] = value


FAULTS = [
    ("/product/material", "gold", False),
    ("/product/t_per_year", -1, True),
    ("/materials/stone/elements/Ca", 1.2, True),
    ("/materials/stone/price_yuan_per_t", True, True),
    ("/materials/stone/boundary", "found", True),
    ("/materials/stone/colour", "grey", True),
    ("/materials/coal/verified", "no", True),
    ("/carriers/power/factor_year", 2022.5, True),
    ("/carriers/power/scope", 3, True),
    ("/steps/kiln/inputs/stone", {"low": 1}, True),
    ("/steps/kiln/inputs/stone", {"low": 2, "high": 1}, False),
    ("/steps/kiln/inputs/gravel", 1, False),
    ("/steps/kiln/energy_kwh/steam", 1, False),
    ("/steps/kiln/rest", "smoke", False),
    ("/steps/kiln/cost_yuan", float("nan"), None),
    ("/levels/limit/figure", "beauty", True),
    ("/levels/limit/level", {"low": 1, "high": 2}, True),
]


@pytest.mark.parametrize(("path", "value", "schema_sees_it"), FAULTS)
def test_a_fault_is_named_by_its_path(path, value, schema_sees_it):
    document = copy.deepcopy(BOILER)
    put(document, path, value)
    with pytest.raises(ModelError) as caught:
        read_chain(document)
    assert caught.value.code == "spec_invalid"
    assert any(p.field.startswith(path) for p in caught.value.problems)
    if schema_sees_it is not None:
        errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))
        assert bool(errors) is schema_sees_it


def test_what_is_missing_and_what_is_no_name():
    with pytest.raises(ModelError) as caught:
        read_chain({"materials": {"a b": {}}, "steps": []})
    found = {p.field: p.message for p in caught.value.problems}
    assert found["/product"] == "is missing"
    assert "no name" in found["/materials"]
    assert found["/steps"].startswith("must be an object")


def test_too_many_nodes():
    document = yield_chain([0.5])
    document["materials"] |= {f"m{n}": {"elements": {}} for n in range(10_000)}
    with pytest.raises(TooLarge):
        read_chain(document)


@pytest.mark.parametrize("document", [BOILER, recycle(0.5, 0.5), yield_chain([0.9, 0.8])])
def test_the_schema_takes_what_the_reader_takes(document):
    read_chain(document)
    jsonschema.validate(document, SCHEMA)


def test_the_published_schema_is_this_one():
    published = files("tuijin.engines.balance").joinpath("chain.schema.json").read_text()
    assert json.loads(published) == SCHEMA
