"""Keep what should be looked at again: found anew each day, shown with its figures, not judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from tuijin.ledger import scope
from tuijin.push import flag_finders, issues
from tuijin.push.models import Flag, FlagRule, Issue
from tuijin.see.language import either

_PART = 2000


def refresh(*, on: date) -> int:
    """
    Find everything anew: what is there stays since its day, what is no longer so goes.

    Returns
    -------
    Number of flags.
    """
    rules = {rule.code: rule for rule in FlagRule.objects.filter(is_used=True)}
    thresholds = {code: rule.threshold for code, rule in rules.items()}
    with scope.active(scope.system_scope("flags")), transaction.atomic():
        found = {
            (rules[one.rule].pk, one.project_id, one.subject): one
            for one in flag_finders.find_all(thresholds)
        }
        known = {(flag.rule_id, flag.project_id, flag.subject): flag for flag in Flag.objects.all()}
        _delete([known[key].pk for key in known.keys() - found.keys()])
        changed = []
        for key in known.keys() & found.keys():
            facts = [list(fact) for fact in found[key].facts]
            if known[key].facts != facts:
                known[key].facts = facts
                changed.append(known[key])
        Flag.objects.bulk_update(changed, ["facts"], batch_size=500)
        fresh = [
            Flag(rule_id=rule, project_id=project, subject=subject, since_on=on,
                 facts=[list(fact) for fact in found[rule, project, subject].facts])
            for rule, project, subject in found.keys() - known.keys()
        ]  # fmt: skip
        Flag.objects.bulk_create(sorted(fresh, key=lambda f: (f.project_id, f.rule_id)), 500)
    return len(found)


def _delete(pks: Sequence[int]) -> None:
    for start in range(0, len(pks), _PART):
        Flag.objects.filter(pk__in=pks[start : start + _PART]).delete()


def own(*, rule: str = "") -> QuerySet[Flag]:
    """Flags of the reader's own projects; of others they are not shown, whatever the role reads."""
    who, rows = scope.current(), Flag.objects.select_related("rule", "rule__source", "project")
    if not who.everywhere:
        by_place = who.role.reach == "places"
        rows = rows.filter(
            **({"project__place__in": who.places} if by_place else {"project__in": who.projects})
        )
    return rows.filter(rule__code=rule) if rule else rows


def shown_facts(flag: Flag) -> list[tuple[str, str, str]]:
    """Name, value and address of each fact that the reader may see."""
    project = flag.project
    who = scope.current()
    classes = who.classes_for(place_id=project.place_id, project_id=project.pk)
    if "P" in who.role.others:
        classes += flag_finders.OTHER
    return [
        (either(zh, en), value, address)
        for zh, en, value, kind, address in flag.facts
        if kind in classes
    ]


def propose(flag: Flag, *, on: date) -> Issue:
    """
    Open the issue of checking it.

    Raises
    ------
    NotAllowed
        If the project is not one's own to raise issues about.
    Conflict
        If its issue is open already.
    """
    project = flag.project
    scope.current().require("raise", place_id=project.place_id, project_id=project.pk)
    figures = [
        (zh, en, value, "C" if kind == flag_finders.OTHER else kind)
        for zh, en, value, kind, _address in flag.facts
    ]
    return issues.open_issue(
        f"{project.name}：请核对：{flag.rule.name}"[:500], place_id=project.place_id,
        project_id=project.pk, on=on, origin=f"flag:{flag.pk}", cause=flag.rule.code,
        figures=figures,
    )  # fmt: skip
