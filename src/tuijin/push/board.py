"""What the pages of this room are drawn from: mine, the board, the calendar, the ranking, today."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from tuijin.ledger import corrections, scope
from tuijin.ledger.models import Place
from tuijin.ledger.places_below import codes
from tuijin.push import states
from tuijin.push.models import Assignment, Issue, Slip
from tuijin.push.officers import Load, loads, unit_names
from tuijin.push.rungs import of_role
from tuijin.see import overview
from tuijin.verify import summaries
from tuijin.verify.showing import Row

MOST_SHOWN = 100
MOST_TODAY = 10
DAYS_AHEAD = 7


def shown() -> QuerySet[Issue]:
    return Issue.objects.select_related("project", "place", "owner", "rule")


def open_issues() -> QuerySet[Issue]:
    """Open issues, what is late first; those whose clock stands come last."""
    rows = shown().filter(state__in=states.OPEN)
    return rows.order_by(F("next_due_on").asc(nulls_last=True), "pk")


def my_issues(*, limit: int = MOST_SHOWN) -> list[Issue]:
    """
    Issues in the unit's hands: addressed to the reader or the reader's unit, or about projects they
    answer for; a department only has what is addressed to it.
    """
    return list(open_issues().filter(_mine())[:limit])


def waiting_for_dispatch(*, limit: int = MOST_SHOWN) -> list[Issue]:
    """Issues in the reader's own scope whose next step is one of those that the reader may take."""
    return list(open_issues().filter(_to_dispatch())[:limit])


def waiting_for_reader() -> QuerySet[Issue]:
    """All that waits for the reader: to be worked on, or to be dispatched."""
    return open_issues().filter(_mine() | _to_dispatch())


def _mine() -> Q:
    who = scope.current()
    mine = Q(owner=who.user_id) | Q(owner=None, owner_unit__in=unit_names(who.user_id))
    if who.role.code != "city_department":
        assigned = Assignment.objects.filter(user=who.user_id, ends_on=None).values("project_id")
        mine |= Q(project__in=assigned)
    if who.role.reach == "projects":
        mine |= Q(project__in=who.projects)
    return mine & Q(state__in=states.WITH_UNIT)


def _to_dispatch() -> Q:
    who = scope.current()
    steps = [step for step in states.STEPS.values() if step.is_main and who.may(step.action)]
    waits = {state for step in steps for state in step.comes_from} - set(states.WITH_UNIT)
    return Q(state__in=waits) & _own()


def _own() -> Q:
    """Issues of the reader's own scope."""
    who = scope.current()
    if who.everywhere:
        return Q()
    return Q(place__in=who.places) | Q(project__in=who.projects)


@dataclass(frozen=True, slots=True)
class Column:
    """A state of the board with its count, how many are late, and the first of them."""

    state: str
    count: int
    late_count: int
    issues: list[Issue]


@dataclass(frozen=True, slots=True)
class Filter:
    place: str = ""
    category: str = ""
    text: str = ""
    late: bool = False

    def apply(self, rows: QuerySet[Issue], *, as_of: date) -> QuerySet[Issue]:
        if self.place:
            rows = rows.filter(place__in=codes({self.place}))
        if self.category:
            rows = rows.filter(category=self.category)
        if self.text:
            found = Q(title__icontains=self.text) | Q(owner_unit__icontains=self.text)
            rows = rows.filter(found)
        if self.late:
            rows = rows.filter(next_due_on__lt=as_of)
        return rows


def read_board(wanted: Filter, *, as_of: date, each: int = 12) -> list[Column]:
    """Every open state, whether anything is in it or not."""
    rows = wanted.apply(open_issues(), as_of=as_of)
    counted = rows.order_by().values("state").annotate(
        count=Count("id"), late=Count("id", filter=Q(next_due_on__lt=as_of))
    )  # fmt: skip
    counts = {row["state"]: (row["count"], row["late"]) for row in counted}
    return [
        Column(
            state, *counts.get(state, (0, 0)),
            list(rows.filter(state=state)[:each]) if state in counts else [],
        )
        for state in states.OPEN
    ]  # fmt: skip


def read_calendar(wanted: Filter, *, as_of: date, weeks: int = 6) -> list[tuple[date, list[Any]]]:
    """Weeks from this one on, each with its seven days and what is due on them."""
    monday = as_of - timedelta(days=as_of.weekday())
    end = monday + timedelta(weeks=weeks)
    rows = wanted.apply(open_issues(), as_of=as_of)
    due = defaultdict(list)
    for issue in rows.filter(next_due_on__gte=monday, next_due_on__lt=end)[:1000]:
        due[issue.next_due_on].append(issue)
    found = []
    for number in range(weeks):
        start = monday + timedelta(weeks=number)
        days = [start + timedelta(days=n) for n in range(7)]
        found.append((start, [(day, due.get(day, [])) for day in days]))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in the ranking; `ratio` is on time ÷ (on time + late), None without any."""

    rank: int
    place: Place
    on_time: int
    done_late: int
    open_late: int
    ratio: float | None


def rank_places(*, since: date, as_of: date) -> list[Standing]:
    """
    Rank places by the share done on time; equal shares share a rank.

    Done is 反馈 accepted by 销号. What is past its date and not done counts as late.
    """
    rows = Issue.objects.filter(opened_on__gte=since, opened_on__lte=as_of, due_on__isnull=False)
    closed = Q(state=states.CLOSED)
    counted = rows.order_by().values("place_id").annotate(
        on_time=Count("id", filter=closed & Q(reported_on__lte=F("due_on"))),
        done_late=Count("id", filter=closed & Q(reported_on__gt=F("due_on"))),
        open_late=Count("id", filter=Q(state__in=states.OPEN, due_on__lt=as_of)),
    )  # fmt: skip
    places = Place.objects.in_bulk([row["place_id"] for row in counted])
    found = []
    for row in counted:
        total = row["on_time"] + row["done_late"] + row["open_late"]
        ratio = row["on_time"] / total if total else None
        found.append((ratio, row))
    found.sort(key=lambda pair: (pair[0] is None, -(pair[0] or 0), pair[1]["place_id"]))
    ratios = [-1.0 if ratio is None else ratio for ratio, _ in found]
    return [
        Standing(
            1 + sum(other > ratios[at] for other in ratios),
            places[row["place_id"]], row["on_time"], row["done_late"], row["open_late"], ratio,
        )
        for at, (ratio, row) in enumerate(found)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Today:
    """
    What needs a reader today, of their own scope.

    `late_nodes` and `short` are the first of `late_nodes_count` projects and `short_count` claims;
    `short_count` is None for who may not read claims. `due` are issues due within `DAYS_AHEAD`.
    """

    reached: list[Issue]
    escalated: list[Issue]
    late_count: int
    due: list[Issue]
    waiting: list[Issue]
    corrections_count: int
    late_nodes: list[dict[str, Any]]
    late_nodes_count: int
    short: list[Row]
    short_count: int | None
    unsigned: list[Slip]
    own: list[Issue]
    neglected: list[Load]


def read_today(*, as_of: date) -> Today:
    """
    What was laid before the reader, the highest level first, and what else needs them.

    Each list holds the most urgent few; the counts are of all.
    """
    rows = open_issues().filter(_own())
    reached = list(rows.filter(_reached()).order_by("-level", "next_due_on")[:20])
    escalated = rows.filter(level__gt=0, next_due_on__lt=as_of).order_by("-level", "next_due_on")
    escalated = escalated.exclude(pk__in=[issue.pk for issue in reached])
    unsigned = Slip.objects.filter(received_on=None, issue__state__in=states.OPEN)
    who = scope.current()
    assigned = Assignment.objects.filter(user=who.user_id, ends_on=None).values("project_id")
    near = rows.filter(next_due_on__gte=as_of, next_due_on__lte=as_of + timedelta(DAYS_AHEAD))
    claims = overview.sum_up(overview.load_cells(overview.home_places())).claims_short_count
    places = who.places if who.role.reach == "places" else ()
    return Today(
        reached=reached,
        escalated=list(escalated[:20]),
        late_count=rows.filter(next_due_on__lt=as_of).count(),
        due=list(near[:MOST_TODAY]),
        waiting=waiting_for_dispatch(limit=5),
        corrections_count=corrections.to_decide().count(),
        late_nodes=overview.overdue(as_of=as_of, limit=MOST_TODAY),
        late_nodes_count=overview.overdue_count(as_of=as_of),
        short=summaries.list_short(places, limit=5) if claims else [],
        short_count=claims,
        unsigned=list(unsigned.select_related("issue").order_by("issued_on")[:10]),
        own=list(rows.filter(project__in=assigned)[:20]),
        neglected=[load for load in loads(as_of=as_of) if load.neglected][:10],
    )


def _reached() -> Q:
    """Issues laid before the reader: by a slip of a level, or by a light told on the same day."""
    who = scope.current()
    leading = Assignment.objects.filter(user=who.user_id, kind="leader", ends_on=None)
    found = _laid_before(["project_leader"]) & Q(project__in=leading.values("project_id"))
    if who.everywhere:
        found |= _laid_before(of_role(who.role.code))
        if who.role.code == "city_leader":  # who leads what lies in no county
            found |= _laid_before(of_role("place_leader")) & ~Q(place__level=Place.Level.COUNTY)
    else:
        found |= _laid_before(of_role(who.role.code)) & Q(place__in=who.places)
    return found


def _laid_before(rungs: list[str]) -> Q:
    slips = Slip.objects.filter(rule__reaches__in=rungs).values("issue")
    return Q(pk__in=slips) | Q(rule__reaches__in=rungs, rule__amount=0)
