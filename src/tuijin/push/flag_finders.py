"""
What in the whole record should be looked at again, rule by rule.

Read in bulk, with one query or two a rule. Each finding says what stands where, and no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

import numpy as np
from django.db.models import Count, F, Min, QuerySet
from django.db.models.functions import Length
from django.urls import reverse

from tuijin.importers.nouns import CHOICES
from tuijin.ledger.models import (
    EvidenceFile,
    Figure,
    ProgressReport,
    Project,
    StageEvent,
    TrailEvent,
)
from tuijin.see.wording import write_number

_STAGES = list(CHOICES["stage"])
_SIGNED = _STAGES[_STAGES.index("signed") :]
_UNFINISHED = ["", *_STAGES[: _STAGES.index("completed")]]  # empty is not known
_MOST_ALIKE = 200  # projects of one owner that are compared with each other
_MOST_NAMED = 5  # others named in one finding
TOTAL_METRICS = ("total_investment_yuan", "approved_investment_yuan", "contract_investment_yuan")
_NUMERALS = re.compile(r"[0-9]+|[一二三四五六七八九十]+(?=[期号标])|[IVX]+")

Fact = tuple[str, str, str, str, str]  # Chinese, English, value, field class, address


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about one project."""

    rule: str
    project_id: int
    subject: str
    facts: tuple[Fact, ...]


def find_all(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """Go through every rule that has a threshold."""
    for codes, find in FINDERS:
        if any(code in thresholds for code in codes):
            yield from (one for one in find(thresholds) if one.rule in thresholds)


OTHER = "O"  # class of what names another project: public, but for readers who see only their own


def _other(zh: str, en: str, name: str, pk: int) -> Fact:
    return (zh, en, name, OTHER, reverse("project", args=[pk]))


def _own(zh: str, en: str, name: str, pk: int) -> Fact:
    return (zh, en, name, "P", reverse("project", args=[pk]))


def _report(zh: str, en: str, value: str, pk: int) -> Fact:
    return (zh, en, value, "C", reverse("entry_report", args=[pk]))


def _wan(amount_yuan: Any) -> str:
    return f"{write_number(amount_yuan / 10_000)} 万元"


# repeated signing


def repeated_signing(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """Of one owner's signed projects with like names, each after the first."""
    signed = dict(
        StageEvent.objects.filter(stage="signed", is_current=True)
        .order_by()
        .values_list("project_id")
        .annotate(Min("on"))
    )
    rows = Project.objects.filter(stage__in=_SIGNED, owner__isnull=False)
    shared = rows.order_by().values("owner").annotate(n=Count("id")).filter(n__gt=1)
    by_owner: dict[int, list[tuple[int, str]]] = defaultdict(list)
    found = rows.filter(owner__in=shared.values("owner")).values_list("owner", "id", "name")
    for owner, pk, name in found.order_by("owner", "id"):
        by_owner[owner].append((pk, name))
    for projects in by_owner.values():
        for (first, one), (second, other) in combinations(projects[:_MOST_ALIKE], 2):
            if not _is_alike(one, other, least=thresholds["repeat_signing"]):
                continue
            pairs = sorted(((first, one), (second, other)), key=lambda p: _signed_key(p[0], signed))
            (early, early_name), (late, late_name) = pairs
            facts = (
                _other("先签约", "Signed first", _dated(early_name, signed.get(early)), early),
                _own("后签约", "Signed later", _dated(late_name, signed.get(late)), late),
            )
            yield Found("repeat_signing", late, f"project:{early}", facts)


def _signed_key(pk: int, signed: Mapping[int, Any]) -> tuple[bool, Any, int]:
    on = signed.get(pk)
    return on is None, on.isoformat() if on else "", pk


def _dated(name: str, on: Any) -> str:
    return f"{name}（{on:%Y-%m-%d}）" if on else name


def _is_alike(one: str, other: str, *, least: float) -> bool:
    """Whether two names say the same; another number or phase is another project."""
    if _NUMERALS.findall(one) != _NUMERALS.findall(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= least and matcher.ratio() >= least


# totals


def differing_totals(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """Totals of one project in the project's own column, its history, and recorded figures."""
    totals: dict[int, Any] = dict(
        Project.objects.filter(total_investment_yuan__gt=0).values_list(
            "id", "total_investment_yuan"
        )
    )
    others: dict[int, list[tuple[float, Fact]]] = defaultdict(list)
    for project, amount, title in _figures():
        address = reverse("project", args=[project])
        others[project].append((float(amount), (title, title, _wan(amount), "P", address)))
    for project, old, at in _former_totals():
        fact = (f"{at:%Y-%m-%d} 以前", f"Before {at:%Y-%m-%d}", _wan(float(old)), "P",
                reverse("project", args=[project]))  # fmt: skip
        others[project].append((float(old), fact))
    for project, stated in others.items():
        if project not in totals:
            continue
        total = totals[project]
        amounts = [amount for amount, _fact in stated if amount > 0]
        if not amounts:
            continue
        low, high = min(*amounts, float(total)), max(*amounts, float(total))
        for rule in ("total_tenfold", "total_differs"):
            if rule in thresholds and high / low >= thresholds[rule]:
                here = ("台账总投资", "Total on record", _wan(total), "P",
                        reverse("project", args=[project]))  # fmt: skip
                yield Found(rule, project, "total", (here, *(fact for _amount, fact in stated)))
                break


def _figures() -> QuerySet[Any, Any]:
    rows = Figure.objects.filter(
        metric__in=TOTAL_METRICS, is_current=True, value__isnull=False, project__isnull=False
    )
    return rows.values_list("project_id", "value", "title")


def _former_totals() -> Iterator[tuple[int, str, Any]]:
    """Totals that a change replaced, from the trail."""
    events = TrailEvent.objects.filter(
        object_type="project", action__in=("change", "bulk_change"),
        changes__has_key="total_investment_yuan",
    )  # fmt: skip
    for project, changes, at in events.values_list("project_id", "changes", "at"):
        old = changes["total_investment_yuan"][0]
        if old is not None:
            yield project, old, at


def lowered_reports(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """Reports whose correction states far less."""
    rows = ProgressReport.objects.filter(
        supersedes__year_done_yuan__gt=F("year_done_yuan"), is_current=True
    )
    columns = ("project_id", "period", "id", "year_done_yuan", "supersedes_id",
               "supersedes__year_done_yuan")  # fmt: skip
    for project, period, pk, now, old_pk, before in rows.values_list(*columns):
        if before >= now * int(100 * thresholds["verified_short"]) / 100:
            yield Found("verified_short", project, period, (
                _report("原报", "Reported", f"{period}：{_wan(before)}", old_pk),
                _report("更正为", "Corrected to", f"{period}：{_wan(now)}", pk),
            ))  # fmt: skip


# series of reports


@dataclass(frozen=True, slots=True)
class _Series:
    """Current reports, by project and then by the end of their period; shape (n,)."""

    projects: np.ndarray
    years: np.ndarray
    done: np.ndarray
    total: np.ndarray
    text: np.ndarray
    pks: np.ndarray
    periods: list[str]


def _read_series(rows: QuerySet[ProgressReport]) -> _Series | None:
    """
    Read current reports as arrays.

    Where a project reports both 旬 and months, the months are left out: they repeat the last 旬; so
    the text of a period sorts as its time does.
    """
    rows = rows.filter(is_current=True, year_done_yuan__isnull=False)
    columns = ("project_id", "period", "year_done_yuan", "total_done_yuan", "progress", "id")
    found = list(rows.order_by("project_id", "period").values_list(*columns))
    by_xun = {row[0] for row in found if len(row[1]) > 7}
    found = [row for row in found if len(row[1]) > 7 or row[0] not in by_xun]
    if not found:
        return None
    projects, periods, done, total, text, pks = zip(*found, strict=True)
    return _Series(
        np.array(projects), np.array([int(p[:4]) for p in periods]),
        np.array([float(d) for d in done]),
        np.array([np.nan if t is None else float(t) for t in total]),
        np.array(text, dtype=object), np.array(pks), list(periods),
    )  # fmt: skip


def leaps(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """Periods that did far more than those before, or a large share of the whole."""
    series = _read_series(ProgressReport.objects.all())
    if series is None:
        return
    totals: dict[int, Any] = dict(Project.objects.filter(total_investment_yuan__gt=0)
                  .values_list("id", "total_investment_yuan"))  # fmt: skip
    whole = np.array([float(totals.get(p, np.nan)) for p in series.projects.tolist()])
    follows = np.zeros(series.done.size, dtype=bool)
    follows[1:] = (series.projects[1:] == series.projects[:-1]) & (
        series.years[1:] == series.years[:-1]
    )
    step = np.where(follows, series.done - np.roll(series.done, 1), np.nan)
    share, factor = step / whole, _over_mean_before(step, follows)
    for rule, measure in (("leap_share", share), ("leap_factor", factor)):
        if rule not in thresholds:
            continue
        for at in np.flatnonzero(np.nan_to_num(measure) >= thresholds[rule]).tolist():
            yield Found(rule, int(series.projects[at]), series.periods[at], (
                *(_report("本年累计", "Done this year",
                          f"{series.periods[n]}：{_wan(series.done[n])}", int(series.pks[n]))
                  for n in (at - 1, at)),
                ("倍数或占比", "Factor or share", f"{measure[at]:.2f}", "C", ""),
            ))  # fmt: skip


def _over_mean_before(step: np.ndarray, follows: np.ndarray) -> np.ndarray:
    """
    Each step over the mean of the steps before it in its year, three at least.

    Returns
    -------
    shape (n,)
        NaN where there are fewer, or where they come to nothing.
    """
    known = np.where(follows, step, 0.0)
    run_starts = np.maximum.accumulate(np.where(~follows, np.arange(follows.size), 0))
    sums = np.cumsum(known)
    before = sums - known - sums[run_starts]
    count = np.arange(follows.size) - run_starts - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = before / count
        return np.where((count >= 3) & (mean > 0) & follows, step / mean, np.nan)


def copied_reports(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """Runs of reports of one project with the same figures and the same words."""
    unfinished = ProgressReport.objects.filter(
        project__stage__in=_UNFINISHED, project__finished_on=None
    )
    series = _read_series(unfinished)
    if series is None:
        return
    same = np.zeros(series.done.size, dtype=bool)
    total = np.nan_to_num(series.total, nan=-1.0)
    same[1:] = (
        (series.projects[1:] == series.projects[:-1])
        & (series.done[1:] == series.done[:-1])
        & (total[1:] == total[:-1])
        & (series.text[1:] == series.text[:-1])
        & (series.done[1:] > 0)
    )
    starts = np.flatnonzero(~same)
    for start, end in zip(starts, [*starts[1:], same.size], strict=True):
        if end - start < thresholds["copied_report"]:
            continue
        run = range(start, end)
        yield Found("copied_report", int(series.projects[start]), series.periods[start], tuple(
            _report(series.periods[n], series.periods[n],
                    f"{_wan(series.done[n])} {series.text[n][:60]}", int(series.pks[n]))
            for n in [*run[:_MOST_NAMED], *run[_MOST_NAMED:][-1:]]
        ))  # fmt: skip


# stages


def stage_jumps(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """
    Projects that came, from signing on, to a stage at least two further within few days.

    Of each project the widest such jump. Dates in another order than the stages are left alone.
    """
    events = StageEvent.objects.filter(is_current=True, stage__in=_SIGNED)
    found = list(events.values_list("project_id", "stage", "on"))
    if not found:
        return
    pks, stages, days = (np.array(column) for column in zip(*found, strict=True))
    ranks = np.array([_STAGES.index(stage) for stage in stages])
    order = np.lexsort((ranks, pks))
    pks, ranks, on = pks[order], ranks[order], days[order].astype("datetime64[D]")
    widest: dict[int, tuple[int, int]] = {}
    for apart in range(1, len(_SIGNED)):
        gap = (on[apart:] - on[:-apart]).astype(int)
        is_jump = (
            (pks[apart:] == pks[:-apart])
            & (ranks[apart:] - ranks[:-apart] >= 2)
            & (gap >= 0)
            & (gap < thresholds["stage_jump"])
        )
        for early in np.flatnonzero(is_jump).tolist():
            pair = (early, early + apart)
            best = widest.setdefault(int(pks[early]), pair)
            if ranks[pair[1]] - ranks[pair[0]] > ranks[best[1]] - ranks[best[0]]:
                widest[int(pks[early])] = pair
    for pk, pair in widest.items():
        early, late = (_STAGES[ranks[at]] for at in pair)
        yield Found("stage_jump", pk, f"{early}-{late}", (
            *(_own(*CHOICES["stage"][_STAGES[ranks[at]]], str(on[at]), pk) for at in pair),
            ("相隔天数", "Days between", str((on[pair[1]] - on[pair[0]]).astype(int)), "P", ""),
        ))  # fmt: skip


# the same words, the same photo


def copied_texts(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """The same words in the reports of different projects."""
    rows = ProgressReport.objects.filter(is_current=True).order_by()
    rows = rows.annotate(size=Length("progress")).filter(size__gte=thresholds["copied_text"])
    shared = rows.values("progress").annotate(n=Count("project", distinct=True)).filter(n__gt=1)
    found = rows.filter(progress__in=shared.values("progress")).order_by("progress", "id")
    by_text: dict[str, dict[int, tuple[str, str, int]]] = defaultdict(dict)
    for text, project, name, period, pk in found.values_list(
        "progress", "project_id", "project__name", "period", "id"
    ):
        by_text[text].setdefault(project, (name, period, pk))
    for text, projects in by_text.items():
        named = list(projects.items())[: _MOST_NAMED + 1]
        for project, (_name, _period, first) in projects.items():
            facts = tuple(
                ("另见", "Also in", name, OTHER, reverse("entry_report", args=[pk]))
                for other, (name, _period, pk) in named
                if other != project
            )
            own = _report("形象进度", "Progress", text[:200], first)
            yield Found("copied_text", project, f"report:{first}", (own, *facts))


def copied_photos(thresholds: Mapping[str, float]) -> Iterator[Found]:
    """One photo under different evidence."""
    rows = EvidenceFile.objects.filter(has_display=True).order_by()
    shared = rows.values("sha256").annotate(n=Count("evidence", distinct=True)).filter(
        n__gte=thresholds["copied_photo"]
    )  # fmt: skip
    by_photo: dict[str, dict[int, tuple[int, str, str]]] = defaultdict(dict)
    for sha256, evidence, project, name, title in (
        rows.filter(sha256__in=shared.values("sha256"))
        .order_by("id")
        .values_list("sha256", "evidence_id", "evidence__project_id", "evidence__project__name",
                     "evidence__title")
    ):  # fmt: skip
        by_photo[sha256].setdefault(evidence, (project, name, title))
    for sha256, uses in by_photo.items():
        for project in dict.fromkeys(project for project, _name, _title in uses.values()):
            yield Found("copied_photo", project, sha256, tuple(_photo_facts(project, uses)))


def _photo_facts(project: int, uses: Mapping[int, tuple[int, str, str]]) -> Iterator[Fact]:
    """The project's own uses by their titles, others by the name of their project."""
    for other, name, title in list(uses.values())[: _MOST_NAMED + 1]:
        if other == project:
            yield ("本项目照片", "Photo here", title, "I", reverse("project", args=[other]))
        else:
            yield _other("另见", "Also in", name, other)


FINDERS: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, float]], Iterator[Found]]], ...] = (
    (("repeat_signing",), repeated_signing),
    (("total_differs", "total_tenfold"), differing_totals),
    (("verified_short",), lowered_reports),
    (("leap_share", "leap_factor"), leaps),
    (("copied_report",), copied_reports),
    (("stage_jump",), stage_jumps),
    (("copied_text",), copied_texts),
    (("copied_photo",), copied_photos),
)
