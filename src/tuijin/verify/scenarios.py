"""
Scenarios: a project's model with some parameters changed, run in the worker, kept to be compared.

The ledger is not touched. Facts are read with the product's sight, as for a verdict; who may see
the result is decided by the highest class among them.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tuijin.discovery import load_plugin, plugin_names
from tuijin.errors import ImportFailed, ModelError, Problem
from tuijin.ledger import scope, trail, visible
from tuijin.ledger.models import Project
from tuijin.project_models import Parameter, ProjectModel, Simulated
from tuijin.verify import runs
from tuijin.verify.cases import Case, load_cases
from tuijin.verify.checks import DEFAULT_SEED, model, not_its_own
from tuijin.verify.checks.model import MAX_DRAWS, usual_draws
from tuijin.verify.facts import Fact
from tuijin.verify.inputs import gather
from tuijin.verify.models import Binding, Scenario
from tuijin.verify.runner import sight_of_the_product

Change = dict[str, float]
PARTS = ("value", "low", "high")
SOURCE = "scenario"
_FEWEST_DRAWS = 2
_MOST_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Sheet:
    """A model of a project, its parameters as on record, and the facts that gave them."""

    case: Case
    model: ProjectModel
    parameters: dict[str, Parameter]
    facts: Mapping[str, list[Fact]]

    @property
    def field_class(self) -> str:
        """Highest class among the facts."""
        return "C" if any(self.class_of(name) == "C" for name in self.facts) else "I"

    def class_of(self, name: str) -> str:
        """Class of what is on record under a name."""
        return "C" if any(f.field_class == "C" for f in self.facts.get(name, ())) else "I"

    def fact_name(self, parameter: str) -> str:
        """Name a parameter is on record under."""
        return str(self.case.parameters.get("figures", {}).get(parameter, parameter))


def find_binding(binding_id: object) -> Binding:
    """Return a visible binding of a claim to a model."""
    rows = Binding.objects.select_related("claim__project__place").filter(kind="model")
    return visible.find_or_404(rows, pk=binding_id)


def models_of(project: Project) -> list[tuple[Binding, ProjectModel]]:
    """Return the models that a project's claims are bound to, each with its first binding."""
    bindings = Binding.objects.filter(claim__project=project, kind="model").order_by("id")
    first: dict[str, Binding] = {}
    for binding in bindings:
        first.setdefault(binding.using, binding)
    known = plugin_names(model.PACKAGE)
    return [(b, load_plugin(model.PACKAGE, name)) for name, b in first.items() if name in known]


def visible_scenarios(binding: Binding) -> QuerySet[Scenario]:
    """Scenarios of the same model of the same project, the newest first."""
    return (
        Scenario.objects.filter(
            binding__claim__project=binding.claim.project_id, binding__using=binding.using
        )
        .select_related("run", "user", "binding__claim__project")
        .defer("replay")
    )


def shows_figures(scenario: Scenario) -> bool:
    """Whether the reader may see the class of what a scenario was drawn from."""
    project = scenario.binding.claim.project
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    return scenario.field_class in classes


def read_sheet(binding: Binding) -> Sheet:
    """Read a model's parameters as they stand on record, in the product's sight."""
    with scope.active(sight_of_the_product()):
        case = load_cases(binding_ids=[binding.pk])[0]
        facts = gather([case])
        found = {
            name: not_its_own(case, name, facts.get(case.project_id, name))
            for name in model.plugin.names(case)
        }
    plugin, parameters = model.plugin.parameters(case, found)
    return Sheet(case, plugin, parameters, found)


def apply_changes(
    parameters: Mapping[str, Parameter], changes: Mapping[str, Change]
) -> dict[str, Parameter]:
    """Put a scenario's values in place of those on record."""
    return {
        name: _changed(parameter, changes[name]) if name in changes else parameter
        for name, parameter in parameters.items()
    }


def _changed(parameter: Parameter, change: Change) -> Parameter:
    return replace(
        parameter, value=change.get("value"), low=change.get("low"), high=change.get("high"),
        source=SOURCE, source_zh="情景", as_of="", is_verified=False,
    )  # fmt: skip


def check_changes(sheet: Sheet, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Change]:
    """
    Read what somebody typed in: parameter → value, low, high, as numbers or text; empty is as is.

    Raises
    ------
    ImportFailed
        With a problem for each parameter that is wrong; its field is the parameter's name.
    """
    problems: list[Problem] = []
    found: dict[str, Change] = {}
    for name, parts in given.items():
        try:
            change = _read_change(sheet, name, parts)
        except ValueError as error:
            problems.append(Problem("parameter", str(error), field=name[:80]))
            continue
        if change:
            found[name] = change
    if problems:
        raise ImportFailed(problems[0].message, code="parameter", problems=problems)
    _try_out(sheet, found)
    return found


def _read_change(sheet: Sheet, name: str, parts: Mapping[str, Any]) -> Change:
    if name not in sheet.parameters:
        raise ValueError(_("模型没有参数 %(name)s") % {"name": name[:80]})
    unknown = sorted(parts.keys() - set(PARTS))
    if unknown:
        raise ValueError(f"value, low, high; got {unknown[0][:30]!r}")
    change = {part: _number(parts[part]) for part in PARTS if parts.get(part) not in (None, "")}
    if ("low" in change) != ("high" in change):
        raise ValueError(_("下限和上限要么都填，要么都不填"))
    ordered = [change[part] for part in ("low", "value", "high") if part in change]
    if ordered != sorted(ordered):
        raise ValueError(_("应有：下限 ≤ 取值 ≤ 上限"))
    return change


def _number(given: Any) -> float:
    try:
        number = float(given.replace(",", "")) if isinstance(given, str) else float(given)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(given, bool) or not math.isfinite(number):
        raise ValueError(_("应为数字，如 12.5，实为“%(given)s”") % {"given": str(given)[:40]})
    return number


def _try_out(sheet: Sheet, changes: Mapping[str, Change]) -> None:
    """Have the model look at the parameters before anything is queued."""
    parameters = apply_changes(sheet.parameters, changes)
    try:
        if isinstance(sheet.model, Simulated):
            sheet.model.network(parameters, seed=DEFAULT_SEED)
        else:
            rng = np.random.default_rng(DEFAULT_SEED)
            sheet.model.run(parameters, n_draws=_FEWEST_DRAWS, rng=rng)
    except ModelError as error:
        named = next((name for name in changes if name in error.detail), "")
        problem = Problem(error.code, error.detail, field=named)
        raise ImportFailed(error.detail, code=error.code, problems=[problem]) from error


def start(
    binding: Binding,
    *,
    changes: Mapping[str, Mapping[str, Any]],
    title: str = "",
    seed: int = DEFAULT_SEED,
    n_draws: int | None = None,
) -> Scenario:
    """
    Queue a scenario.

    Raises
    ------
    NotAllowed
        If the project is not the reader's own to verify.
    ImportFailed
        If a parameter is not what the model can take.
    """
    who, project = scope.current(), binding.claim.project
    who.require("verify", place_id=project.place_id, project_id=project.pk)
    sheet = read_sheet(binding)
    n_draws = usual_draws(sheet.model) if n_draws is None else n_draws
    if not _FEWEST_DRAWS <= n_draws <= MAX_DRAWS:
        raise ImportFailed(f"n_draws must be {_FEWEST_DRAWS} to {MAX_DRAWS}", code="n_draws")
    checked = check_changes(sheet, changes)
    with transaction.atomic():
        trail.lock()
        name = title[:_MOST_CHARACTERS]
        run = runs.queue(title=f"{project.name}：{name or binding.using}"[:300], seed=seed,
                         total_count=0)  # fmt: skip
        return Scenario.objects.create(
            binding=binding, user_id=who.user_id, run=run, title=name, changes=checked, seed=seed,
            n_draws=n_draws,
        )  # fmt: skip


def pack(sample: np.ndarray) -> str:
    """A sample as text, to the last bit."""
    return base64.b64encode(np.asarray(sample, dtype="<f8").tobytes()).decode("ascii")


def unpack(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f8")
