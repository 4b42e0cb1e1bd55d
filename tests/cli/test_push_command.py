"""`tuijin push`: what is due, late, to be escalated, as text and as one document."""

from __future__ import annotations

import argparse
import json
from datetime import date

from tests.push.conftest import MONDAY, api, as_system, city, on  # noqa: F401  fixtures
from tests.push.test_issues import moved, raised
from tuijin.cli import push_command


def run(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    push_command.add_arguments(parser)
    return push_command.run(parser.parse_args(words))


def test_text_and_document(api, as_system, capsys):  # noqa: F811  fixtures
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="自然资源局")
        raised(api, title="缺水")
    assert run("--as-of", "2025-09-16", "--days", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "late: 1",
        "  2025-09-15  收集  缺水  —",
        "due: 1",
        "  2025-09-18  交办  用地指标未落实  自然资源局",
        "to escalate: 1",
        f"  {lines[5].split()[0]}  1 working days late → level 1",
    ]
    assert run("--as-of", "2025-09-24", "--json", "--run") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["as_of"] == date(2025, 9, 24).isoformat()
    assert [row["level"] for row in found["late"]] == [1, 1]  # one level a run
    assert [row["level"] for row in found["to_escalate"]] == [2, 2]
