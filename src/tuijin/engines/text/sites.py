"""Where a project is: province, city and county as far as the article says, and the site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tuijin.engines.text.gazetteer import PlaceName, find_places, is_compatible, official_name
from tuijin.engines.text.organisations import find_organisations

_SITE = re.compile(
    r"(?:位于|落户于?|选址于?|坐落于?|在)(?P<site>[\u4e00-\u9fff（）]{2,24}?(?:开发区|高新区|新区|工业园区?|产业园区?|"
    r"工业区|园区|镇|乡|村|街道|路|沟|港|科技城))(?![\u4e00-\u9fff]{0,2}(?:管委会|领导|党工委|书记))"
)
_ZONE = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:经济技术开发区|高新技术产业开发区|经济开发区|开发区|高新区|新区|经开区|工业园区)"
)
_BARE_ZONE = re.compile(r"经济|高新|技术|开发|工业|新区|$")
# A place that somebody is from, or where something is signed; not where something is built.
_NOT_HERE = re.compile(
    r"(?:市|省|盟)?(?:对口|援建|支援|籍|铁路局|焦化|交通局|频道|[^，。；]{0,4}(?:签署|签约|签订|召开))"
)
_SETTLES = re.compile(r"落户(?:于|在)?|位于|选址(?:于|在)?|坐落(?:于|在)?|座落(?:于|在)?|地处")
_FAR = ("71", "81", "82")  # in the name of a hotel or a firm, not of a site
_NO_ZONE = re.compile(
    r"^(?:该|此|全|市|本|国家级|省级|各|这是该|将|进行|正在)|大小|建设|升格|作为|报道|涉及"
)
_LEAD = re.compile(r"^.*(?:在|位于|于|我市|我|宣布|举行|的|报道|涉及|所属)")


class PlaceReader:
    """Places of one article, read once."""

    def __init__(self, title: str, text: str, *, alone: bool) -> None:
        self._title, self._text, self._alone = title, text, alone
        firms = find_organisations(text)
        everywhere = find_places(text)
        self._found = [
            p
            for p in everywhere
            if not any(b <= p.start < e for b, e in firms)
            and not _NOT_HERE.match(text[p.end : p.end + 6])
        ]
        titled = find_places(title, context=text)
        self._titled = [p for p in titled if p.is_full or p.codes[0][:2] not in _FAR]
        self._any = [*self._titled, *everywhere]
        often = Counter(p.codes for p in (*self._titled, *self._found))
        self._frequent = sorted(self._found, key=lambda p: (-often[p.codes], not p.is_full))

    def place_of(self, name: str, at: int, scope: Sequence[str]) -> dict[str, str | None]:
        """
        Province, city and county by the name, the words before it, the title, the article.

        Firms' seats count only for a province above, and at last for a county.
        """
        chosen: dict[str, PlaceName] = {}
        opening = [p for p in self._opening() if p.level != "county" or p.is_full]
        sources = (
            self._settled(scope),
            self._in_name(name),
            self._just_before(at),
            self._titled,
            opening,
            self._prevailing(),
        )
        for source in sources:
            for found in source:
                _take(chosen, found)
        if chosen:
            for found in self._any:
                if found.level == "province":
                    _take(chosen, found)
        if "county" not in chosen:
            for found in find_places("".join(scope[:1]), context=self._text):
                if found.level == "county" and found.is_full:
                    _take(chosen, found)
        place: dict[str, str | None] = {
            level: official_name(chosen[level]) if level in chosen else None
            for level in ("province", "city", "county")
        }
        return {**place, "site": self._site(scope)}

    def _settled(self, scope: Sequence[str]) -> list[PlaceName]:
        """Places right behind 落户, 位于 and the like."""
        return [
            place
            for sentence in scope
            for match in _SETTLES.finditer(sentence)
            for place in find_places(sentence[match.end() : match.end() + 20], context=self._text)
            if place.start <= 6
        ]

    def _prevailing(self) -> list[PlaceName]:
        """Places above the county that at least half of the article's mentions are of."""
        high = [p for p in self._frequent if p.level == "city"]
        first = [p for p in high if p.codes == high[0].codes]
        return first if 2 * len(first) >= len(high) else []

    def _in_name(self, name: str) -> list[PlaceName]:
        firms = find_organisations(name)
        return [
            p
            for p in find_places(name, context=self._text)
            if (p.start == 0 or p.is_full)
            and p.codes[0][:2] not in _FAR
            and not any(b <= p.start < e for b, e in firms)
        ]

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
                site = _LEAD.sub("", match["site"])
                while places := [p for p in find_places(site) if p.start == 0]:
                    if _BARE_ZONE.match(site[places[0].end :]):
                        break
                    site = site[places[0].end :]
                site = re.sub(r"^(?:本市|我市|全市)", "", site)
                if len(site) >= 2 and not _NO_ZONE.match(site):
                    return site
        zone = _ZONE.search(self._title)
        if zone is None and self._alone:
            zone = _ZONE.search(self._text.split("\n", 1)[0])
        if zone and not _NO_ZONE.search(zone[0]):
            return _LEAD.sub("", zone[0])
        return None


def _take(chosen: dict[str, PlaceName], found: PlaceName) -> None:
    """Add a place of a level not known yet, where it does not contradict the others."""
    if found.level not in chosen and all(is_compatible(found, p) for p in chosen.values()):
        chosen[found.level] = found
