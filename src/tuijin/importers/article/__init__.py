"""News articles: text in, projects, figures and their source out, for a person to check."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tuijin.engines.text import extract_article, find_code, find_places, official_name
from tuijin.errors import Problem
from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.article.reading import READERS, read_articles
from tuijin.importers.dates import parse_date
from tuijin.importers.faults import Fault
from tuijin.importers.tables import build_table

__all__ = ["ArticleImporter", "plugin", "read_articles"]

Entry = dict[str, Any]

# What an article calls it -> (stage, status); None where its word fits no stage.
STATUSES: dict[str | None, tuple[str | None, str | None]] = {
    "规划": ("planned", None),
    "前期": ("planned", None),
    "签约": ("signed", None),
    "开工": ("started", None),
    "在建": ("building", None),
    "投产": ("producing", None),
}
_PROMISES = (
    ("sales_yi", "sales_yuan_per_year", "年销售收入", "Sales a year", "yi_yuan_per_year"),
    ("output_value_yi", "output_value_yuan_per_year", "年产值", "Output value a year",
     "yi_yuan_per_year"),
    ("tax_yi", "tax_yuan_per_year", "年税收", "Tax a year", "yi_yuan_per_year"),
    ("profit_tax_yi", "profit_tax_yuan_per_year", "年利税", "Profit and tax a year",
     "yi_yuan_per_year"),
    ("jobs", "jobs", "就业人数", "Jobs", "jobs"),
    ("investment_usd_yi", "investment_usd", "投资（美元）", "Investment in dollars", "yi_usd"),
    ("annual_investment_yi", "annual_investment_yuan", "年度投资", "Investment of the year",
     "yi_yuan"),
    ("cumulative_investment_yi", "cumulative_investment_yuan", "累计完成投资", "Invested so far",
     "yi_yuan"),
)  # fmt: skip
_DATES = (
    ("start", "start", "开工时间", "Start"),
    ("completion", "completion", "竣工时间", "Completion"),
    ("production", "production", "投产时间", "Production"),
)
_UNITS = {"个": "count", "项": "count", "条": "count", "亿元": "yi_yuan", "亿美元": "yi_usd"}
_MW = {"万千瓦": Decimal(10), "MW": Decimal(1), "兆瓦": Decimal(1)}
_WHOLE = ("total", "planned_total", "estimated_total", "budget", "about", "nearly", "over")


class ArticleImporter:
    id = "article"
    title_zh = "新闻报道"
    title_en = "News articles"
    suffixes = tuple(READERS)

    def recognises(self, data: bytes, *, name: str) -> bool:
        suffix = "." + name.lower().rpartition(".")[2]
        if suffix == ".jsonl":
            return b'"text"' in data[:65_536] and data.lstrip()[:1] == b"{"
        return suffix in READERS

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        entries: dict[str, list[Entry]] = defaultdict(list)
        rows: dict[str, list[int]] = defaultdict(list)
        notes: list[Problem] = []
        encodings: list[str] = []
        for row, article in enumerate(read_articles(data, name=name), 1):
            facts = extract_article(article)
            encodings.append(facts["encoding"])
            for noun, found in _entries_of(facts, row, notes).items():
                new = [e for e in found if all(e["key"] != old["key"] for old in entries[noun])]
                entries[noun].extend(new)
                rows[noun].extend([row] * len(new))
        tables = (
            build_table(noun, entries[noun], rows[noun])
            for noun in ("source", "organisation", "project", "figure")
        )
        encoding = ", ".join(dict.fromkeys(encodings))
        return Parsed(tuple(t for t in tables if len(t)), notes=tuple(notes), encoding=encoding)


def _entries_of(facts: Mapping[str, Any], row: int, notes: list[Problem]) -> dict[str, list[Entry]]:
    digest = hashlib.sha256(f"{facts['title']}\n{facts['text']}".encode()).hexdigest()[:12]
    source = f"article-{digest}"
    published = str(facts["published"] or "")
    url = str(facts["url"] or "")
    entries: dict[str, list[Entry]] = defaultdict(list)
    entries["source"].append(
        {
            "key": source,
            "title": (facts["title"] or "（无标题）")[:300],
            "publisher": facts["publisher"],
            "url": url if url.startswith(("http://", "https://")) else None,
            "published_on": _day(published[:10]),
            "confidence": "press",
            "note": None if facts["encoding"] == "zh-Hans" else f"原文：{facts['encoding']}",
        }
    )
    for found in facts["projects"]:
        place = find_code(found["province"], found["city"], found["county"])
        if place is None:
            message = f"{found['name']}：文中没有可以确定的地区，未收录"
            notes.append(Problem("place_unknown", message, row=row, field="place"))
            continue
        project = _project(found, place, source)
        entries["project"].append(project)
        if project["owner"]:
            entries["organisation"].append(
                {"key": project["owner"], "name": found["investor"][:200], "source": source}
            )
        entries["figure"].extend(_project_figures(found, project["key"], source, published))
    opening = (facts["title"], *facts["text"].split("\n")[:1])
    for number, fact in enumerate(facts["facts"], 1):
        place = _first_place(fact["scope"] or "", *opening)
        if place is None:
            message = f"{fact['key']} {fact['value']}{fact['unit']}：文中没有可以确定的地区，未收录"
            notes.append(Problem("place_unknown", message, row=row, field="place"))
        else:
            entries["figure"].append(_fact(fact, f"{source}-{number}", source, place=place))
    return entries


def _first_place(*texts: str) -> str | None:
    """The smallest place that the first of the texts to name one leads to."""
    for text in texts:
        named: dict[str, str] = {}
        for place in find_places(text):
            named.setdefault(place.level, official_name(place))
        code = find_code(named.get("province"), named.get("city"), named.get("county"))
        if code:
            return code
    return None


def _project(found: Mapping[str, Any], place: str, source: str) -> Entry:
    digest = hashlib.sha256(f"{place}\n{found['name']}".encode()).hexdigest()[:12]
    stage, status = STATUSES.get(found["status"], (None, None))
    amount = found["investment_yi"]
    is_whole = found["investment_kind"] in _WHOLE and isinstance(amount, int | float)
    return {
        "key": f"article-project-{digest}",
        "name": found["name"][:200],
        "place": place,
        "owner": (found["investor"] or "")[:80] or None,
        "stage": stage,
        "status": status,
        "total_investment_yuan": _times(amount, 100_000_000) if is_whole else None,
        "capacity_mw": _capacity_mw(found),
        "summary": _summary(found),
        "source": source,
    }


def _capacity_mw(found: Mapping[str, Any]) -> Decimal | None:
    """Power of a plant; 600 MW of solar cells a year is a factory's output, not power."""
    if not re.search(r"电站|电厂|电场|发电|风电|光伏|热电", found["name"]):
        return None
    for item in found["capacity"]:
        if item["unit"] in _MW:
            return _times(item["value"], 1) * _MW[item["unit"]]
    return None


def _summary(found: Mapping[str, Any]) -> str | None:
    parts = [f"{c['product']}{c['value']}{c['unit']}" for c in found["capacity"]]
    parts += [f"{a['kind']}{a['value']}{a['unit']}" for a in found["area"]]
    if found["site"]:
        parts.append(f"位于{found['site']}")
    return "；".join(parts)[:4000] or None


def _project_figures(
    found: Mapping[str, Any], project: str, source: str, published: str
) -> list[Entry]:
    figures = []

    def add(metric: str, zh: str, en: str, unit: str, **value: Any) -> None:
        figures.append(
            {
                "key": f"{project}-{metric}-{source[-6:]}",
                "project": project,
                "metric": metric,
                "title": zh,
                "title_en": en,
                **value,
                "unit": unit,
                "as_of": published[:10] or None,
                "confidence": "press",
                "source": source,
            }
        )

    for field, metric, zh, en, unit in _PROMISES:
        if found[field] is not None:
            add(metric, zh, en, unit, **_value(found[field]))
    amount = found["investment_yi"]
    if amount is not None and found["investment_kind"] not in _WHOLE[:4]:
        kind = found["investment_kind"]
        add("investment_yuan", "投资", "Investment", "yi_yuan", **_value(amount), note=kind)
    elif isinstance(amount, list):
        add("investment_yuan", "投资", "Investment", "yi_yuan", **_value(amount))
    for field, metric, zh, en in _DATES:
        if found[field]:
            add(metric, zh, en, "text", text_value=found[field])
    return figures


def _fact(fact: Mapping[str, Any], key: str, source: str, *, place: str) -> Entry:
    unit = _UNITS.get(fact["unit"], "text")
    value = _value(fact["value"]) if unit != "text" else {"text_value": f"{fact['value']}"}
    return {
        "key": key,
        "place": place,
        "metric": fact["key"],
        "title": "，".join(filter(None, (fact["scope"], fact["key"])))[:300],
        **value,
        "unit": unit,
        "as_of": (fact["period"] or "")[:40] or None,
        "confidence": "press",
        "note": fact["qualifier"],
        "source": source,
    }


def _value(value: Any) -> Entry:
    if isinstance(value, list):
        return {"low": _times(value[0], 1), "high": _times(value[1], 1)}
    return {"value": _times(value, 1)}


def _times(value: float, factor: int) -> Decimal:
    """Money in yuan has whole 分, so two places are kept there; others as they are written."""
    product = Decimal(str(value)) * factor
    return product.quantize(Decimal("0.01")) if factor > 1 else product


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if re.match(r"\d{4}-\d\d-\d\d$", text) else None
    except Fault:
        return None


plugin = ArticleImporter()
