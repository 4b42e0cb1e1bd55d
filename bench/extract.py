"""
Quality of extraction: precision and recall a field, against the annotated articles.

Protocol: amounts, dates, status and counts are right when they are equal; names, places and
investors when one contains the other. A project that is not found counts as missing in every
field, one that is not annotated as wrong in every field it fills. `--article S04` shows one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from tuijin.engines.text import Article, extract_article

SHARED = Path(os.environ.get("TUIJIN_SHARED", Path(__file__).parents[2] / "shared")) / "data"
CONTAINED = ("name", "province", "city", "county", "site", "investor")
EQUAL = ("investment_yi", "investment_usd_yi", "investment_kind", "annual_investment_yi",
         "cumulative_investment_yi", "start", "completion", "production", "status", "sales_yi",
         "output_value_yi", "tax_yi", "profit_tax_yi", "jobs")  # fmt: skip
ITEMS = ("capacity", "area")
_TAIL = re.compile(r"(?:建设)?(?:项目|工程)$")


def load_pairs(folder: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Annotation and extraction of each annotated article."""
    articles = {a["id"]: a for a in _lines(folder / "articles.jsonl")}
    pairs = []
    for gold in _lines(folder / "gold.jsonl"):
        a = articles[gold["id"]]
        article = Article(a["text"], id=a["id"], title=a["title"], published=a["date"])
        pairs.append((gold, extract_article(article)))
    seed = (folder / "seed.txt").read_text(encoding="utf-8")
    gold = next(iter(_lines(folder / "gold_seed.jsonl")))
    pairs.append((gold, extract_article(Article(seed, id="seed"))))
    return pairs


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def plain_name(name: str) -> str:
    return _TAIL.sub("", re.sub(r"[\s（）()“”·,，、/]", "", name))


def contains(one: str, other: str) -> bool:
    a, b = plain_name(one), plain_name(other)
    return bool(a and b) and (a in b or b in a)


def match_projects(
    gold: list[dict[str, Any]], found: list[dict[str, Any]]
) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Pair projects one to one by name, the closest in length first."""
    options = sorted(
        (abs(len(g["name"]) - len(f["name"])), i, j)
        for i, g in enumerate(gold)
        for j, f in enumerate(found)
        if contains(g["name"], f["name"])
    )
    of_gold: dict[int, int] = {}
    for _, i, j in options:
        if i not in of_gold and j not in of_gold.values():
            of_gold[i] = j
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = [
        (g, found[of_gold[i]] if i in of_gold else None) for i, g in enumerate(gold)
    ]
    return pairs + [(None, f) for j, f in enumerate(found) if j not in of_gold.values()]


class Tally:
    """Right, wrong and missing values, a field."""

    def __init__(self) -> None:
        self.right: dict[str, int] = defaultdict(int)
        self.found: dict[str, int] = defaultdict(int)
        self.wanted: dict[str, int] = defaultdict(int)

    def add(self, field: str, wanted: list[Any], found: list[Any], same: Any) -> None:
        rest = list(found)
        for value in wanted:
            hit = next((v for v in rest if same(value, v)), None)
            if hit is not None:
                rest.remove(hit)
                self.right[field] += 1
        self.wanted[field] += len(wanted)
        self.found[field] += len(found)

    def row(self, *fields: str) -> tuple[float, float, int, int, int]:
        right, found, wanted = (
            sum(count[f] for f in fields) for count in (self.right, self.found, self.wanted)
        )
        return (
            right / found if found else 1.0,
            right / wanted if wanted else 1.0,
            right,
            found,
            wanted,
        )


def score(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> Tally:
    tally = Tally()
    for gold, found in pairs:
        for want, have in match_projects(gold["projects"], found["projects"]):
            for field in CONTAINED:
                tally.add(field, _one(want, field), _one(have, field), contains)
            for field in EQUAL:
                tally.add(field, _one(want, field), _one(have, field), lambda a, b: a == b)
            for field in ITEMS:
                tally.add(field, _items(want, field), _items(have, field), lambda a, b: a == b)
        facts = [[f["value"] for f in side["facts"] if not isinstance(f["value"], str)]
                 for side in (gold, found)]  # fmt: skip
        tally.add("facts", facts[0], facts[1], lambda a, b: a == b)
    return tally


def _one(project: dict[str, Any] | None, field: str) -> list[Any]:
    value = project and project.get(field)
    return [] if value in (None, "", []) else [value]


def _items(project: dict[str, Any] | None, field: str) -> list[Any]:
    return [(item["value"], item["unit"]) for item in (project or {}).get(field) or []]


def main() -> None:
    """Print the table; with an article, what was wanted and found there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--article")
    article = parser.parse_args().article
    pairs = load_pairs(SHARED / "articles")
    if article:
        pairs = [pair for pair in pairs if pair[0]["id"] == article]
        _show(pairs)
    tally = score(pairs)
    print(f"{'field':26}{'precision':>10}{'recall':>8}{'right':>7}{'found':>7}{'wanted':>8}")
    for field in (*CONTAINED, *EQUAL, *ITEMS, "facts"):
        precision, recall, right, found, wanted = tally.row(field)
        print(f"{field:26}{precision:10.2f}{recall:8.2f}{right:7}{found:7}{wanted:8}")
    precision, recall, *counts = tally.row(*CONTAINED, *EQUAL, *ITEMS)
    print(f"{'all fields of projects':26}{precision:10.2f}{recall:8.2f}"
          f"{counts[0]:7}{counts[1]:7}{counts[2]:8}")  # fmt: skip


def _show(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for gold, found in pairs:
        for want, have in match_projects(gold["projects"], found["projects"]):
            for mark, side in (("want", want), ("have", have)):
                print(mark, {k: v for k, v in (side or {}).items() if v not in (None, [], "")})
            print()
        for mark, side in (("want", gold), ("have", found)):
            print(mark, [(f["key"], f["value"]) for f in side["facts"]])


if __name__ == "__main__":
    main()
