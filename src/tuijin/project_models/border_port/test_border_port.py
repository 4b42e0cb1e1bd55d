"""Section 6 of the port fact sheet, the closed forms of section 5, and what a claim hangs on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tuijin.engines.flow import read_network, simulate
from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import crossings
from tuijin.project_models.border_port import centre_of, deciding, plugin
from tuijin.project_models.border_port.evaluation import evaluate
from tuijin.project_models.border_port.network import build_network, gate_minutes

SHEET = {p.name: p for p in plugin.parameters()}
# Nothing random, nobody in the way, gates of 30 s: what Ganqimaodu publishes and nothing else.
PLAIN = {
    "availability_ratio": 1.0, "headway_minutes": 0.1, "productive_ratio": 1.0, "outage_ratio": 0.0,
    "reading_minutes": 0.1, "matching_minutes": 0.2, "weighing_minutes": 0.1,
    "radiation_minutes": 0.1, "gate_variation_ratio": 0.0, "mn_gate_minutes": 0.5,
    "xray_share_ratio": 0.0, "opened_share_ratio": 0.0, "handling_variation_ratio": 0.0,
    "berth_count": 100.0, "charging_minutes": 0.0, "cn_gate_lane_count": 4.0,
    "mn_gate_lane_count": 4.0, "lane_count": 2.0,
}  # fmt: skip
GANQIMAODU = {**PLAIN, "lane_km": 6.19, "agv_count": 30.0, "availability_ratio": 0.8}


def at(**values):
    """Return metrics of one simulation at the sheet's centre but for some values."""
    points = {**centre_of(SHEET), "truck_trips_per_day": 1.0, "agv_day_cost_ratio": 1.0, **values}
    return {k: v[0] for k, v in evaluate({k: np.array([v]) for k, v in points.items()}, seed=7,
                                         days=10).items()}  # fmt: skip


def network(**values):
    return simulate(read_network(build_network(centre_of(SHEET) | values, days=20, seed=7)))


# Section 6, row by row


@pytest.mark.parametrize(
    ("tonnes", "trips", "per_trip_t"),
    [(2.9e6, 44_000, 65.9), (4.7908e6, 72_800, 65.8), (10_400, 160, 65.0)],
)
def test_payload_per_loaded_trip(tonnes, trips, per_trip_t):
    assert tonnes / trips == pytest.approx(per_trip_t, abs=0.05)
    low, high = SHEET["payload_t"].ends
    assert low <= round(tonnes / trips, 1) <= high
    assert tonnes / trips / high == pytest.approx(0.94, abs=0.012)  # of the rating


@pytest.mark.parametrize(("tonnes", "passes"), [(10e6, 303_800), (3e6, 92_000)])
def test_inspected_agvs_are_passes_in_both_directions(tonnes, passes):
    """The model has as many passes of the Chinese gate out as in, so half of them are loaded."""
    found = network(**GANQIMAODU)
    both = found["station.cn_gate.throughput"].mean + found["station.cn_gate_out.throughput"].mean
    loaded_ratio = found["station.cn_gate.throughput"].mean / both
    assert loaded_ratio == pytest.approx(0.5, abs=0.001)
    assert tonnes / passes / loaded_ratio == pytest.approx(65.6, abs=0.5)


def test_trips_per_agv_day_of_ganqimaodu():
    """160 ÷ 24 = 6.67; the model makes them in the 333 minutes a day they need."""
    found = at(**{**GANQIMAODU, "productive_ratio": 6.67 * 50 / 720})
    assert found["agv_trips_per_day"] == pytest.approx(160 / 24, rel=0.06)
    assert found["agv_trips_per_day"] * 65 == pytest.approx(433, rel=0.06)


def test_claimed_15_mt_with_60_agvs():
    """250 kt per AGV-year are 10.5 trips a day at 65 t all year; 2025 delivered 22 % of it."""
    assert pytest.approx(10.5, abs=0.05) == 15e6 / 60 / 65 / 365
    assert pytest.approx(0.22, abs=0.005) == 3e6 / (335 / 365) / 15e6
    fleet = {**GANQIMAODU, "agv_count": 60.0, "availability_ratio": 1.0}
    needed = {**fleet, "productive_ratio": 1.0, "shift_hours_per_day": 10.5 * 50 / 60}
    assert at(**needed)["freight_t_per_year"] / 330 * 365 == pytest.approx(15e6, rel=0.08)


def test_cycle_of_ganqimaodu():
    """The calibration: 29.7 min of driving, 20.3 min of handling, gates and waiting."""
    assert pytest.approx(29.7, abs=0.02) == 2 * 6.19 / 25 * 60
    assert at(**GANQIMAODU)["cycle_minutes"] == pytest.approx(50, rel=0.03)


def test_mandula_2_mt_with_10_agvs_by_hand():
    trips = 2e6 / 65
    assert (round(trips), round(2e6 / 70)) == (30_769, 28_571)
    assert trips / 330 == pytest.approx(93, abs=0.3)
    assert trips / 330 / 10 == pytest.approx(9.3, abs=0.03)
    assert 720 / (trips / 330 / 10) == pytest.approx(77, abs=0.5)
    assert 720 / (trips / 330) == pytest.approx(7.7, abs=0.05)


def test_cycle_of_mandula():
    assert at(**PLAIN)["cycle_minutes"] == pytest.approx(31.8, rel=0.03)


def test_physical_ceiling():
    """22.6 trips per AGV in 12 h, 4.9 Mt a year; who is on the way at the end arrives as well."""
    found = at(**PLAIN)
    assert found["agv_trips_per_day"] == pytest.approx(22.6, rel=0.05)
    assert found["freight_t_per_year"] == pytest.approx(4.9e6, rel=0.05)
    assert at(**{**PLAIN, "productive_ratio": 0.41})["freight_t_per_year"] == pytest.approx(
        2e6, rel=0.08
    )


def test_productive_share_of_ganqimaodu():
    found = at(**{**PLAIN, "productive_ratio": 333 / 720})
    assert found["agv_trips_per_day"] == pytest.approx(10.5, rel=0.08)
    assert found["freight_t_per_year"] == pytest.approx(2.2e6, rel=0.08)


def test_plain_transfer_of_trips():
    found = at(**{**PLAIN, "productive_ratio": SHEET["productive_ratio"].ends[0]})
    assert found["freight_t_per_year"] == pytest.approx(1.43e6, rel=0.08)
    assert pytest.approx(70, abs=0.2) == 10e6 / (6.67 * 65 * 330)


@pytest.mark.parametrize(("minutes", "ratio"), [(2.0, 0.26), (0.5, 0.06)])
def test_gate_is_not_the_bottleneck(minutes, ratio):
    """At 93 inbound a day; the model runs with the trips it makes, scaled to 93."""
    one = {**PLAIN, "cn_gate_lane_count": 1.0, "productive_ratio": 0.41,
           "reading_minutes": minutes - 0.4}  # fmt: skip
    found = at(**one)
    used = found["gate_utilisation_ratio"] * 9.3 / found["agv_trips_per_day"]
    assert used == pytest.approx(ratio, abs=0.005)
    assert (60 / 2, 720 / 2) == (30, 360)


def test_mean_day_against_the_record():
    assert pytest.approx(21.3e3, abs=50) == 3.6e6 / 169
    assert pytest.approx(6.1e3, abs=50) == 2e6 / 330


def test_lane_is_shorter_than_the_route():
    assert pytest.approx(1.26, abs=0.005) == 6.19 / 4.93
    assert SHEET["lane_km"].ends == pytest.approx((2.4, 2.4 * 1.26), abs=0.005)


# Section 5: closed forms


def machine_repair_throughput(n: int, *, away: float, service: float, servers: int) -> float:
    """Finite-source queue M/M/c//N (Palm 1947): jobs a minute of n machines."""
    weights = [1.0]
    for k in range(1, n + 1):
        weights.append(weights[-1] * (n - k + 1) * service / away / min(k, servers))
    busy = sum(min(k, servers) * w for k, w in enumerate(weights)) / sum(weights)
    return busy / service


@pytest.mark.parametrize(("n_agvs", "lanes"), [(10, 1), (20, 1), (20, 2)])
def test_gate_as_a_finite_source_queue(n_agvs, lanes):
    """Exponential gate, everything else as time away: insensitive to its distribution."""
    around = {**PLAIN, "shift_hours_per_day": 24.0, "headway_minutes": 0.0, "agv_count": n_agvs,
              "cn_gate_lane_count": float(lanes), "gate_variation_ratio": 1.0,
              "reading_minutes": 2.6, "mn_gate_lane_count": 100.0}  # fmt: skip
    document = build_network(centre_of(SHEET) | around, days=120, seed=7)
    document["stations"]["cn_gate_out"]["service"] = 0.0
    found = simulate(read_network(document))
    away = 2 * 2.4 / 25 * 60 + 18.3 + 2 * 0.5
    expected = machine_repair_throughput(n_agvs, away=away, service=3.0, servers=lanes)
    assert found["station.cn_gate.throughput"].mean == pytest.approx(expected, rel=0.02)
    inside = found["station.cn_gate.throughput"].mean * found["measure.cycle.mean"].mean
    assert inside == pytest.approx(n_agvs, rel=0.01)  # Little


def test_gate_wait_by_allen_and_cunneen():
    """M/M/2 is exact in the approximation; the closed fleet waits less, as its calls are fewer."""
    service, servers, n = 3.0, 2, 20
    away = 2 * 2.4 / 25 * 60 + 18.3 + 1.0
    rate = machine_repair_throughput(n, away=away, service=service, servers=servers)
    load = rate * service
    tail = load**servers / math.factorial(servers) / (1 - load / servers)
    erlang_c = tail / (sum(load**k / math.factorial(k) for k in range(servers)) + tail)
    open_wait = erlang_c / (servers / service - rate)
    closed_wait = n / rate - away - service
    assert 0 < closed_wait < open_wait


def test_lane_limit():
    """No more than one AGV in a headway, however many there are."""
    crowd = {**PLAIN, "agv_count": 300.0, "headway_minutes": 1.0, "shift_hours_per_day": 24.0,
             "lane_count": 1.0, "berth_count": 1000.0, "cn_gate_lane_count": 50.0,
             "mn_gate_lane_count": 50.0}  # fmt: skip
    assert network(**crowd)["station.lane_in.throughput"].mean == pytest.approx(1.0, rel=1e-3)


# Claims


def test_clearance_is_the_gate_and_its_inspections():
    found = at(**{**PLAIN, "xray_share_ratio": 0.5, "xray_minutes": 2.0})
    gate = gate_minutes(centre_of(SHEET) | PLAIN)
    assert found["clearance_without_inspection_minutes"] == pytest.approx(gate, abs=0.1)
    assert found["clearance_minutes.mean"] == pytest.approx(gate + 1.0, abs=0.15)


def test_a_claim_between_the_ends_of_what_is_assumed():
    metrics = plugin.run(SHEET, n_draws=8, rng=np.random.default_rng(7))
    for name, target in {"clearance_minutes.mean": 2, "clearance_minutes.p95": 2,
                         "clearance_without_inspection_minutes": 2, "freight_t_per_year": 2e6,
                         "agv_to_truck_capacity_ratio": 1}.items():  # fmt: skip
        low, high = metrics[name].ends
        assert low < target < high, name


def test_the_share_opened_decides_the_95th_percentile_at_one_in_twenty():
    """In a port at its best the 20th part that is opened is all that is slow: there p95 jumps."""
    ((name, low, high),) = plugin.decide(SHEET, metric="clearance_minutes.p95", target=2.0, seed=7)
    assert (name, low, high) == ("opened_share_ratio", pytest.approx(0.05, abs=1e-3), low)
    best = {key: ends[1:2] for key, ends in deciding.find_corners(SHEET).items()}
    for share, is_short in ((low - 0.001, True), (high + 0.001, False)):
        values = evaluate(best | {name: np.array([share])}, seed=7)
        assert (values["clearance_minutes.p95"][0] < 2.0) == is_short


@pytest.mark.parametrize(
    ("metric", "name", "target", "others"),
    [
        ("clearance_minutes.mean", "opened_share_ratio", 4.0, {"xray_share_ratio": 0.0}),
        ("clearance_minutes.p95", "opened_share_ratio", 4.0, {"xray_share_ratio": 0.0}),
        ("clearance_without_inspection_minutes", "weighing_minutes", 1.0, {}),
        ("freight_t_per_year", "productive_ratio", 2e6, {}),
        ("agv_to_truck_capacity_ratio", "truck_trips_per_day", 3.0, {}),
    ],
)
def test_a_deciding_value_put_back_parts_the_two_sides(metric, name, target, others):
    """With one range left open: just below and just above, within the precision it states."""
    centre = centre_of(SHEET) | others
    given = {key: replace(p, value=centre.get(key), low=None, high=None)
             for key, p in SHEET.items()} | {name: SHEET[name]}  # fmt: skip
    ((found, value, high),) = plugin.decide(given, metric=metric, target=target, seed=7)
    assert (found, high) == (name, value)
    sides = value * np.array([1 - 1.01 * crossings.PRECISION_RATIO,
                              1 + 1.01 * crossings.PRECISION_RATIO])  # fmt: skip
    points = {key: np.full(2, p) for key, p in centre.items()} | {"agv_day_cost_ratio": np.empty(0)}
    below, above = evaluate(points | {name: sides}, seed=7)[metric] - target
    assert below * above < 0


def test_a_mean_of_nothing_passes_no_target():
    """Where all are scanned nobody is uninspected, so near there the target is not passed."""
    centre = centre_of(SHEET)
    given = {key: replace(p, value=centre.get(key), low=None, high=None)
             for key, p in SHEET.items()} | {"xray_share_ratio": SHEET["xray_share_ratio"],
             "opened_share_ratio": replace(SHEET["opened_share_ratio"], value=0.0, low=None,
                                           high=None)}  # fmt: skip
    assert (
        plugin.decide(given, metric="clearance_without_inspection_minutes", target=10.0, seed=7)
        == ()
    )


def test_the_share_opened_decides_the_mean():
    """240 min × share must stay below what is left of 2 min."""
    known = {name: replace(SHEET[name], value=value, low=None, high=None)
             for name, value in PLAIN.items() if name != "opened_share_ratio"}  # fmt: skip
    given = {**SHEET, **known, "opening_minutes": replace(SHEET["opening_minutes"], low=None,
                                                          high=None)}  # fmt: skip
    ((name, low, high),) = plugin.decide(given, metric="clearance_minutes.mean", target=2.0, seed=7)
    assert name == "opened_share_ratio"
    assert low <= 1.5 / 240 * 1.3
    assert high >= 1.5 / 240 * 0.7


def test_fleet_for_10_mt_reaches_it():
    """With the planned fleet the network itself delivers 10 Mt; with a tenth less it does not."""
    given = {
        name: replace(p, value=centre_of(SHEET).get(name), low=None, high=None)
        for name, p in SHEET.items()
    } | {"agv_count": replace(SHEET["agv_count"], value=None, low=None, high=None)}
    planned = {
        name: high
        for name, _, high in plugin.decide(given, metric="freight_t_per_year", target=1e7, seed=7)
    }
    assert set(planned) == {"agv_count", "cn_gate_lane_count", "mn_gate_lane_count", "lane_count",
                            "berth_count"}  # fmt: skip
    assert at(**planned)["freight_t_per_year"] == pytest.approx(1e7, rel=0.08)
    fewer = {**planned, "agv_count": planned["agv_count"] * 0.8}
    assert at(**fewer)["freight_t_per_year"] < 1e7


def test_cost_is_decided_by_the_ratio_of_a_days_costs():
    metrics = plugin.run(SHEET, n_draws=4, rng=np.random.default_rng(7))
    assert metrics["agv_to_truck_cost_ratio"].needs == ("agv_day_cost_ratio",)
    ((name, low, high),) = plugin.decide(
        SHEET, metric="agv_to_truck_cost_ratio", target=1.0, seed=7
    )
    assert name == "agv_day_cost_ratio"
    assert 0 < low < high
    assert at(agv_day_cost_ratio=2.0)["agv_to_truck_cost_ratio"] == pytest.approx(
        2.0 / at()["agv_to_truck_capacity_ratio"]
    )


def test_better_ends_are_better():
    corners = evaluate(deciding.find_corners(SHEET), seed=7)
    for name in ("freight_t_per_year", "agv_to_truck_capacity_ratio"):
        worst, best, *_ = corners[name]
        assert worst < best, name
    worst, best, slow_gate, slow_inspection = corners["clearance_minutes.mean"]
    assert best < slow_gate < slow_inspection
    assert best < worst


def test_threads_give_the_same_answer():
    points = deciding.find_corners(SHEET)
    one, two = (evaluate(points, seed=3, threads=n) for n in (1, 2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_influences_name_the_weighbridge_on_the_free_path():
    rng = np.random.default_rng(7)
    first, *_ = plugin.influences(SHEET, metric="clearance_without_inspection_minutes", rng=rng)
    assert first.name == "weighing_minutes"
    assert first.low_ratio <= first.total_ratio <= first.high_ratio


def test_network_is_one_that_the_engine_reads():
    assert read_network(plugin.network(SHEET, seed=7)).populations["agvs"].count == 9


@pytest.mark.parametrize(
    ("name", "value"), [("opened_share_ratio", 1.2), ("lane_km", 0.0), ("agv_count", -1.0)]
)
def test_out_of_range(name, value):
    given = {**SHEET, name: replace(SHEET[name], value=value, low=None, high=None)}
    with pytest.raises(ParameterOutOfRange, match=name):
        plugin.run(given, n_draws=2, rng=np.random.default_rng(1))


def test_unknown_metric():
    with pytest.raises(ParameterOutOfRange, match="'profit_yuan'"):
        plugin.decide(SHEET, metric="profit_yuan", target=1.0, seed=7)
