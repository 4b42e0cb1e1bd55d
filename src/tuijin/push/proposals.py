"""
What fails in the rest of the house proposes its issue once.

A signal is kept while something fails, so that it is proposed again only after it has passed, or
when it has grown worse. All of it is read and written in bulk, once a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction

from tuijin.ledger import records
from tuijin.ledger.chunks import chunks
from tuijin.push import failing, states
from tuijin.push.deadlines import Limits
from tuijin.push.failing import LIGHT_WORDS, WORSE, Failing, Figures
from tuijin.push.issues import build_issue
from tuijin.push.models import ClockRule, Issue, Signal
from tuijin.see import judging, measures
from tuijin.verify import wording
from tuijin.verify.models import RULINGS, Claim, Verdict
from tuijin.verify.verdicts import headline

_RULINGS = dict(RULINGS)


def refresh(*, on: date) -> list[Issue]:
    """Propose what fails newly or worse, forget what has passed; returns the new issues."""
    known = {signal.origin: signal for signal in Signal.objects.all()}
    found = {one.origin: one for one in failing.find_all(on=on)}
    with transaction.atomic():
        _forget(known.keys() - found.keys())
        fresh = [one for one in found.values() if one.origin not in known]
        other = [one for one in found.values()
                 if one.origin in known and known[one.origin].cause != one.cause]  # fmt: skip
        worse = [one for one in other if _is_worse(one.cause, known[one.origin].cause)]
        Signal.objects.bulk_create(
            [Signal(origin=one.origin, cause=one.cause, since_on=on) for one in fresh],
            batch_size=500, ignore_conflicts=True,
        )  # fmt: skip
        for one in other:
            known[one.origin].cause = one.cause
        changed = [known[one.origin] for one in other]
        Signal.objects.bulk_update(changed, ["cause"], batch_size=500)
        return _propose([*fresh, *worse], on=on)


def _is_worse(cause: str, before: str) -> bool:
    return WORSE.index(cause) > WORSE.index(before)


def _forget(origins: set[str]) -> None:
    for part in chunks(sorted(origins)):
        Signal.objects.filter(origin__in=part).delete()


def _propose(found: Sequence[Failing], *, on: date) -> list[Issue]:
    """Open issues; one that is open already takes the worse cause and its figures over."""
    open_issues = _open_of([one.origin for one in found])
    rules, limits = _rules_of(found), Limits()
    fresh, worsened = [], {}
    for one in _with_figures(found, on=on):
        rule = rules.get(one.origin)
        if one.origin in open_issues:
            worsened[open_issues[one.origin]] = {
                "cause": one.cause, "title": one.title, "rule_id": rule and rule.pk,
                "figures": [list(figure) for figure in one.figures],
            }  # fmt: skip
            continue
        fresh.append(
            build_issue(
                one.title, place_id=one.place_id, project_id=one.project_id, on=on,
                origin=one.origin, cause=one.cause, figures=one.figures, rule=rule, limits=limits,
            )
        )  # fmt: skip
    records.change(Issue, worsened, action="worsen")
    records.save_new(fresh, action="propose")
    return fresh


def _open_of(origins: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(sorted(origins)):
        rows = Issue.objects.filter(origin__in=part, state__in=states.OPEN)
        found.update(rows.values_list("origin", "pk"))
    return found


def _rules_of(found: Sequence[Failing]) -> dict[str, ClockRule]:
    """What the rulebook of its place asks for on each light."""
    lights = [one for one in found if one.origin.startswith("light:")]
    rows = ClockRule.objects.filter(trigger__in=LIGHT_WORDS).select_related("rulebook")
    rules = {(rule.rulebook.code, rule.trigger): rule for rule in rows}
    books = judging.rulebooks_of({one.place_id for one in lights})
    asked = {}
    for one in lights:
        book = books[one.place_id]
        rule = rules.get((book, one.cause))
        if rule is None and one.cause == "yellow_again":
            rule = rules.get((book, "yellow"))
        if rule is not None:
            asked[one.origin] = rule
    return asked


def _with_figures(found: Sequence[Failing], *, on: date) -> list[Failing]:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for one in found:
        kind, _, key = one.origin.partition(":")
        if kind in ("light", "claim"):
            by_kind[kind].append(int(key))
    figures = _light_figures(by_kind["light"], on=on) | _claim_figures(by_kind["claim"])
    return [replace(one, figures=figures.get(one.origin, one.figures)) for one in found]


def _light_figures(project_ids: Sequence[int], *, on: date) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for pk, why in judging.explain_many(project_ids, as_of=on).items():
        if why.rule is None:
            continue
        figures: Figures = (("亮灯规则", "Rule of the light", why.rule.name, "I"),)
        if why.value is not None:  # drawn from figures of plan and progress
            figures += ((*measures.state(why.rule.measure, why.value), "C"),)
        found[f"light:{pk}"] = figures
    return found


def _claim_figures(claim_ids: Sequence[int]) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for part in chunks(claim_ids):
        verdicts: dict[int, list[Verdict]] = defaultdict(list)
        rows = Verdict.objects.filter(claim__in=part, is_current=True).select_related("binding")
        for verdict in rows.defer("inputs", "charts"):
            verdicts[verdict.claim_id].append(verdict)
        for claim in Claim.objects.filter(pk__in=part):
            figures = (
                ("承诺", "Claim", claim.quote[:300], "I"),
                *_verdict_figures(verdicts, claim),
            )
            found[f"claim:{claim.pk}"] = figures
    return found


def _verdict_figures(verdicts: Mapping[int, Sequence[Verdict]], claim: Claim) -> Figures:
    speaking = headline(verdicts.get(claim.pk, ()))
    if speaking is None:
        return ()
    ruling = ("结论", "Verdict", f"{_RULINGS[speaking.ruling]} {speaking.ruling}", "I")
    shown = wording.write_value(speaking, claim)
    if not shown:
        return (ruling,)
    kind = "I" if speaking.field_class == "P" else speaking.field_class
    said = [wording.write_in_words(speaking, claim, english=english) for english in (False, True)]
    if said[0]:  # money, shares, large amounts: in both languages, as the verdict above
        return (ruling, ("实测", "Measured", " · ".join(said), kind))
    zh, en = (wording.write_unit(claim.unit, english=english) for english in (False, True))
    titles = (f"实测（{zh}）", f"Measured ({en})") if zh else ("实测", "Measured")
    return (ruling, (*titles, shown, kind))
