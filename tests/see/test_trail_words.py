"""Every action of the trail and every measure of a light rule has a word; so has the product."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

import tuijin
from tuijin.ledger.roles import ACTIONS
from tuijin.push.states import STEPS
from tuijin.see.templatetags.see import act, actor, measure_title, measured, role_word

SRC = Path(tuijin.__file__).parent
APPENDS = {"Event", "_event", "_record", "_tell"}
_NO_EVENTS = {"add_argument", "group"}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_names(node.body), *_names(node.orelse))


def find_actions() -> set[str]:
    """Literals given as an event's action, by name or in its place, or as its default."""
    found: set[str] = set()
    for room in ("ledger", "see", "plan", "verify", "push", "meet", "site"):
        for path in (SRC / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found.update(_actions_of(node))
    return {name for name in found if name.replace("_", "").isalpha()}


def _actions_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "action":
        yield from _names(node.value)
    elif isinstance(node, ast.FunctionDef):
        named = dict(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
        yield from (n for arg, default in named.items() if arg.arg == "action" and default
                    for n in _names(default))  # fmt: skip
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        yield from (n for k in node.keywords if k.arg == "action" for n in _names(k.value))
        if name in APPENDS:
            yield from (n for arg in node.args[:3] for n in _names(arg) if n not in _OBJECTS)


_OBJECTS = {"account", "apitoken", "figure", "importbatch", "priceseries"}


def test_every_action_appended_has_a_word() -> None:
    actions = find_actions() | set(STEPS)
    actions |= {f"{action}_refused" for action in ACTIONS | {"public", "signed_in", "request"}}
    assert {"propose", "assign", "sign_in", "approve_correction", "run_start", "create"} <= actions
    with override("zh-hans"):
        assert [action for action in sorted(actions) if act(action).isascii()] == []


@pytest.mark.parametrize(
    ("action", "word"), [("report_refused", "被拒绝：填报"), ("propose", "建议立项")]
)
def test_words(action: str, word: str) -> None:
    with override("zh-hans"):
        assert act(action) == word
        assert actor("system:daily") == "系统"
        assert role_word("city_leader") == "市领导"
    assert actor("wang") == "wang"


def test_every_measure_of_a_light_rule_has_a_title_and_a_unit() -> None:
    with (SRC / "see/data/light_rules.csv").open(encoding="utf-8") as stream:
        measures = {row["measure"] for row in csv.DictReader(stream)}
    with override("zh-hans"):
        assert [m for m in sorted(measures) if measure_title(m).isascii()] == []
        assert measured("progress_short_ratio", 0.5) == "50%"
        assert measured("progress_gap_points", 30) == "30 个百分点"
