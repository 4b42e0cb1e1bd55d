"""
What the rest of the house proposes: a light, a claim, a node that fails proposes its issue once.

A signal is kept while something fails, so that it is proposed again only after it has passed, or
when it has grown worse. All of it is read in bulk, once a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction

from tuijin.ledger import node_limits, records
from tuijin.ledger.models import Node, NodeRule, Project
from tuijin.push import states
from tuijin.push.deadlines import Limits
from tuijin.push.issues import build_issue
from tuijin.push.models import ClockRule, Issue, Signal
from tuijin.see import judging
from tuijin.see.models import LightReading
from tuijin.verify.models import RULINGS, Claim
from tuijin.verify.verdicts import headline

_LIGHT_WORDS = {"yellow": "亮黄灯", "yellow_again": "连续亮黄灯", "red": "亮红灯"}
_CLAIM_WORDS = {"short": "承诺未达", "stale": "承诺待重验"}
_RULINGS = dict(RULINGS)
_WORSE = ("stale", "late", "yellow", "yellow_again", "short", "red")
_PART = 2000  # of one database query

Figures = tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """Something that fails: where, how, and with which figures once it is proposed."""

    origin: str
    cause: str
    project_id: int
    place_id: str
    title: str
    figures: Figures = ()


def refresh(*, on: date) -> list[Issue]:
    """Propose what fails newly or worse, forget what has passed; returns the new issues."""
    known = dict(Signal.objects.values_list("origin", "cause"))
    failing = {found.origin: found for found in _failing(on=on)}
    with transaction.atomic():
        _forget(set(known) - set(failing))
        fresh = [one for one in failing.values() if one.origin not in known]
        other = [one for one in failing.values() if known.get(one.origin, one.cause) != one.cause]
        worse = [one for one in other if _is_worse(one.cause, known[one.origin])]
        Signal.objects.bulk_create(
            [Signal(origin=one.origin, cause=one.cause, since_on=on) for one in fresh],
            batch_size=500, ignore_conflicts=True,
        )  # fmt: skip
        for one in other:
            Signal.objects.filter(origin=one.origin).update(cause=one.cause)
        return _propose([*fresh, *worse], on=on)


def _is_worse(cause: str, before: str) -> bool:
    return _WORSE.index(cause) > _WORSE.index(before)


def _forget(origins: set[str]) -> None:
    for part in _parts(sorted(origins)):
        Signal.objects.filter(origin__in=part).delete()


def _propose(failing: Sequence[Failing], *, on: date) -> list[Issue]:
    """Open issues; one that is open already takes the worse cause and its figures over."""
    open_issues = _open_of([one.origin for one in failing])
    rules, limits = _light_rules(), Limits()
    fresh = []
    for one in failing:
        one = _with_figures(one, on=on)
        rule = _rule_of(one, rules)
        issue = open_issues.get(one.origin)
        if issue is not None:
            changes = {"cause": one.cause, "title": one.title, "rule_id": rule and rule.pk,
                       "figures": [list(f) for f in one.figures]}  # fmt: skip
            records.change(Issue, {issue.pk: changes}, action="worsen")
            continue
        fresh.append(
            build_issue(
                one.title, place_id=one.place_id, project_id=one.project_id, on=on,
                origin=one.origin, cause=one.cause, figures=one.figures, rule=rule, limits=limits,
            )
        )  # fmt: skip
    records.save_new(fresh, action="propose")
    return fresh


def _open_of(origins: Sequence[str]) -> dict[str, Issue]:
    found = {}
    for part in _parts(sorted(origins)):
        rows = Issue.objects.filter(origin__in=part, state__in=states.OPEN)
        found.update({issue.origin: issue for issue in rows})
    return found


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start : start + _PART] for start in range(0, len(items), _PART))


def _failing(*, on: date) -> Iterator[Failing]:
    yield from failing_lights(on=on)
    yield from failing_claims()
    yield from late_nodes(on=on)


def failing_lights(*, on: date, project_id: int | None = None) -> Iterator[Failing]:
    """Projects with a yellow or red light."""
    last_month = (on.replace(day=1) - timedelta(days=1)).replace(day=1)
    readings = LightReading.objects.filter(month=last_month)
    again = set(readings.values_list("project_id", flat=True))
    rows = Project.objects.filter(light__in=("yellow", "red"), status="active")
    if project_id is not None:
        rows = rows.filter(pk=project_id)
    for pk, place, name, light in rows.values_list("pk", "place_id", "name", "light"):
        cause = "yellow_again" if light == "yellow" and pk in again else light
        yield Failing(f"light:{pk}", cause, pk, place, f"{name}：{_LIGHT_WORDS[cause]}"[:500])


def failing_claims(claim_id: int | None = None) -> Iterator[Failing]:
    """Claims that fall short, and those whose verdict no longer follows from the record."""
    rows = Claim.objects.filter(project__status="active")
    rows = rows.filter(ruling="FALLS SHORT") | rows.filter(is_stale=True)
    if claim_id is not None:
        rows = rows.filter(pk=claim_id)
    columns = ("pk", "project_id", "project__place_id", "project__name", "title", "ruling")
    for pk, project, place, name, title, ruling in rows.values_list(*columns):
        cause = "short" if ruling == "FALLS SHORT" else "stale"
        text = f"{name}：{_CLAIM_WORDS[cause]}：{title}"
        yield Failing(f"claim:{pk}", cause, project, place, text[:500])


def late_nodes(
    *, on: date, project_id: int | None = None, node: str | None = None
) -> Iterator[Failing]:
    """Nodes past their limit without a recorded good reason."""
    rows = Node.objects.filter(reason="", project__status="active")
    if node is not None:
        rows = rows.filter(project=project_id, node=node)
    names = dict(NodeRule.objects.values_list("code", "name"))
    for found, due_on, counted in node_limits.late(rows, on=on):
        project = found.project
        text = f"{project.name}：节点逾期：{names.get(found.node, found.node)}"
        figures: Figures = (("节点时限", "Limit of the node", due_on.isoformat(), "I"),)
        if counted is not None:
            since = f"{counted.start_name[0]} {counted.since_on.isoformat()}"
            figures += (("按规则计算，起算日", "Counted by rule, from", since, "I"),)
        yield Failing(
            f"node:{project.pk}:{found.node}", "late", project.pk, project.place_id, text[:500],
            figures,
        )  # fmt: skip


def _light_rules() -> dict[tuple[str, str], ClockRule]:
    rows = ClockRule.objects.filter(trigger__in=_LIGHT_WORDS).select_related("rulebook")
    return {(rule.rulebook.code, rule.trigger): rule for rule in rows}


def _rule_of(one: Failing, rules: dict[tuple[str, str], ClockRule]) -> ClockRule | None:
    """What the rulebook of the place asks for on such a light."""
    if not one.origin.startswith("light:"):
        return None
    book = judging.rulebook_of(one.place_id)
    fallback = rules.get((book, "yellow")) if one.cause == "yellow_again" else None
    return rules.get((book, one.cause), fallback)


def _with_figures(one: Failing, *, on: date) -> Failing:
    kind, _, key = one.origin.partition(":")
    if kind == "light":
        return replace(one, figures=_light_figures(int(key), on=on))
    if kind == "claim":
        return replace(one, figures=_claim_figures(int(key)))
    return one


def _light_figures(project_id: int, *, on: date) -> Figures:
    found = judging.explain(Project.objects.get(pk=project_id), as_of=on)
    if found.rule is None:
        return ()
    figures: Figures = (("亮灯规则", "Rule of the light", found.rule.name, "I"),)
    if found.value is not None:  # drawn from figures of plan and progress
        figures += (("实测", "Measured", f"{found.value:.4g} {found.rule.measure}", "C"),)
    return figures


def _claim_figures(claim_id: int) -> Figures:
    claim = Claim.objects.get(pk=claim_id)
    figures: Figures = (("承诺", "Claim", claim.quote[:300], "I"),)
    speaking = headline(claim.verdicts.filter(is_current=True).select_related("binding"))
    if speaking is None:
        return figures
    figures += (("结论", "Verdict", f"{_RULINGS[speaking.ruling]} {speaking.ruling}", "I"),)
    value = speaking.on.isoformat() if speaking.on else speaking.value
    if value is not None:
        shown = value if isinstance(value, str) else f"{value:.6g}"
        figures += (
            (
                "实测",
                "Measured",
                shown,
                "I" if speaking.field_class == "P" else speaking.field_class,
            ),
        )
    return figures
