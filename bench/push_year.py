"""
A simulated year of pushing, through the public API, with the clock in the simulation's hand.

    python -m bench push_year [--projects 650] [--officers 60] [--days 365] [--seed 7]

Officers raise issues and work on them, a dispatcher assigns, rules on disputes and lets clocks
stand, county leaders inspect, send back and close; nodes run past their limits and propose issues.
Then: no issue is lost (the API lists each that was raised or proposed, and each open one waits for
somebody); every deadline and every level is that of a walk day by day, written apart; nobody got
more notices on a day than the bound.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

COUNTIES = ("150202", "150203", "150204", "150221", "150222")
FIRST = date(2025, 1, 1)
ISSUES_A_YEAR = 2  # raised by people, of each project
LEVELS = ((1, 1), (2, 3), (3, 5), (4, 10))  # level, working days late


@dataclass
class Known:
    """What the simulation itself knows of an issue; deadlines are walked from this alone."""

    id: int
    project: int
    officer: str
    county: str
    opened: date
    state: str = "raised"
    severity: str = "ordinary"
    assigned: date | None = None
    reported: date | None = None
    pauses: list[tuple[date, date | None]] = field(default_factory=list)
    level: int = 0


@dataclass
class Outcome:
    issues: int = 0
    closed: int = 0
    requests: int = 0
    clocks: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    most_notices: int = 0
    slips: int = 0
    visits: int = 0
    wrong: list[str] = field(default_factory=list)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.push_year", description=__doc__)
    parser.add_argument("--projects", type=int, default=650)
    parser.add_argument("--officers", type=int, default=60)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tuijin-bench-") as home:
        os.environ["TUIJIN_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "tuijin.site.settings"
        import django

        django.setup()
        from django.conf import settings

        from tuijin.cli import first_start

        settings.ALLOWED_HOSTS = ["testserver"]
        first_start.prepare(with_example=False, say=print)
        start = time.perf_counter()
        outcome = simulate(args.projects, args.officers, days=args.days, seed=args.seed, say=print)
        print(f"{args.projects} projects, {args.officers} officers, {args.days} days, "
              f"{time.perf_counter() - start:.0f} s")  # fmt: skip
    for name in ("issues", "closed", "requests", "clocks", "slips", "visits", "most_notices"):
        print(f"{name:14}{getattr(outcome, name):>9,}")
    print("steps         ", dict(outcome.steps))
    print("\n".join(outcome.wrong[:20]) or "no issue lost, every clock right, notices bounded")
    raise SystemExit(1 if outcome.wrong else 0)


def simulate(
    n_projects: int, n_officers: int, *, days: int, seed: int, issues_a_year: int = ISSUES_A_YEAR,
    say: Any = None,
) -> Outcome:  # fmt: skip
    """Run the year on the database in use, whose places and rules are there."""
    from tuijin.push import daily, local_day
    from tuijin.site import rates

    allowed = rates.PER_USER
    rates.PER_USER = 10**9
    try:
        year = Year(n_projects, n_officers, seed=seed, issues_a_year=issues_a_year)
        for number in range(days):
            day = FIRST + timedelta(days=number)
            with local_day.pretend(day):
                daily.go_through(on=day)
                year.live(day)
            if say and day.day == 1:
                say(f"{day}: {len(year.known)} issues, {len(year.outcome.wrong)} wrong", flush=True)
        with local_day.pretend(FIRST + timedelta(days=days - 1)):
            year.settle()
        return year.outcome
    finally:
        rates.PER_USER = allowed


class Year:
    """The people, what they know, and what was found wrong."""

    def __init__(self, n_projects: int, n_officers: int, *, seed: int, issues_a_year: int) -> None:
        self.issues_a_year = issues_a_year
        self.rng = random.Random(seed)
        self.outcome = Outcome()
        self.known: dict[int, Known] = {}
        self.clients: dict[str, Any] = {}
        self._populate(n_projects, n_officers)

    def _populate(self, n_projects: int, n_officers: int) -> None:
        from django.test import Client

        from tuijin.ledger import records, scope
        from tuijin.ledger.models import Evidence, Node, Place, Project, User

        officers = [f"officer{n}" for n in range(n_officers)]
        with scope.active(scope.system_scope("bench")):
            projects = [
                Project(key=f"synthetic:{n}", name=f"合成项目{n}", is_synthetic=True,
                        place_id=COUNTIES[n % len(COUNTIES)], stage="building")
                for n in range(n_projects)
            ]  # fmt: skip
            records.save_new(projects)
            records.save_new([
                Evidence(key=f"proof:{n}", project=p, kind="document", title="办结材料")
                for n, p in enumerate(projects)
            ])  # fmt: skip
            records.save_new([
                Node(
                    project=p, node="start", due_on=FIRST + timedelta(days=self.rng.randrange(400))
                )
                for p in self.rng.sample(projects, n_projects // 3)
            ])  # fmt: skip
            people = [("dispatcher", "city_coordinator", ("150200",))]
            people += [(f"county{code}", "place_leader", (code,)) for code in COUNTIES]
            people += [(name, "place_officer", ()) for name in officers]
            for name, role, places in people:
                user = User.objects.create(username=name, display_name=name, role=role)
                user.places.add(*Place.objects.filter(code__in=places))
                if role == "place_officer":
                    number = int(name.removeprefix("officer"))
                    user.projects.add(*projects[number::n_officers])
                self.clients[name] = Client()
                self.clients[name].force_login(user)
        self.projects = {p.pk: (p.key, n, officers[n % n_officers], p.place_id)
                         for n, p in enumerate(projects)}  # fmt: skip
        for key, _, officer, _ in self.projects.values():
            self.ask("dispatcher", "/assignments", project=key, kind="officer", holder=officer,
                     user=officer, starts_on=FIRST.isoformat())  # fmt: skip

    def ask(self, who: str, path: str, etag: str = "", **body: Any) -> Any:
        """Post to the API as somebody; whatever is refused is wrong."""
        self.outcome.requests += 1
        answer = self.clients[who].generic(
            "POST", f"/api/v1{path}", json.dumps(body), "application/json",
            headers={"If-Match": etag} if etag else {},
        )  # fmt: skip
        if answer.status_code not in (200, 201):
            self.outcome.wrong.append(f"{who} {path}: {answer.status_code} {answer.content!r}")
        return answer.json()

    def read(self, who: str, path: str) -> Any:
        self.outcome.requests += 1
        return self.clients[who].get(f"/api/v1{path}").json()

    def live(self, day: date) -> None:
        """One day of everybody."""
        self._take_over_proposed(day)
        self._expect_levels(day)
        rate = len(self.projects) * self.issues_a_year / 365
        for _ in range(int(rate) + (self.rng.random() < rate % 1)):
            self._raise(day)
        for one in list(self.known.values()):
            if one.state not in ("closed", "dropped"):
                self._act(one, day)
        for _ in range(self.rng.randrange(3)):
            self._visit(day)

    def _raise(self, day: date) -> None:
        pk = self.rng.choice(list(self.projects))
        key, _, officer, _ = self.projects[pk]
        row = self.ask(officer, "/issues", title=f"事项{len(self.known)}", project=key,
                       category=self.rng.choice(["funds", "energy", "labour"]))  # fmt: skip
        self._meet(row, pk, day)

    def _meet(self, row: Any, pk: int, day: date) -> None:
        _, _, officer, county = self.projects[pk]
        self.known[row["id"]] = Known(row["id"], pk, officer, county, day)
        self.check(self.known[row["id"]], row)

    def _take_over_proposed(self, day: date) -> None:
        keys = {key: pk for pk, (key, *_) in self.projects.items()}
        after = ""
        while True:
            page = self.read("dispatcher", f"/issues?state=raised&size=200&after={after}")
            for row in page["items"]:
                if row["id"] not in self.known:
                    self._meet(row, keys[row["project"]], day)
            after = page["next"]
            if not after:
                return

    def _visit(self, day: date) -> None:
        key, _, officer, _ = self.projects[self.rng.choice(list(self.projects))]
        self.ask(officer, "/visits", project=key, visited_on=day.isoformat(), where="现场",
                 record=f"{day}走访")  # fmt: skip
        self.outcome.visits += 1

    def _act(self, one: Known, day: date) -> None:
        """Somebody may or may not do something about an issue today."""
        step = self._choose(one)
        if step is None:
            return
        who, code, body = step
        row = self.read(who, f"/issues/{one.id}")
        row = self.ask(who, f"/issues/{one.id}/{code}", etag=row["etag"], **body)
        if "state" not in row:
            return
        self.outcome.steps[code] += 1
        if code == "pause":
            one.pauses.append((day, None))
        elif code == "resume":
            one.pauses[-1] = (one.pauses[-1][0], day)
        elif code in ("assign", "reassign"):
            one.assigned, one.severity = day, body.get("severity", one.severity)
        elif code == "report":
            one.reported = day
        elif code == "return":
            one.reported = None
        one.state = row["state"]
        if code == "close" and one.state == "working":  # what raised it still failed
            one.assigned, one.reported = day, None
            self.outcome.steps["reopen"] += 1
        self.check(one, row)

    def _choose(self, one: Known) -> tuple[str, str, dict[str, Any]] | None:
        chance, county = self.rng.random(), f"county{one.county}"
        is_paused = bool(one.pauses) and one.pauses[-1][1] is None
        if is_paused:
            return ("dispatcher", "resume", {}) if chance < 0.15 else None
        if one.assigned and one.state not in ("reported", "inspected") and chance < 0.01:
            return "dispatcher", "pause", {"reason": "等待上级批复"}
        unit = {"owner_unit": "责任单位", "owner": one.officer, "note": "交办"}
        proof = f"proof:{self.projects[one.project][1]}"
        choices: dict[str, list[tuple[float, str, str, dict[str, Any]]]] = {
            "raised": [(0.6, "dispatcher", "assign", {
                **unit, "severity": self.rng.choice(["ordinary", "ordinary", "major"])})],
            "assigned": [(0.05, one.officer, "dispute", {"note": "不属本单位"}),
                         (0.5, one.officer, "accept", {})],
            "disputed": [(0.3, "dispatcher", "uphold", {"note": "职责明确"}),
                         (0.6, "dispatcher", "reassign", unit)],
            "accepted": [(0.5, one.officer, "work", {"note": "在办"})],
            "working": [(0.15, one.officer, "report", {"note": "已办", "evidence": proof})],
            "reported": [(0.1, county, "return", {"note": "不实"}),
                         (0.6, county, "inspect", {"note": "属实"})],
            "inspected": [(0.7, county, "close", {})],
        }  # fmt: skip
        for below, who, code, body in choices[one.state]:
            if chance < below:
                return who, code, body
        return None

    def check(self, one: Known, row: Any) -> None:
        """Compare the answer's deadlines with a walk day by day."""
        self.outcome.clocks += 1
        wanted = next_due(one)
        found = row["next_due_on"]
        if found != (wanted.isoformat() if wanted else None):
            self.outcome.wrong.append(f"issue {one.id} {one.state}: due {found}, walked {wanted}")

    def _expect_levels(self, day: date) -> None:
        for one in self.known.values():
            if one.state in ("closed", "dropped"):
                continue
            due = next_due(one)
            late = late_days(due, day, one.pauses) if due else 0
            for level, after in LEVELS:
                if late >= after and level > one.level:
                    one.level = level  # one level a day
                    break

    def settle(self) -> None:
        """Nothing is lost, every level is right, and nobody was flooded."""
        from django.db.models import Count

        from tuijin.ledger import scope
        from tuijin.push.models import Notice, Slip

        wrong, found, after = self.outcome.wrong, {}, ""
        while True:
            page = self.read("dispatcher", f"/issues?size=200&after={after}")
            found.update({row["id"]: row for row in page["items"]})
            after = page["next"]
            if not after:
                break
        if set(found) != set(self.known):
            wrong.append(f"lost or unknown: {sorted(set(found) ^ set(self.known))[:10]}")
        for pk, one in self.known.items():
            row = found.get(pk, {})
            if (row.get("state"), row.get("level")) != (one.state, one.level):
                wrong.append(f"issue {pk}: {row.get('state')} level {row.get('level')}, "
                             f"known {one.state} level {one.level}")  # fmt: skip
            is_open = one.state not in ("closed", "dropped")
            is_paused = bool(one.pauses) and one.pauses[-1][1] is None
            if is_open and not is_paused and row.get("next_due_on") is None:
                wrong.append(f"issue {pk} is open and waits for nothing")
        self.outcome.issues = len(found)
        self.outcome.closed = sum(one.state == "closed" for one in self.known.values())
        counts = Notice.objects.order_by().values("user", "on").annotate(n=Count("id"))
        self.outcome.most_notices = max((row["n"] for row in counts), default=0)
        if self.outcome.most_notices > 20:
            wrong.append(f"{self.outcome.most_notices} notices to one person on one day")
        with scope.active(scope.system_scope("bench")):
            numbers = list(Slip.objects.order_by("year", "number").values_list("number", flat=True))
        self.outcome.slips = len(numbers)
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append("slip numbers have a gap")


def next_due(one: Known) -> date | None:
    """The deadline of the step waited for, by a walk day by day."""
    from chinese_calendar import is_workday

    from tests.push.slow_clock import walk

    def end(start: date, amount: int, unit: str) -> date | None:
        return walk(start, amount, unit, is_workday, one.pauses)

    if one.state in ("closed", "dropped") or any(b is None for _, b in one.pauses):
        return None
    if one.state == "raised":
        return end(one.opened, 0, "workday")
    if one.state in ("reported", "inspected"):
        assert one.reported
        return end(one.reported, 3, "workday")
    assert one.assigned
    is_major = one.severity == "major"
    solved = end(one.assigned, 1, "month") if is_major else end(one.assigned, 7, "workday")
    if one.state == "working":
        return solved
    feedback = end(one.assigned, 3, "workday")
    return min(feedback, solved) if feedback and solved else None


def late_days(due: date, day: date, pauses: list[tuple[date, date | None]]) -> int:
    from chinese_calendar import is_workday

    count = 0
    while due < day:
        due += timedelta(days=1)
        stood = any(a <= due and (b is None or due < b) for a, b in pauses)
        count += is_workday(due) and not stood
    return count


if __name__ == "__main__":
    main()
