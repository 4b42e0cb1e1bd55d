"""`tuijin measure` and `tuijin listen`: what is printed, what is written, what is refused."""

import argparse
import json

import pytest

from tests.importers.fleet import GATE, run_fleet
from tests.ledger.test_listening import ledger as ledger  # noqa: PLC0414  a fixture
from tests.ledger.test_listening import write_log
from tuijin.cli import listen_command, measure_command
from tuijin.errors import NotFound, Unavailable, UsageError
from tuijin.ledger.models import Figure, ImportBatch, User


def parse(command, *words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    command.add_arguments(parser)
    return parser.parse_args(words)


def measure(capsys, *words):
    assert measure_command.run(parse(measure_command, "--json", *words)) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def log(tmp_path):
    return str(write_log(tmp_path / "log.jsonl", run_fleet(10, 12)))


def test_it_tells_and_writes_nothing(ledger, log, capsys):
    told = measure(capsys, log)
    assert (told["result"], told["batch"]) == ("measured", None)
    assert "clearance_minutes.p95" in {figure["metric"] for figure in told["figures"]}
    assert not ImportBatch.objects.exists()
    assert measure_command.run(parse(measure_command, log)) == 0
    assert "clearance_minutes.p95" in capsys.readouterr().out


def test_it_waits_for_a_person_or_is_accepted(ledger, log, capsys):
    user = User.objects.create(username="office", role="city_coordinator")
    told = measure(capsys, log, "--for", "office")
    assert told["result"] == "preview"
    assert ImportBatch.objects.get().user == user
    assert not Figure.objects.exists()
    assert measure(capsys, log, "--accept")["result"] == "accepted"
    assert Figure.objects.filter(metric="clearance_minutes.p95").exists()


def test_gates_may_be_named(ledger, log, capsys):
    def clearance(*words):
        figures = measure(capsys, log, *words)["figures"]
        return next(f["value"] for f in figures if f["metric"] == "clearance_minutes.p50")

    every = ("cn-gate-out", "mn-gate-in", "mn-gate-out", GATE)
    assert clearance() == clearance(*(word for gate in every for word in ("--gate", gate)))
    assert clearance() < clearance("--gate", GATE)


def test_what_cannot_be_done_is_told(ledger, log):
    with pytest.raises(NotFound, match="nobody"):
        measure_command.run(parse(measure_command, log, "--for", "nobody"))
    with pytest.raises(NotFound, match="没有登记车辆"):
        listen_command.run(parse(listen_command, "--broker", "x", "--project", "anode"))
    with pytest.raises(UsageError, match="HOST:PORT"):
        listen_command.run(parse(listen_command, "--broker", "x:y", "--project", "port"))
    with pytest.raises(Unavailable, match="连不上"):
        listen_command.run(parse(listen_command, "--broker", "127.0.0.1:1", "--project", "port"))
