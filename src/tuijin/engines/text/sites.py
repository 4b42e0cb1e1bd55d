"""Where a project is: province, city and county as far as the article says, and the site."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tuijin.engines.text.gazetteer import PlaceName, find_places, official_name
from tuijin.engines.text.organisations import find_organisations

_SITE = re.compile(
    r"(?:位于|落户于?|选址于?|坐落于?|在)(?P<site>[\u4e00-\u9fff（）]{2,24}?(?:开发区|高新区|新区|工业园区?|产业园区?|"
    r"工业区|园区|镇|乡|村|街道|路|沟|港|科技城))(?![\u4e00-\u9fff]{0,2}(?:管委会|领导|党工委|书记))"
)
_ZONE = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:经济技术开发区|高新技术产业开发区|经济开发区|开发区|高新区|新区|经开区|工业园区)"
)
_NO_ZONE = re.compile(r"^(?:该|此|全|市|本|国家级|省级|各|这是该|将)|大小|建设|升格|作为")


class PlaceReader:
    """Places of one article, read once."""

    def __init__(self, title: str, text: str) -> None:
        self._title, self._text = title, text
        firms = find_organisations(text)
        self._found = [
            p for p in find_places(text) if not any(b <= p.start < e for b, e in firms)
        ]
        self._titled = find_places(title)

    def place_of(self, name: str, at: int, scope: Sequence[str]) -> dict[str, str | None]:
        """The place in the name; else the nearest before it, else the article's own."""
        place: dict[str, str | None] = dict.fromkeys(("province", "city", "county"))
        sources = [
            [p for p in find_places(name) if p.start == 0],
            self._just_before(at),
            self._titled,
            self._opening(),
        ]
        for source in sources:
            for found in source:
                if place[found.level] is None and _fits(place, found):
                    place[found.level] = official_name(found)
        site = self._site(scope)
        return {**place, "site": site}

    def _just_before(self, at: int) -> list[PlaceName]:
        """Places in the same sentence, up to the mention."""
        begin = max(self._text.rfind(mark, 0, at) for mark in "。！？\n") + 1
        return [p for p in self._found if begin <= p.start < at]

    def _opening(self) -> list[PlaceName]:
        """Places of the first paragraph, full names first."""
        end = self._text.find("\n")
        found = [p for p in self._found if p.start < (end if end > 0 else len(self._text))]
        return sorted(found, key=lambda p: not p.is_full)

    def _site(self, scope: Sequence[str]) -> str | None:
        for sentence in scope:
            for match in _SITE.finditer(sentence):
                site = match["site"]
                for place in find_places(site):
                    if place.is_full and site.startswith(place.written):
                        site = site[place.end :]
                        break
                site = re.sub(r"^(?:本市|我市|全市)", "", site)
                if len(site) >= 2 and not _NO_ZONE.match(site):
                    return site
        zone = _ZONE.search(self._title) or _ZONE.search(self._text.split("\n", 1)[0])
        if zone and not _NO_ZONE.search(zone[0]):
            return re.sub(r"^.*(?:在|于|我)", "", zone[0])
        return None


def _fits(place: dict[str, str | None], found: PlaceName) -> bool:
    """Whether a place does not contradict those already taken: its codes lie within them."""
    chosen = [
        code[:2] for name in place.values() if name for p in find_places(name) for code in p.codes
    ]
    return not chosen or any(code[:2] in chosen for code in found.codes)
