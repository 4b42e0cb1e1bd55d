"""What the worker does for a scenario: run the model, and keep all that its page shows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from tuijin.engines.flow import read_network, record_trace
from tuijin.engines.flow.spec import HOURS, Network
from tuijin.errors import TuijinError
from tuijin.ledger import trail
from tuijin.project_models import Chart as LineChart
from tuijin.project_models import Explained, Illustrated, Metric, Parameter, Picture, Simulated
from tuijin.verify.cases import load_cases
from tuijin.verify.checks import VERSION
from tuijin.verify.checks.model import plain_chart
from tuijin.verify.diagrams import draw_network
from tuijin.verify.models import Claim, Run, Scenario
from tuijin.verify.replays import as_replay
from tuijin.verify.scenarios import Sheet, apply_changes, pack, read_sheet

MOST_TRACE_ROWS = 60_000
_DAY_HOURS = 24

Given = Mapping[str, Parameter]


def run_scenario(scenario: Scenario, *, watch: Callable[[int], None]) -> None:
    """Run a scenario's model and keep what it found, or why it could not run."""
    sheet = read_sheet(scenario.binding)
    parameters = apply_changes(sheet.parameters, scenario.changes)
    plain = [asdict(p) for p in parameters.values()]
    made_with = f"verify {VERSION}, {sheet.model.id} {sheet.model.version}"
    inputs = {"parameters": plain, "seed": scenario.seed, "n_draws": scenario.n_draws,
              "made_with": made_with}  # fmt: skip
    kept = Scenario.objects.filter(pk=scenario.pk)
    kept.update(
        parameters=plain,
        made_with=made_with,
        field_class=sheet.field_class,
        inputs_sha256=hashlib.sha256(trail.canonical(inputs)).hexdigest(),
    )
    try:
        found = _Work(sheet, parameters, scenario, watch).do()
    except TuijinError as error:
        kept.update(error={"code": error.code, "message": error.detail})
    else:
        kept.update(**found)


class _Work:
    """The steps of a scenario, counted for who watches."""

    def __init__(
        self, sheet: Sheet, parameters: Given, scenario: Scenario, watch: Callable[[int], None]
    ) -> None:
        self.model, self.parameters, self.scenario = sheet.model, parameters, scenario
        self.targets = _load_targets(scenario)
        self._watch, self._n_done = watch, 0

    def do(self) -> dict[str, Any]:
        metrics = self.model.run(
            self.parameters, n_draws=self.scenario.n_draws, rng=self._build_rng()
        )
        explained = self.targets.keys() & metrics if isinstance(self.model, Explained) else ()
        n_steps = 1 + len(explained) + isinstance(self.model, Simulated)
        Run.objects.filter(pk=self.scenario.run_id).update(total_count=n_steps)
        self._step()
        found: dict[str, Any] = {
            "metrics": {name: self._keep_metric(metric) for name, metric in metrics.items()},
            "pictures": [],
            "diagram": None,
        }
        replay = None
        if isinstance(self.model, Illustrated):
            pictures = self.model.pictures(self.parameters, seed=self.scenario.seed)
            found["pictures"] = [plain_picture(p) for p in pictures]
        if isinstance(self.model, Simulated):
            network = read_network(self.model.network(self.parameters, seed=self.scenario.seed))
            found["diagram"] = draw_network(network)
            replay = self._record_day(network)
            self._step()
        return {"found": found, "replay": replay}

    def _build_rng(self) -> np.random.Generator:
        """The same stream for each purpose and scenario: what differs is not chance."""
        return np.random.default_rng(self.scenario.seed)

    def _step(self) -> None:
        self._n_done += 1
        self._watch(self._n_done)

    def _keep_metric(self, metric: Metric) -> dict[str, Any]:
        targets = self.targets.get(metric.name, {})
        return {
            "unit": metric.unit,
            "needs": list(metric.needs),
            "sample": pack(metric.sample),
            "decides": {
                claim: self.model.decide(
                    self.parameters, metric=metric.name, target=target, seed=self.scenario.seed
                )
                for claim, target in targets.items()
            },
            "influences": self._find_influences(metric) if targets else [],
        }

    def _find_influences(self, metric: Metric) -> list[dict[str, Any]]:
        if metric.needs or not isinstance(self.model, Explained):
            return []
        found = self.model.influences(self.parameters, metric=metric.name, rng=self._build_rng())
        self._step()
        return [asdict(influence) for influence in found]

    def _record_day(self, network: Network) -> dict[str, Any]:
        """A day from the end of the warm-up on, of the first replication."""
        day = _DAY_HOURS / HOURS[network.time_unit]
        run = network.run
        start = math.ceil(run.warm_up / day) * day
        if start + day > run.horizon:
            start = run.warm_up
        end = min(start + day, run.horizon)
        trace = record_trace(network, start=start, end=end, most_rows=MOST_TRACE_ROWS)
        return as_replay(trace, time_unit=network.time_unit)


def _load_targets(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Metric → claim (its id as text) → target in the base unit, of claims on this model."""
    binding = scenario.binding
    claims = Claim.objects.filter(
        project=binding.claim.project_id, bindings__kind="model", bindings__using=binding.using
    )
    found: dict[str, dict[str, float]] = {}
    for case in load_cases(claim_ids=claims.values_list("pk", flat=True)):
        is_ours = case.kind == "model" and case.using == binding.using
        target = case.statement().target if is_ours else None
        if target is not None:
            found.setdefault(case.metric, {})[str(case.claim_id)] = target
            found.setdefault(f"{case.metric}.{case.statistic}", {})[str(case.claim_id)] = target
    return found


def plain_picture(picture: Picture) -> dict[str, Any]:
    """A picture as a JSON column can hold it; `kind` is the class's name."""
    kind = type(picture).__name__
    plain = plain_chart(picture) if isinstance(picture, LineChart) else asdict(picture)
    return {"kind": kind, **plain}
