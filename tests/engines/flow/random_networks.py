"""Networks of every feature at once, as hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

CLASSES = ["p", "q"]


def times(low, high):
    mean = st.floats(low, high).map(lambda x: round(x, 3))
    return st.one_of(
        mean,
        mean.map(lambda m: {"kind": "exponential", "mean": m}),
        mean.map(lambda m: {"kind": "uniform", "low": 0.5 * m, "high": 1.5 * m}),
        mean.map(lambda m: {"kind": "gamma", "mean": m, "shape": 2.5}),
    )


@st.composite
def routes(draw, later):
    """Mostly onwards, sometimes back to the station itself, at last out."""
    targets = draw(st.lists(st.sampled_from([*later, "exit"]), min_size=1, max_size=2, unique=True))
    onwards = [{"to": t, "probability": 0.9 / len(targets)} for t in targets]
    if draw(st.booleans()):
        onwards[0]["becomes"] = draw(st.sampled_from(CLASSES))
    onwards[-1]["probability"] = 1 - sum(b["probability"] for b in onwards[:-1])
    return onwards


@st.composite
def stations(draw, later):
    station = {
        "servers": draw(st.integers(1, 3)),
        "service": draw(st.one_of(times(0.1, 2), st.fixed_dictionaries(
            {c: times(0.1, 2) for c in CLASSES}))),
        "route": draw(routes(later)),
        "queue": draw(st.sampled_from(["fifo", "lifo", "priority"])),
        "priority": {"p": 0, "q": 1},
        "buffer": draw(st.one_of(st.none(), st.integers(0, 3))),
        "when_full": draw(st.sampled_from(["block", "lose"])),
    }  # fmt: skip
    features = draw(
        st.sets(
            st.sampled_from(
                ["batch", "setup", "breakdowns", "crew", "calendars", "pause", "copies"]
            ),
            max_size=3,
        )
    )
    if "batch" in features:
        station["batch"] = {
            "most": 3,
            "least": draw(st.integers(1, 2)),
            "merges": draw(st.booleans()),
        }
    if "setup" in features:
        station["setup"] = draw(times(0.1, 1))
    if "breakdowns" in features:
        station["breakdowns"] = [
            {
                "by": by,
                "up": {"kind": "exponential", "mean": 8},
                "repair": draw(times(0.5, 3)),
                "repaired_by": draw(st.sampled_from([None, "team"])),
            }
            for by in draw(st.sampled_from([["time"], ["operation"], ["time", "operation"]]))
        ]
    if "crew" in features:
        station["crew"] = {"of": "team", "count": draw(st.integers(1, 2))}
    if "calendars" in features or "pause" in features:
        station["calendars"] = draw(st.sampled_from([["day"], ["storm"], ["day", "storm"]]))
        station["when_closed"] = "pause" if "pause" in features else "finish"
    if "copies" in features:
        station["copies"] = 2
    return station


@st.composite
def networks(draw, horizon=200.0):
    names = [f"s{n}" for n in range(draw(st.integers(1, 4)))]
    sources = {
        f"in{n}": {
            "to": draw(st.sampled_from(names)),
            "class": draw(st.sampled_from(CLASSES)),
            "every": draw(times(0.5, 4)),
            "batch": draw(st.sampled_from([1, {"kind": "empirical", "values": [1, 3]}])),
            "when_full": draw(st.sampled_from(["lose", "wait"])),
            "calendars": draw(st.sampled_from([[], ["day"]])),
        }
        for n in range(draw(st.integers(1, 2)))
    }
    found = {n: draw(stations(names[k:])) for k, n in enumerate(names)}
    for k, station in enumerate(found.values()):
        station["place"] = "abc"[k % 3]
        if draw(st.booleans()):
            for branch in station["route"]:
                branch |= {} if branch["to"] == "exit" else {"by": "agv"}
    return {
        "time_unit": "minutes",
        "classes": CLASSES,
        "sources": sources,
        "stations": found,
        "segments": {
            "x": {"from": "a", "to": "b", "length_km": 1, "headway": 0.1,
                  "ways": draw(st.sampled_from(["both", "single"]))},
            "y": {"from": "b", "to": "c", "length_km": 0.5, "passing": True},
        },
        "fleets": {"agv": {
            "count": draw(st.integers(1, 3)), "at": "b", "loaded_km_per_hour": 60,
            "empty_km_per_hour": 90, "load": 0.2, "unload": draw(times(0.1, 0.5)),
            "dispatch": draw(st.sampled_from(["nearest", "first"])),
            "calendars": draw(st.sampled_from([[], ["day"], ["storm"]])),
            "breakdown": {"up": {"kind": "exponential", "mean": 30}, "repair": 2},
            "charging": {"at": "c", "time": 2, "battery_kwh": 10, "loaded_kwh_per_km": 1,
                         "empty_kwh_per_km": 0.7},
        }},
        "operators": {"team": {"count": 2, "calendars": draw(st.sampled_from([[], ["day"]]))}},
        "calendars": {
            "day": {"period": 24, "open_during": draw(st.sampled_from(
                [[[0, 12]], [[6, 18], [20, 24]], [[0, 3], [12, 24]]]))},
            "storm": {"open_for": {"kind": "exponential", "mean": 30},
                      "closed_for": {"kind": "exponential", "mean": 4}},
        },
        "measures": {"through": {"start": "network.enters", "end": "network.exits"}},
        "run": {"horizon": horizon, "replications": 1, "seed": draw(st.integers(0, 999))},
    }  # fmt: skip
