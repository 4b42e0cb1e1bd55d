"""
Who is told what: each thing once a day, and never more than `MOST_A_DAY` lines a person and day.

What is over the bound is counted in one line, "more"; the issues themselves stand on the page of
what is mine, so nothing is lost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q

from tuijin.ledger import scope
from tuijin.ledger.models import Place, User
from tuijin.ledger.places_below import parents_of
from tuijin.ledger.roles import ROLES
from tuijin.push import states
from tuijin.push.models import Assignment, Issue, Notice, Slip
from tuijin.push.rungs import RUNGS, up_to

MOST_A_DAY = 20
_OFFICE, _PLACE_LEADER, _CITY_LEADER = "city_coordinator", "place_leader", "city_leader"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to tell one person; `issue_id` None is about several at once."""

    user_id: int
    kind: str
    issue_id: int | None = None
    count: int = 1


def tell(lines: Iterable[Line], *, on: date) -> int:
    """Put lines into inboxes, within the bound; returns how many are new."""
    wanted = list(dict.fromkeys(lines))
    if not wanted:
        return 0
    users = {line.user_id for line in wanted}
    with transaction.atomic():
        _lock(users)
        rows = Notice.objects.filter(user__in=users, on=on)
        said: set[tuple[int, str, int | None]] = set(
            rows.values_list("user_id", "kind", "issue_id")
        )
        counts = Counter(user for user, kind, _ in said if kind != "more")
        fresh, over = [], Counter[int]()
        for line in wanted:
            if (line.user_id, line.kind, line.issue_id) in said:
                continue
            if counts[line.user_id] >= MOST_A_DAY - 1:
                over[line.user_id] += line.count
                continue
            counts[line.user_id] += 1
            said.add((line.user_id, line.kind, line.issue_id))
            fresh.append(Notice(user_id=line.user_id, kind=line.kind, issue_id=line.issue_id,
                                on=on, count=line.count))  # fmt: skip
        Notice.objects.bulk_create(fresh, batch_size=500)
        for user_id, count in over.items():
            row, is_new = Notice.objects.get_or_create(
                user_id=user_id, kind="more", issue=None, on=on, defaults={"count": count}
            )
            if not is_new:
                Notice.objects.filter(pk=row.pk).update(count=F("count") + count, read_on=None)
    return len(fresh)


def _lock(users: set[int]) -> None:
    """Hold the inboxes of all of them, in one order, to the end of the transaction."""
    rows = User.objects.select_for_update().filter(pk__in=users).order_by("pk")
    list(rows.values_list("pk", flat=True))


class Audience:
    """Who is to be told of issues: who answers for them, who dispatches them, and who is above."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        projects = {issue.project_id for issue in issues if issue.project_id}
        with scope.active(scope.system_scope("notices")):  # people are told of what they may see
            rows = Assignment.objects.filter(project__in=projects, ends_on=None, user__isnull=False)
            self._assigned: dict[int, list[tuple[str, int]]] = defaultdict(list)
            for project, kind, user in rows.values_list("project_id", "kind", "user_id"):
                self._assigned[project].append((kind, user))
            places = {issue.place_id for issue in issues}
            of_counties = Place.objects.filter(code__in=places, level=Place.Level.COUNTY)
            self._counties = set(of_counties.values_list("code", flat=True))
        self._accounts = _accounts()
        self._above = parents_of(places)

    def of_unit(self, issue: Issue) -> set[int]:
        found = {user for _, user in self._assigned.get(issue.project_id or 0, ())}
        return found | ({issue.owner_id} if issue.owner_id else set())

    def of_dispatch(self, issue: Issue) -> set[int]:
        return self._of_role(issue, _OFFICE) | self._of_role(issue, _PLACE_LEADER)

    def of_rung(self, issue: Issue, code: str) -> set[int]:
        """Who stands on one rung; the leader of what lies in no county is the city's."""
        rung, assigned = RUNGS[code], self._assigned.get(issue.project_id or 0, ())
        found = {user for kind, user in assigned if kind in rung.assigned}
        for role in rung.roles:
            is_citys = role == _PLACE_LEADER and issue.place_id not in self._counties
            found |= self._of_role(issue, _CITY_LEADER if is_citys else role)
        return found

    def of_slip(self, slip: Slip) -> set[int]:
        """Who has the matter in hand, the office that follows slips, and the rungs up to its."""
        issue, reaches = slip.issue, slip.rule.reaches if slip.rule else ""
        if not reaches:
            return self.of_unit(issue) | self.of_dispatch(issue)
        found = self._of_role(issue, _OFFICE) | ({issue.owner_id} if issue.owner_id else set())
        if issue.state not in states.WITH_UNIT:
            found |= self.of_dispatch(issue)
        for code in up_to(reaches):
            found |= self.of_rung(issue, code)
        return found

    def _of_role(self, issue: Issue, role: str) -> set[int]:
        if ROLES[role].reach == "city":
            return self._accounts.get((role, ""), set())
        found: set[int] = set()
        place: str | None = issue.place_id
        while place:
            found |= self._accounts.get((role, place), set())
            place = self._above.get(place)
        return found


def _accounts() -> dict[tuple[str, str], set[int]]:
    """Accounts that dispatch or lead, by role and place; those of the whole city under ""."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    roles = (_OFFICE, _PLACE_LEADER, _CITY_LEADER)
    users = User.objects.filter(role__in=roles, is_active=True)
    for pk, role, place in users.values_list("pk", "role", "places"):
        found[role, "" if ROLES[role].reach == "city" else place or "-"].add(pk)
    return found


def tell_step(issue: Issue, step_code: str, *, on: date) -> None:
    """Tell those whose turn it is after a step, but not who took it."""
    audience = Audience([issue])
    if issue.state in states.WITH_UNIT or issue.is_over:
        users = audience.of_unit(issue)
    else:
        users = audience.of_dispatch(issue)
    kind = "assigned" if step_code in ("assign", "reassign") else "step"
    users.discard(scope.current().user_id or 0)
    tell((Line(user, kind, issue.pk) for user in sorted(users)), on=on)


def tell_reopened(issue: Issue, *, on: date) -> None:
    audience = Audience([issue])
    users = audience.of_unit(issue) | audience.of_dispatch(issue)
    tell((Line(user, "reopened", issue.pk) for user in sorted(users)), on=on)


def tell_proposed(issues: Sequence[Issue], *, on: date) -> None:
    """One line a dispatcher, however many issues were proposed."""
    audience, counts = Audience(issues), Counter[int]()
    for issue in issues:
        counts.update(audience.of_dispatch(issue))
    tell((Line(user, "proposed", None, count) for user, count in sorted(counts.items())), on=on)


def tell_slips(slips: Sequence[Slip], *, on: date) -> None:
    """Tell of matters taken to a level those whom the level reaches."""
    audience = Audience([slip.issue for slip in slips])
    lines = [
        Line(user, "escalated", slip.issue_id)
        for slip in slips
        for user in sorted(audience.of_slip(slip))
    ]
    tell(lines, on=on)


def tell_at_once(issues: Sequence[Issue], *, on: date) -> None:
    """Tell whom the rule of a light reaches, whatever becomes of the issue."""
    audience = Audience(issues)
    lines = [
        Line(user, "at_once", issue.pk)
        for issue in issues
        if issue.rule and issue.rule.reaches
        for user in sorted(audience.of_rung(issue, issue.rule.reaches))
    ]
    tell(lines, on=on)


def tell_day(issues: Sequence[Issue], *, kind: str, on: date) -> None:
    """Tell of deadlines near or passed: whose hands it is in, and who dispatches it if late."""
    audience, lines = Audience(issues), []
    for issue in issues:
        users = audience.of_unit(issue)
        if kind != "due" or issue.state not in states.WITH_UNIT:
            users |= audience.of_dispatch(issue)
        lines += [Line(user, kind, issue.pk) for user in sorted(users)]
    tell(lines, on=on)


def inbox(user_id: int | None, *, limit: int = 100) -> list[Notice]:
    """The newest lines; an issue the reader may not see any more is left out."""
    rows = Notice.objects.filter(user=user_id).select_related("issue__project__place")
    seen = Q(issue=None) | Q(issue__in=Issue.objects.values("pk"))
    return list(rows.filter(seen)[:limit])


def mark_read(user_id: int | None, *, on: date) -> None:
    Notice.objects.filter(user=user_id, read_on=None).update(read_on=on)
