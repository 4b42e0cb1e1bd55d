"""Where a project is: province, city and county as far as the article says, and the site."""

from __future__ import annotations

import re
from collections import Counter
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
_BARE_ZONE = re.compile(r"经济|高新|技术|开发|工业|新区|$")
# A place that somebody is from, not where something is built.
_NOT_HERE = re.compile(r"(?:市|省|盟)?(?:对口|援建|支援|籍|铁路局|焦化|交通局)")
_NO_ZONE = re.compile(r"^(?:该|此|全|市|本|国家级|省级|各|这是该|将)|大小|建设|升格|作为")


class PlaceReader:
    """Places of one article, read once."""

    def __init__(self, title: str, text: str) -> None:
        self._title, self._text = title, text
        firms = find_organisations(text)
        everywhere = find_places(text)
        self._found = [
            p
            for p in everywhere
            if not any(b <= p.start < e for b, e in firms)
            and not _NOT_HERE.match(text[p.end : p.end + 6])
        ]
        self._titled = find_places(title)
        self._any = [*self._titled, *everywhere]
        often = Counter(p.codes for p in (*self._titled, *self._found))
        self._frequent = sorted(self._found, key=lambda p: (-often[p.codes], not p.is_full))

    def place_of(self, name: str, at: int, scope: Sequence[str]) -> dict[str, str | None]:
        """
        Province, city and county by the name, the words before it, the title, the article.

        Firms' seats count only for what is above a place already known.
        """
        place: dict[str, str | None] = dict.fromkeys(("province", "city", "county"))
        local = [p for p in find_places(name) if p.start <= 8 and p.start == 0 or p.is_full]
        before = self._just_before(at)
        higher = [p for p in (*self._titled, *self._frequent) if p.level != "county"]
        counties = {p.codes: p for p in self._found if p.level == "county"}
        only = list(counties.values()) if len(counties) == 1 else []
        for source in (local, before, self._opening(), higher, only):
            for found in source:
                if place[found.level] is None and _fits(place, found):
                    place[found.level] = official_name(found)
        if any(place.values()):
            for found in self._any:
                is_above = found.level == "province" and place["province"] is None
                if is_above and _fits(place, found):
                    place["province"] = official_name(found)
        return {**place, "site": self._site(scope)}

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
                while places := [p for p in find_places(site) if p.start == 0]:
                    if _BARE_ZONE.match(site[places[0].end :]):
                        break
                    site = site[places[0].end :]
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
