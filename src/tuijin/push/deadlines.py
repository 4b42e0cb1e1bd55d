"""Which limits run on an issue, when the next one ends, and how far it is to be escalated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tuijin.ledger import rulebooks
from tuijin.ledger.models import Rulebook
from tuijin.push import clocks, states
from tuijin.push.clocks import Calendar, Standing
from tuijin.push.models import ClockRule, Issue, Pause
from tuijin.push.workdays import load_calendar

DEFAULT_RULEBOOK = "clock-13710"
# How far along a state is; a limit is met once the state it waits for is reached.
_RANK = {
    code: number
    for number, codes in enumerate((
        (states.RAISED,), (states.ASSIGNED, states.DISPUTED), (states.ACCEPTED,),
        (states.WORKING,), (states.REPORTED,), (states.INSPECTED,), states.OVER,
    ))
    for code in codes
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that runs: its rule, None where a person set the date, and its last day."""

    rule: ClockRule | None
    ends_on: date


class Limits:
    """The rows and the calendar, read once for many issues."""

    def __init__(self) -> None:
        self.calendar: Calendar = load_calendar()
        self._books: dict[str, list[ClockRule]] = {}
        self._book_of: dict[str, str] = {}

    def rules_of(self, place_id: str) -> list[ClockRule]:
        """The limits that a place uses."""
        if place_id not in self._book_of:
            self._book_of[place_id] = rulebooks.code_of(
                place_id, kind=Rulebook.Kind.CLOCK, default=DEFAULT_RULEBOOK
            )
        code = self._book_of[place_id]
        if code not in self._books:
            rows = ClockRule.objects.filter(rulebook__code=code).order_by("order")
            self._books[code] = list(rows)
        return self._books[code]

    def running(self, issue: Issue, pauses: Sequence[Pause]) -> list[Limit]:
        """Limits not yet met, the one that ends first first; none while the clock stands."""
        if any(pause.ends_on is None for pause in pauses):
            return []
        starts = {
            "raised": issue.opened_on,
            "assigned": issue.assigned_on,
            "reported": issue.reported_on,
        }
        standing = _standing(pauses)
        found = []
        for rule in self.rules_of(issue.place_id):
            start = starts.get(rule.trigger)
            if start is None or not _runs(rule, issue):
                continue
            if rule.until == states.REPORTED and issue.is_due_given:
                ends_on = self._given(issue, standing)
            else:
                assert rule.amount is not None  # limits have one
                ends_on = clocks.due_on(
                    start, amount=rule.amount, unit=rule.unit, calendar=self.calendar,  # type: ignore[arg-type]  # a choice of the column
                    pauses=standing,
                )  # fmt: skip
            if ends_on is not None:
                found.append(Limit(rule, ends_on))
        return sorted(found, key=lambda limit: limit.ends_on)

    def _given(self, issue: Issue, standing: Sequence[Standing]) -> date | None:
        """A date that a person set moves only by the days on which the clock stood."""
        assert issue.due_on is not None  # it was given
        if not standing:
            return issue.due_on
        return clocks.due_on(
            issue.opened_on, amount=max((issue.due_on - issue.opened_on).days, 0), unit="day",
            calendar=self.calendar, pauses=standing,
        )  # fmt: skip

    def kept(self, issue: Issue, pauses: Sequence[Pause]) -> dict[str, Any]:
        """The kept columns of an issue as they are now."""
        if issue.is_over:
            return {"next_due_on": None, "is_provisional": False}
        running = self.running(issue, pauses)
        whole = [x.ends_on for x in running if x.rule and x.rule.until == states.REPORTED]
        columns: dict[str, Any] = {
            "next_due_on": running[0].ends_on if running else None,
            "is_provisional": any(x.ends_on > self.calendar.known_until for x in running),
        }
        if whole and not issue.is_due_given:
            columns["due_on"] = whole[0]
        return columns

    def late_workdays(self, issue: Issue, pauses: Sequence[Pause], *, as_of: date) -> int:
        return clocks.late_workdays(
            issue.next_due_on, as_of=as_of, calendar=self.calendar, pauses=_standing(pauses)
        )

    def next_level(self, issue: Issue, *, late: int) -> ClockRule | None:
        """The lowest level that an issue has not been taken to and is late enough for."""
        due = (
            rule
            for rule in self.rules_of(issue.place_id)
            if rule.trigger == "late"
            and rule.amount is not None
            and rule.amount <= late
            and rule.level > issue.level
        )
        return min(due, key=lambda rule: rule.level, default=None)


def _standing(pauses: Sequence[Pause]) -> list[Standing]:
    return [Standing(pause.starts_on, pause.ends_on) for pause in pauses]


def _runs(rule: ClockRule, issue: Issue) -> bool:
    if rule.trigger not in ("raised", "assigned", "reported"):
        return False
    if rule.severity and rule.severity != issue.severity:
        return False
    return _RANK[issue.state] < _RANK[rule.until]


def pauses_of(issues: Iterable[Issue]) -> dict[int, list[Pause]]:
    """Pauses of many issues, by issue."""
    found: dict[int, list[Pause]] = {}
    for pause in Pause.objects.filter(issue__in=[issue.pk for issue in issues]):
        found.setdefault(pause.issue_id, []).append(pause)
    return found


def is_overdue(issue: Issue, *, as_of: date) -> bool:
    """Whether the whole matter is past its date; a deadline ends with its day."""
    return not issue.is_over and issue.due_on is not None and issue.due_on < as_of


def is_late(issue: Issue, *, as_of: date) -> bool:
    """Whether the step waited for is late."""
    return issue.next_due_on is not None and issue.next_due_on < as_of
