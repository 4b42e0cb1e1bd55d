"""Numbers that belong to no single project: counts and sums of a place, a year, a firm."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from tuijin.engines.text.amounts import NUMBER, find_money, plain, read_number
from tuijin.engines.text.dates import find_dates
from tuijin.engines.text.gazetteer import find_places
from tuijin.engines.text.organisations import find_organisations

_SENTENCE = re.compile(r"[^。！？!?\n]{1,600}")
_COUNT = re.compile(
    rf"(?P<n>{NUMBER})(?P<more>余|多)?(?P<unit>个|项|条)(?P<what>[^，。；、\d]{{0,16}}?(?:项目|工程|高速公路|公路))"
)
_COUNT_AFTER = re.compile(
    rf"(?P<what>[^，。；、\d]{{0,10}}(?:项目|工程))(?:共|有|达|为|已达)*(?P<n>{NUMBER})(?P<more>余|多)?(?P<unit>个|项)"
)
# Not a sum but what each exceeds: 有5个总投资超过10亿元.
_THRESHOLD = re.compile(r"(?:个|项)(?:项目)?(?:总?投资)(?:都|均)?超过?[^，。；\d]{0,2}$")
_DONE = (
    ("investment_done_cumulative", re.compile(r"累计完成投资[^，。；\d]{0,3}$")),
    (
        "annual_investment_plan",
        re.compile(r"(?:需|将|计划|预计)[^，。；]{0,8}完成投资[^，。；\d]{0,3}$"),
    ),
    ("investment_done", re.compile(r"完成投资[^，。；\d]{0,3}$")),
)
_REVENUE = re.compile(r"(?:营业(?:总)?收入|销售收入|总产值)[^，。；\d]{0,4}$")


def find_facts(text: str, *, published: date | None) -> list[dict[str, Any]]:
    """Counts of projects, the sums given with them, and firms' revenue, each with its scope."""
    facts: list[dict[str, Any]] = []
    for match in _SENTENCE.finditer(text):
        sentence = match[0]
        scope = _scope(sentence)
        period = next((d.iso for d in find_dates(sentence, published=published)), None)
        counted: str | None = None
        at = 0
        counts = sorted(
            [*_COUNT.finditer(sentence), *_COUNT_AFTER.finditer(sentence)], key=lambda m: m.start()
        )
        for count in counts:
            if count.start() < at:
                continue
            at = count.end()
            key = _count_key(count["what"], sentence)
            if counted is None:
                counted = key
            facts.append(
                _fact(key, plain(read_number(count["n"])), count["unit"], scope, period,
                      "多" if count["more"] else None)
            )  # fmt: skip
        facts += _sums(sentence, counts, scope, period)
        facts += _revenues(sentence, published)
        facts += _progress(sentence, scope, published) if counts else []
    return facts


def _sums(
    sentence: str, counts: list[re.Match[str]], scope: str | None, period: str | None
) -> list[dict[str, Any]]:
    """The total that follows a count: 45个项目，总投资533亿元."""
    sums = []
    for money in find_money(sentence):
        before = sentence[: money.start]
        led = [count for count in counts if count.end() <= money.start]
        if _THRESHOLD.search(before):
            continue
        if not led or not re.search(r"(?:总投资|投资总额|总规模)[^，。；\d]{0,8}$", before):
            continue
        if re.search(r"的$", before) or sentence[money.end : money.end + 1] == "的":
            continue
        key = _count_key(led[-1]["what"], sentence) + "_investment"
        unit = "亿美元" if money.is_usd else "亿元"
        near = re.search(r"(超过?|近|约|逾)[^\d]{0,2}$", before)
        sums.append(_fact(key, money.value_yi, unit, scope, period, near[1] if near else None))
    return sums


def _revenues(sentence: str, published: date | None) -> list[dict[str, Any]]:
    firms = find_organisations(sentence)
    found = []
    for money in find_money(sentence):
        before = sentence[: money.start]
        days = list(find_dates(before, published=published))
        if firms and days and _REVENUE.search(before) and re.search(r"实现|完成|达到", before):
            firm = sentence[slice(*firms[0])]
            found.append(_fact("company_revenue", money.value_yi, "亿元", firm, days[-1].iso, None))
    return found


def _progress(sentence: str, scope: str | None, published: date | None) -> list[dict[str, Any]]:
    """What several projects have taken, or are to take this year."""
    found = []
    for money in find_money(sentence):
        before = sentence[max(0, money.start - 60) : money.start]
        key = next((name for name, pattern in _DONE if pattern.search(before)), None)
        if key:
            days = list(find_dates(before, published=published))
            period = days[-1].iso if days else None
            unit = "亿美元" if money.is_usd else "亿元"
            found.append(_fact(key, money.value_yi, unit, scope, period, None))
    return found


def _count_key(what: str, sentence: str) -> str:
    if "外资" in what:
        return "foreign_projects"
    if "内资" in what:
        return "domestic_projects"
    if "援建" in what:
        return "aid_projects"
    if "复工" in what:
        return "resumed_projects"
    if re.search(r"开复工", sentence):
        return "major_projects_total"
    if re.search(r"将有|计划|共列|拟|安排", sentence):
        return "projects_planned"
    if re.search(r"开工|奠基", sentence):
        return "projects_started"
    return "projects"


def _scope(sentence: str) -> str | None:
    if found := re.search(r"全[市省区县旗国]", sentence):
        return found[0]
    places = find_places(sentence)
    return "、".join(dict.fromkeys(p.written for p in places[:4])) or None


def _fact(
    key: str, value: Any, unit: str, scope: str | None, period: str | None, qualifier: str | None
) -> dict[str, Any]:
    return {
        "key": key,
        "value": value,
        "unit": unit,
        "scope": scope,
        "period": period,
        "qualifier": qualifier,
    }
