"""Section 6 of the motor fact sheet; section 5 against the simulation; SimPy on a short line."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import fmean, stdev

import numpy as np
import pytest
import simpy

from tuijin.engines.flow import read_network, simulate
from tuijin.errors import ParameterOutOfRange
from tuijin.project_models.motor_line import explaining, formulas, line, plugin, simulation
from tuijin.project_models.sensitivity import quantile

LINE = {"cycle_seconds": 60, "shifts_count": 2, "manual_stations_count": 5, "operators_count": 8}


def given(**values):
    sheet = {p.name: p for p in plugin.parameters()}
    for name, value in values.items():
        sheet[name] = replace(sheet[name], value=float(value), low=None, high=None)
    return sheet


def sample(metric, n_draws=4, **values):
    rng = np.random.default_rng(7)
    return plugin.run(given(**values), n_draws=n_draws, rng=rng)[metric].sample


def central(**values):
    known = [p for p in given(**LINE, **values).values() if p.is_known]
    return {p.name: p.value if p.value is not None else sum(p.ends) / 2 for p in known}


@pytest.mark.parametrize(("shifts", "seconds"), [(1, 61), (2, 122), (3, 184)])
def test_takt_of_100000_motors(shifts, seconds):
    found = sample("takt_seconds", shifts_count=shifts, demand_count_per_year=100_000)
    assert found == pytest.approx(np.full(4, seconds), abs=0.5)


@pytest.mark.parametrize(
    ("each", "rolled"), [(0.99, 0.904), (0.995, 0.951), (0.998, 0.980), (0.999, 0.99)]
)
def test_rolled_yield_of_ten_stations(each, rolled):
    assert formulas.rolled_yield_ratio([each] * 10) == pytest.approx(rolled, abs=5e-4)


def test_oxide_in_a_kilogram_of_magnet():
    """0.368 kg and 276 yuan, above the 200 to 250 yuan/kg of the announcements."""
    oxide = formulas.oxide_to_magnet_ratio(
        rare_earth_ratio=0.30, metal_in_oxide_ratio=0.8574, magnet_yield_ratio=0.95
    )
    assert oxide == pytest.approx(0.368, abs=5e-4)
    assert 750 * oxide == pytest.approx(276, abs=0.5)
    assert 750 * oxide > 250


def test_traction_motor_of_100_kw():
    pure = {"rated_power_mw": 0.1, "metal_in_oxide_ratio": 0.8574, "prnd_oxide_yuan_per_t": 750_000}
    for metric, expected, within in (
        ("magnet_kg", 1.2, 1e-9), ("oxide_kg", 0.44, 0.005), ("oxide_yuan", 330, 2)
    ):  # fmt: skip
        assert sample(metric, **pure) == pytest.approx(np.full(4, expected), abs=within)


def test_saving_of_a_motor_of_7_5_kw():
    found = sample("saving_mwh_per_year", rated_power_mw=0.0075, efficiency_before_ratio=0.904,
                   efficiency_after_ratio=0.940)  # fmt: skip
    assert 1000 * found == pytest.approx(np.full(4, 953), abs=0.5)


def test_tax_to_output_of_xiamen_tungsten():
    sheet = given()["tax_to_output_ratio"]
    assert sheet.value == 160 / 4000 == 0.04


def test_metal_in_neodymium_oxide():
    neodymium, oxygen = 144.242, 15.999
    share = 2 * neodymium / (2 * neodymium + 3 * oxygen)
    assert share == pytest.approx(0.8574, abs=5e-5)
    assert given()["metal_in_oxide_ratio"].value == 0.8574


@pytest.mark.parametrize(
    "values",
    [{}, {"buffer_count": 0}, {"buffer_count": 50}, {"operators_count": 20},
     {"availability_ratio": 0.9, "repair_minutes": 15}, {"welding_seconds": 90},
     {"magnet_insertion_seconds": 100}],
)  # fmt: skip
def test_output_lies_between_the_closed_forms(values):
    at = central() | values
    lowest, highest = line.bounds_count_per_day(at)
    found = [simulation.motors_per_day(simulation.run_line(at, seed=s), at) for s in range(4)]
    assert lowest < fmean(found) < highest * 1.01


def test_a_line_without_stops_or_rejects_runs_at_its_cycle():
    at = central() | {"availability_ratio": 1.0, "station_yield_ratio": 1.0,
                      "manual_stations_count": 0.0}  # fmt: skip
    found = simulation.motors_per_day(simulation.run_line(at, seed=1), at)
    assert found == pytest.approx(16 * 60, rel=0.005)


def test_a_slow_station_is_the_bottleneck():
    at = central() | {"welding_seconds": 120.0, "buffer_count": 20.0}
    result = simulation.run_line(at, seed=1)
    busy = {s.name: result[f"station.{s.name}.utilisation"].mean for s in line.stations()
            if not s.is_oven}  # fmt: skip
    assert max(busy, key=busy.get) == "welding"
    bars = plugin.pictures(given(**LINE, welding_seconds=120), seed=7)[0].bars
    assert bars[0].title_en == "welding"


def test_yield_of_the_simulation_is_the_rolled_yield():
    at = central() | {"station_yield_ratio": 0.98, "rework_ratio": 0.5, "rework_yield_ratio": 0.8}
    document = line.build_network(at, seed=3)
    document["run"]["horizon"] *= 5
    result = simulate(read_network(document))
    for gate, after in (("stator_test", "impregnation"), ("end_of_line", "packing")):
        passed = (result[f"station.{after}.throughput"].mean
                  / result[f"station.{gate}.throughput"].mean)  # fmt: skip
        assert passed == pytest.approx(line.gate_yield_ratio(at, gate), rel=0.02)


def test_little_on_the_main_path():
    """Stators inside = rate of starts × stay, over both ends of a long run."""
    at = central() | {"station_yield_ratio": 1.0}
    document = line.build_network(at, seed=3)
    document["run"]["horizon"] *= 5
    result = simulate(read_network(document))
    inside = sum(result[f"station.{s.name}.inside"].mean
                 for s in line.stations() if s.path == "main")  # fmt: skip
    stay = result["measure.lead.mean"].mean
    assert inside == pytest.approx(result["class.motor.throughput"].mean * stay, rel=0.03)


def simpy_line(cycles, seed, *, up, repair, buffer, horizon):
    """Stations in a row that fail in operation, block after service; pieces done."""
    rng, env = random.Random(seed), simpy.Environment()
    stores = [simpy.Store(env, buffer) for _ in cycles]
    done = []

    def station(n):
        left = rng.expovariate(1 / up)
        while True:
            if n:
                yield stores[n].get()
            work = cycles[n]
            while work >= left:
                yield env.timeout(left)
                work -= left
                yield env.timeout(rng.expovariate(1 / repair))
                left = rng.expovariate(1 / up)
            yield env.timeout(work)
            left -= work
            if n + 1 < len(cycles):
                yield stores[n + 1].put(0)
            else:
                done.append(env.now)

    for n in range(len(cycles)):
        env.process(station(n))
    env.run(horizon)
    return len(done) / horizon


def test_a_short_line_in_simpy():
    """Four stations of the line, each failing in operation, with two places between."""
    cycles, up, repair, horizon = (50.0, 60.0, 60.0, 45.0), 3000.0, 300.0, 400_000.0
    names = [f"s{n}" for n in range(len(cycles))]
    stop = {"by": "operation", "up": {"kind": "exponential", "mean": up},
            "repair": {"kind": "exponential", "mean": repair}}  # fmt: skip
    document = {
        "time_unit": "seconds",
        "sources": {"in": {"to": "s0", "every": 0, "when_full": "wait"}},
        "stations": {
            name: {"service": cycle, "buffer": 2 if n else 0, "breakdowns": [stop],
                   "route": [*names[1:], "exit"][n]}
            for n, (name, cycle) in enumerate(zip(names, cycles, strict=True))
        },
        "run": {"horizon": horizon, "replications": 10, "seed": 3},
    }  # fmt: skip
    ours = simulate(read_network(document))["class.entity.throughput"]
    theirs = [simpy_line(cycles, s, up=up, repair=repair, buffer=2, horizon=horizon)
              for s in range(10)]  # fmt: skip
    spread = np.hypot(ours.deviation, stdev(theirs)) / np.sqrt(10)
    assert abs(ours.mean - fmean(theirs)) < 4.5 * spread
    assert 4.5 * spread < 0.05 * ours.mean


def test_what_is_not_known_is_named_and_never_made_up():
    metrics = plugin.run(given(), n_draws=4, rng=np.random.default_rng(1))
    assert set(metrics["output_count_per_year"].needs) == set(LINE)
    assert metrics["automation_rank_count"].needs[-1] == "best_peer_labour_hours"
    assert metrics["output_count_per_year"].sample.size == 0
    assert metrics["local_rare_earth_supplier_count"].needs == ("local_magnet_ratio",)


def test_assumed_ranges_decide_nothing():
    """The ends hold every draw, and more than the spread of the draws."""
    known = given(**LINE, best_peer_labour_hours=1.0)
    metrics = plugin.run(known, n_draws=40, rng=np.random.default_rng(1))
    for name in ("output_count_per_year", "labour_hours", "oee_ratio"):
        low, high = metrics[name].ends
        assert low < metrics[name].sample.min() <= metrics[name].sample.max() < high, name
    settled = plugin.run(given(shifts_count=2, demand_count_per_year=1e5), n_draws=4,
                         rng=np.random.default_rng(1))  # fmt: skip
    assert settled["takt_seconds"].ends is None


def test_the_cycle_that_decides_an_output():
    """At the lower even the pessimistic closed form reaches it, the higher is too slow."""
    known = {name: value for name, value in LINE.items() if name != "cycle_seconds"}
    (name, low, high), = plugin.decide(
        given(**known), metric="output_count_per_year", target=100_000, seed=7,
    )  # fmt: skip
    assert name == "cycle_seconds"
    slow = sample("output_count_per_year", **known, cycle_seconds=high * 1.05)
    fast = sample("output_count_per_year", **known, cycle_seconds=low)
    assert slow.max() < 100_000 <= fast.min()


@pytest.mark.parametrize(("peer_hours", "rank"), [(0.001, 2), (100, 1)])
def test_rank_by_labour(peer_hours, rank):
    found = sample("automation_rank_count", **LINE, best_peer_labour_hours=peer_hours)
    assert found == pytest.approx(np.full(4, rank))


def test_pictures_say_when_they_only_illustrate():
    assert "illustration" in plugin.pictures(given(), seed=7)[0].title_en
    assert "illustration" not in plugin.pictures(given(**LINE), seed=7)[0].title_en
    assert "unverified" in plugin.pictures(given(**LINE), seed=7)[-1].title_en
    assert "cycle_seconds" in plugin.network(given(), seed=7)["name"]


@pytest.mark.parametrize(
    ("name", "value"), [("shifts_count", 4), ("availability_ratio", 1.2),
                        ("welding_seconds", 0), ("operators_count", 0)],
)  # fmt: skip
def test_out_of_range(name, value):
    with pytest.raises(ParameterOutOfRange, match=name):
        sample("rolled_yield_ratio", **{name: value})


def test_oxide_cost_hangs_on_the_mix_by_the_formula():
    """
    Cost is price ÷ metal content: two ranges, and indices by integration on a fine grid.

    The line is not simulated for it.
    """
    sheet = given(**LINE, rated_power_mw=0.1)
    rng = np.random.default_rng(7)
    first, second = plugin.influences(sheet, metric="oxide_yuan", rng=rng)
    assert (first.name, second.name) == ("metal_in_oxide_ratio", "prnd_oxide_yuan_per_t")
    ratio = (np.arange(4000) + 0.5) / 4000
    metal, price = (quantile(sheet[name], ratio) for name in (first.name, second.name))
    of_metal = np.var(1 / metal) * np.mean(price) ** 2
    of_price = np.var(price) * np.mean(1 / metal) ** 2
    share = of_metal / (of_metal + of_price + np.var(1 / metal) * np.var(price))
    assert first.first_ratio == pytest.approx(share, abs=0.1)
    assert first.low_ratio <= first.total_ratio <= first.high_ratio


def test_oxide_cost_decides_at_the_formula():
    """The deciding metal content is price × mass ÷ target, over the range of the price."""
    sheet = given(**LINE, rated_power_mw=0.1)
    target = float(np.median(sample("oxide_yuan", n_draws=400, rated_power_mw=0.1)))
    ((name, low, high),) = plugin.decide(sheet, metric="oxide_yuan", target=target, seed=7)
    assert name == "metal_in_oxide_ratio"
    per_price = 1.2 * 0.30 / 0.95 / 1000 / target
    prices = sheet["prnd_oxide_yuan_per_t"].ends
    assert low >= prices[0] * per_price * 0.99
    assert high <= prices[1] * per_price * 1.01


def test_the_most_influential_unknown_of_the_output_decides_it():
    """Set to one side of its deciding values the line reaches the target more often."""
    known = given(**(LINE | {"operators_count": 20}))
    known |= {name: replace(known[name], low=None, high=None, value=sum(known[name].ends) / 2)
              for name in ("rework_ratio", "rework_yield_ratio", "rework_minutes",
                           "oven_batch_count", "oven_minutes", "manual_spread_ratio")}  # fmt: skip
    rng = np.random.default_rng(7)
    influences = plugin.influences(known, metric="output_count_per_year", rng=rng)
    most = influences[0]
    assert most.name in ("availability_ratio", "repair_minutes", "buffer_count")
    assert most.total_ratio == max(one.total_ratio for one in influences)
    metrics = plugin.run(known, n_draws=16, rng=np.random.default_rng(7))
    target = float(np.median(metrics["output_count_per_year"].sample))
    ((name, low, high),) = plugin.decide(
        known, metric="output_count_per_year", target=target, seed=7
    )
    assert name == most.name
    floor, ceiling = known[name].ends
    assert floor <= low <= high <= ceiling
    again = plugin.decide(known, metric="output_count_per_year", target=target, seed=7)
    assert again == ((name, low, high),)
    ends = [
        {n: np.array([x if n == name else sum(p.ends) / 2]) if p.is_known else np.empty(0)
         for n, p in known.items()}
        for x in (floor, ceiling)
    ]  # fmt: skip
    below, above = sorted(
        explaining.evaluate(points, seed=7)["output_count_per_year"][0] for points in ends
    )
    assert below < target < above


def test_nothing_to_explain_where_something_is_not_known():
    rng = np.random.default_rng(7)
    assert plugin.influences(given(), metric="output_count_per_year", rng=rng) == ()
    assert plugin.influences(given(), metric="takt_seconds", rng=rng) == ()
    with pytest.raises(ParameterOutOfRange, match="'profit'"):
        plugin.influences(given(), metric="profit", rng=rng)
