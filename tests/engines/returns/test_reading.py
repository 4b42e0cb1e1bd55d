"""Specs: every fault with its path, and the published schema says the same."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings

from tests.engines.returns.random_projects import documents
from tuijin.engines.returns import read_project, schema
from tuijin.errors import ModelError, TooLarge

SCHEMA = Path(schema.__file__).with_name("project.schema.json")
SPEC = {
    "construction_years": 1,
    "operation_years": 5,
    "assets": {"works": {"yuan_by_year": [1e8], "life_years": 10}},
    "products": {"metal": {"quantity": 1000, "price": 40_000}},
    "loans": {"bank": {"share_ratio": 0.5, "rate_ratio": 0.05, "term_years": 5}},
}


def changed(path, value):
    document = copy.deepcopy(SPEC)
    *parents, last = path.strip("/").split("/")
    part = document
    for key in parents:
        part = part.setdefault(key, {})
    part[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("/construction_years", 1.5, "whole number"),
        ("/construction_years", True, "must be a number"),
        ("/operation_years", 0, "at least 1"),
        ("/prise", 1, "is not known here"),
        ("/industry", "steel", "not in the table"),
        ("/assets", {}, "at least one"),
        ("/assets/works/yuan_by_year", 5, "must be a list"),
        ("/assets/works/yuan_by_year", [1] * 7, "more years"),
        ("/assets/works/method", "fast", "must be one of"),
        ("/products/metal/price", float("nan"), "finite"),
        ("/products/metal/price", [], "at least one number"),
        ("/products/metal/price", [1, -2], "at least 0"),
        ("/products/metal/load_ratio", "full", "must be a number"),
        ("/loans/bank/share_ratio", 1.2, "at most 1"),
        ("/loans/bank/term_years", 6, "operates for 5"),
        ("/loans/other", {"share_ratio": 0.6, "rate_ratio": 0.05, "term_years": 2}, "at most 1"),
        ("/uncertain/price", {"low_ratio": 1.1, "high_ratio": 0.9}, "must exceed low_ratio"),
        ("/correlations", [{"of": "price", "with": "cost", "rank_ratio": 0}], "not one of"),
    ],
)
def test_faults_are_told_with_their_path(path, value, says):
    document = changed(path, value)
    with pytest.raises(ModelError) as caught:
        read_project(document)
    assert caught.value.code == "spec_invalid"
    problem = caught.value.problems[0]
    assert problem.field.startswith("/loans" if "other" in path else path)
    assert says in problem.message


def test_what_is_missing_is_told():
    with pytest.raises(ModelError) as caught:
        read_project({})
    assert {problem.field for problem in caught.value.problems} == {
        "/construction_years", "/operation_years", "/assets", "/products",
    }  # fmt: skip


def test_too_deep_and_too_many():
    deep: list = []
    for _ in range(40):
        deep = [deep]
    for document in (deep, {str(i): 0 for i in range(20_000)}):
        with pytest.raises(TooLarge) as caught:
            read_project(document)
        assert caught.value.code == "spec_too_large"


def test_published_schema_is_what_the_reader_reads(golden):
    golden(SCHEMA, json.dumps(schema.describe_project(), indent=1, ensure_ascii=False) + "\n")


@settings(max_examples=50, deadline=None)
@given(documents())
def test_what_is_read_is_valid_by_the_schema(document):
    read_project(document)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
