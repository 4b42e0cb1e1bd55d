"""`tuijin push`: what is due, late, and to be escalated."""

from __future__ import annotations

import argparse
import json
from datetime import date, timedelta
from typing import Any

from tuijin.push import board, daily, local_day
from tuijin.push.deadlines import Limits, pauses_of
from tuijin.push.models import Issue
from tuijin.push.wording import state_word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", type=date.fromisoformat, help="default: today")
    parser.add_argument("--days", type=int, default=7, help="how far ahead to look; default 7")
    parser.add_argument(
        "--run", action="store_true",
        help="go through the day first: proposals, levels, notices; a day is gone through once",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    as_of = args.as_of or local_day.today()
    if args.run:
        daily.go_through(on=as_of)
    found = _gather(as_of, days=args.days)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for title, rows in (("late", found["late"]), ("due", found["due"])):
        print(f"{title}: {len(rows)}")
        for row in rows:
            level = f"  level {row['level']}" if row["level"] else ""
            print(f"  {row['next_due_on']}  {row['state_zh']}  {row['title']}"
                  f"  {row['owner_unit'] or '—'}{level}")  # fmt: skip
    print(f"to escalate: {len(found['to_escalate'])}")
    for row in found["to_escalate"]:
        print(f"  {row['issue']}  {row['late_workdays']} working days late → level {row['level']}")
    return 0


def _gather(as_of: date, *, days: int) -> dict[str, Any]:
    limits = Limits()
    open_rows = board.open_issues()
    late = list(open_rows.filter(next_due_on__lt=as_of))
    ahead = as_of + timedelta(days=days)
    due = open_rows.filter(next_due_on__gte=as_of, next_due_on__lte=ahead)
    pauses = pauses_of(late)
    late_days = {i.pk: limits.late_workdays(i, pauses.get(i.pk, []), as_of=as_of) for i in late}
    return {
        "as_of": as_of.isoformat(),
        "late": [_row(issue) for issue in late],
        "due": [_row(issue) for issue in due],
        "to_escalate": [
            {
                "issue": issue.key,
                "title": issue.title,
                "level": rule.level,
                "to": rule.name,
                "late_workdays": late_days[issue.pk],
            }
            for issue in late
            if (rule := limits.next_level(issue, late=late_days[issue.pk])) is not None
        ],
    }


def _row(issue: Issue) -> dict[str, Any]:
    return {
        "issue": issue.key,
        "title": issue.title,
        "state": issue.state,
        "state_zh": state_word(issue.state),
        "project": issue.project.key if issue.project else None,
        "place": issue.place_id,
        "owner_unit": issue.owner_unit,
        "next_due_on": issue.next_due_on.isoformat() if issue.next_due_on else None,
        "due_on": issue.due_on.isoformat() if issue.due_on else None,
        "is_provisional": issue.is_provisional,
        "level": issue.level,
    }
