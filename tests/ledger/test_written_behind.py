"""Many rows at once: every one is in, or none; whatever their text and wherever it fails."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tuijin.ledger import bulk, scope, trail, written_behind
from tuijin.ledger.models import Place, Project, Tally, TrailEvent, TrailHead

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
N_ROWS = 4_000  # more than two statements of projects, and more than one of events
HEAD = "INSERT INTO ledger_place (code, name, short_name, name_en, level, is_statistical) VALUES"


@pytest.fixture
def columns(places):
    return {
        "key": [f"p{n}" for n in range(N_ROWS)],
        "name": [f"项目 {n}%s %%d ? 'a'" for n in range(N_ROWS)],
        "place_id": ["150223"] * N_ROWS,
    }


def on_record():
    return [model.objects.count() for model in (Project, TrailEvent, Tally)]


def test_every_row_is_in_and_the_chain_holds_whatever_the_names(columns, as_system):
    who = replace(scope.system_scope("x"), actor="ann%sue 100%% ?")
    with scope.active(who):
        ids = bulk.insert(Project, columns, batch="50%s")
    names = dict(Project.objects.values_list("pk", "name"))
    assert [names[pk] for pk in ids] == columns["name"]
    events = list(TrailEvent.objects.order_by("seq"))
    assert {(e.actor, e.batch) for e in events} == {(who.actor, "50%s")}
    assert trail.first_broken(events) is None
    head = TrailHead.objects.get()
    assert (head.seq, head.hash) == (N_ROWS, events[-1].hash)


def test_a_key_that_is_taken_half_way_leaves_nothing(columns, as_system):
    before = on_record()
    columns["key"][N_ROWS // 2] = "p1"
    with pytest.raises(IntegrityError):
        bulk.insert(Project, columns, batch="x")
    assert on_record() == before


def test_after_a_statement_failed_none_is_tried(columns, as_system):
    """SQLite ends an interrupted transaction by itself: a later statement would stand alone."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite ends a transaction by itself")
    before, told = on_record(), []

    def interrupt_once():
        told.append(1)
        return len(told) == 20

    with connection.cursor():
        driver = connection.connection
    driver.set_progress_handler(interrupt_once, 2_000)
    try:
        with pytest.raises(DatabaseError, match="interrupted"):
            bulk.insert(Project, columns, batch="x")
    finally:
        driver.set_progress_handler(None, 0)
    assert on_record() == before


def insert_and_fail():
    with transaction.atomic(), written_behind.writing() as write:
        write(HEAD, ["%s", "'100%%'", "''", "''", "'county'", "FALSE"], [["999901", "999902"]])
        raise ValueError("maker")


def test_a_fault_of_the_maker_is_told_as_it_is(places):
    with pytest.raises(ValueError, match="maker"):
        insert_and_fail()
    assert not Place.objects.filter(code__startswith="9999").exists()
