"""Who pays: from 由…投资建设, …投资…建设, or the firm at the front of the project's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tuijin.engines.text.organisations import find_organisations, trim_name

_BY = re.compile(
    r"由(?P<who>[^，。；由]{2,60}?)(?:合资|独资|共同|联合|捐资|出资|投资|控股|筹资)"
    r"(?:\d[^，。；]{0,10})?(?:建设|兴建|建立|打造|开发|设立|投资|的|组建|\d)"
)
_PAID_BY = re.compile(
    r"(?P<who>[^，。；的是由]{2,40}?)(?:共同|联合)?(?:投资|捐资|出资)(?:建设|兴建|开发)的"
)
_IS = re.compile(
    r"(?:投建方|投资方|投资商|业主|建设单位|投资主体)(?:是|为|系)(?P<who>[^，。；]{2,30})"
)
_INVESTS = re.compile(r"(?:拟|将|计划|决定|还将|共同|正式|宣布)*(?:投资|出资|斥资|投入|建设)")


def find_investor(name: str, scope: Sequence[str], *, text: str, alone: bool) -> str | None:
    """
    Return the investor, several joined by 、.

    Parameters
    ----------
    alone
        The article is about this project only, so the whole text may name the investor.
    """
    for sentence in scope:
        for pattern in (_BY, _IS, _PAID_BY):
            match = pattern.search(sentence)
            if match and find_organisations(match["who"]):
                return _clean(match["who"])
    spans = find_organisations(name)
    if spans and spans[0][0] == 0 and spans[0][1] < len(name):
        return name[: spans[0][1]]
    for sentence in scope:
        for begin, end in find_organisations(sentence):
            after = sentence[end : end + 24]
            if _INVESTS.match(after) or re.match(
                r"[^，。；]{0,14}(?:拟|将)?(?:投资|出资)(?!者|环境)", after
            ):
                return sentence[begin:end]
    if alone:
        for sentence in text.split("。"):
            firms = [sentence[b:e] for b, e in find_organisations(sentence)]
            if firms and re.search(r"投资|建设|签署|签约|独资", sentence):
                return (
                    "、".join(dict.fromkeys(firms[:2]))
                    if "和" in sentence and "共同" in sentence
                    else firms[0]
                )
    return None


def _clean(who: str) -> str:
    parts = [
        trim_name(part)
        for part in re.split(r"和|与|、", re.split(r"在|于", who.strip())[0])
        if part
    ]
    return "、".join(parts)
