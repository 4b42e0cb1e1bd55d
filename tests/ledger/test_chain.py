"""Edits, cuts and rewrites of the trail are found; a sound trail is not accused."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tuijin.cli import trail_command
from tuijin.errors import UsageError
from tuijin.ledger import chain, scope, trail
from tuijin.ledger.models import TrailEvent, TrailHead

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def checkpoints(settings, tmp_path) -> Path:
    path = tmp_path / "checkpoints.jsonl"
    settings.CONFIG = replace(settings.CONFIG, checkpoints=path)
    return path


@pytest.fixture
def long_trail(checkpoints) -> None:
    write(range(60))
    chain.make_checkpoint()
    write(range(60, 90))


def write(numbers) -> None:
    with scope.active(scope.system_scope("test")):
        for number in numbers:
            change = {"name": (None, f"名称 {number}"), "value": (number, number + 1)}
            trail.append([trail.Event("change", "project", str(number), change)])


def rechain() -> None:
    """What somebody with the database, but not the key, can do: hash everything anew."""
    previous = ""
    for row in TrailEvent.objects.order_by("seq"):
        row.changes_sha256 = chain.hashlib.sha256(trail.canonical(row.changes)).hexdigest()
        row.prev_hash = previous
        row.hash = previous = trail.hash_event(row)
        row.save()
    TrailHead.objects.update(seq=row.seq, hash=row.hash)


def test_a_sound_trail_is_whole(long_trail):
    found = chain.check()
    assert (found.is_whole, found.size, found.last_good.size) == (True, 90, 60)


@pytest.mark.parametrize("seed", range(6))
def test_an_edit_is_found(long_trail, seed):
    rng = random.Random(seed)
    row = TrailEvent.objects.get(seq=rng.randint(1, 90))
    column, value = rng.choice(
        [("actor", "somebody"), ("changes", {"value": [1, 2]}), ("action", "x"), ("role", "y")]
    )
    setattr(row, column, value)
    row.save()
    found = chain.check()
    assert (found.is_whole, found.first_bad, found.reason) == (False, row.seq, "edited")


@pytest.mark.parametrize("kept", [89, 61, 60, 45, 1])
def test_a_cut_is_found(long_trail, kept):
    TrailEvent.objects.filter(seq__gt=kept).delete()
    found = chain.check()
    assert (found.is_whole, found.first_bad, found.reason) == (False, kept + 1, "cut")


def test_a_tidied_cut_behind_a_checkpoint_is_found(long_trail):
    TrailEvent.objects.filter(seq__gt=50).delete()
    rechain()
    assert chain.check().reason == "cut"


@pytest.mark.parametrize("victim", [1, 30, 60])
def test_a_trail_written_anew_is_found(long_trail, victim):
    TrailEvent.objects.filter(seq=victim).update(actor="somebody else")
    rechain()
    found = chain.check()
    assert (found.is_whole, found.reason) == (False, "rewritten")


def test_a_removed_event_is_found(long_trail):
    TrailEvent.objects.filter(seq=20).delete()
    assert chain.check().first_bad == 21


def test_a_forged_checkpoint_is_found(long_trail, checkpoints):
    TrailEvent.objects.filter(seq=10).update(actor="somebody else")
    rechain()
    point = json.loads(checkpoints.read_text().splitlines()[-1])
    point["hash"] = TrailEvent.objects.get(seq=60).hash
    checkpoints.write_text(json.dumps(point) + "\n")
    assert chain.check().reason == "rewritten"


def test_a_bent_head_is_found(long_trail):
    for columns in ({"hash": "0" * 64}, {"seq": 80}, {"seq": 91}):
        old = TrailHead.objects.values("seq", "hash").get()
        TrailHead.objects.update(**columns)
        assert not chain.check().is_whole
        TrailHead.objects.update(**old)
    assert chain.check().is_whole


def test_a_second_checkpoint_does_not_cover_the_first(long_trail, checkpoints):
    TrailEvent.objects.filter(seq=10).update(actor="somebody else")
    rechain()
    rows = TrailEvent.objects.filter(seq__lte=60).order_by("seq")
    TrailHead.objects.update(seq=60, hash=rows.last().hash)
    chain.make_checkpoint()  # of the forged trail, by the same size
    assert chain.check().reason == "rewritten"


def test_what_was_printed_is_held_against_the_trail(long_trail, capsys):
    noted = chain.write_noted()
    assert chain.check([], noted=[chain.parse_noted(noted)]).is_whole
    TrailEvent.objects.filter(seq=10).update(actor="somebody else")
    rechain()
    assert chain.check([]).is_whole  # without what was printed nobody can tell
    assert chain.check([], noted=[chain.parse_noted(noted)]).reason == "rewritten"
    TrailEvent.objects.filter(seq__gt=50).delete()
    rechain()
    assert chain.check([], noted=[chain.parse_noted(noted)]).reason == "cut"
    for text in ("", "90", "90:0f", "0:" + "a" * 64, "90:" + "x" * 64):
        with pytest.raises(UsageError):
            chain.parse_noted(text)


@pytest.mark.slow
def test_planted_falsifications_are_found(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO", "TUIJIN"))}
    done = subprocess.run(
        [sys.executable, "-m", "bench.trail_plants", "--plants", "1500", "--written", "40"],
        env={**environment, "TUIJIN_HOME": str(tmp_path)}, cwd=ROOT,
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["found"], found["missed"], found["differ"]) == (1500, {}, 0)
    assert len(found["by_kind"]) == 12


@pytest.mark.django_db(transaction=True)
def test_checkpoints_come_by_themselves(checkpoints):
    write(range(3))
    assert [point.size for point in chain.read_checkpoints()] == [1]
    with scope.active(scope.system_scope("test")):
        trail.append(trail.Event("x", "y", str(n), {}) for n in range(1000))
    assert [point.size for point in chain.read_checkpoints()] == [1, 1003]


def test_the_command_says_so(long_trail, capsys):
    parser = trail_command.argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    trail_command.add_arguments(parser)
    assert trail_command.run(parser.parse_args(["verify"])) == 0
    TrailEvent.objects.filter(seq=7).update(actor="somebody")
    assert trail_command.run(parser.parse_args(["--json", "verify"])) == 3
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["first_bad"] == 7
