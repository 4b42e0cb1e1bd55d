"""An article in, its repaired text and facts out, in the shape of the annotation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tuijin.engines.text.boilerplate import cut_boilerplate
from tuijin.engines.text.facts import find_facts
from tuijin.engines.text.projects import find_projects
from tuijin.engines.text.repair import Repaired, repair_text

_STAMP = re.compile(
    r"(20\d\d|19\d\d)[-/年.](\d{1,2})[-/月.](\d{1,2})日?(?:[ T]*(\d{2}:\d{2}(?::\d{2})?))?"
)
MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Article:
    """An article as it came; empty where the source does not say."""

    text: str
    id: str = ""
    title: str = ""
    published: str = ""
    publisher: str = ""
    url: str = ""


def extract_article(article: Article) -> dict[str, Any]:
    """Repair the text, cut the site's own words, and read projects and facts."""
    repaired = repair_text(article.text)
    title = repair_text(article.title).text if article.title else ""
    head: Mapping[str, str] = {}
    body = repaired.text
    if not title:
        head, body = _split_head(repaired)
        title = head["title"]
    published = article.published or head.get("published", "")
    body = cut_boilerplate(body)
    day = _day(published)
    return {
        "id": article.id,
        "title": title,
        "publisher": article.publisher or head.get("publisher") or None,
        "published": published or None,
        "url": article.url or None,
        "encoding": repaired.encoding,
        "text": body,
        "projects": find_projects(title, body, published=day) if body else [],
        "facts": find_facts(body, published=day),
        "traps": [],
    }


def _split_head(repaired: Repaired) -> tuple[dict[str, str], str]:
    """Read title, publisher and time off the first lines of a bare text."""
    lines = [line.strip() for line in repaired.text.strip().split("\n")]
    head = {"title": lines[0][:200], "publisher": "", "published": ""}
    at = 1
    for index, line in enumerate(lines[1:6], 1):
        stamp = _STAMP.search(line)
        if stamp and len(line) < 60:
            year, month, day, clock = stamp.groups()
            head["published"] = f"{year}-{int(month):02}-{int(day):02}" + (
                f"T{clock}" if clock else ""
            )
            rest = line[: stamp.start()].strip(" ·来源:：|")
            between = [one for one in lines[1:index] if one]
            head["publisher"] = rest or (between[-1] if between and len(between[-1]) <= 30 else "")
            at = index + 1
            break
    return head, "\n".join(lines[at:])


def _day(published: str) -> date | None:
    match = _STAMP.search(published)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
