"""Firms and authorities, by the words their names end in."""

from __future__ import annotations

import re

_TAIL = (
    r"(?:集团)?(?:股份|责任)?有限(?:责任)?公司|集团总?公司|总公司|股份公司|公司|集团|"
    r"(?:电器|重工|银行|研究院|油田|电力)(?![^，。；、]{0,8}(?:公司|集团))"
)
_BODY = r"[\u4e00-\u9fffA-Za-z0-9·（）()\-]"
_NAME = re.compile(rf"{_BODY}{{2,24}}?(?:{_TAIL})(?:[\u4e00-\u9fff]{{0,4}}分公司)?")
# What cannot be part of a name: the name begins behind the last of these.
_BREAK = re.compile(
    r".*(?:由|是|在|与|和|为|从|对|将|据|向|及|即|称|到|的|了|获悉|介绍|表示|透露|投资|包括|"
    r"参加|出席|以及|其中|今年|企业|董事|携手|收购|记者|来自|隶属|所属|成立|注册|今后|目前|希望|确保|增强|实现|鉴于|提高|随着|积极争取|导|不断|有助于|"
    r"有(?!限)|作为|包含|此次|成功|了解|宣布|打破|也|还)"
)
_GENERIC = re.compile(
    r"^(?:(?:该|本|此|这|两|我|全资|控股|大型|子|母|分|项目|上市|合资|新|龙头|股份)*(?:公司|集团|有限公司)"
    r"|(?:公司|集团).*|.*(?:子公司|分公司|等公司|家公司))$"
)


# Groups of the state known by short names.
_KNOWN = re.compile(
    "国家电投|国家能源|国电电力|中电投|中广核|中石油|中石化|中海油|中国石油|中国石化|华能|华电|国电|大唐|三峡|龙源|"
    "神华|中核|京能|中煤|中粮|中铁建|中铁|中建|中交|中铝|包钢|宝钢|鞍钢|首钢|一汽|东风汽车|上汽|北汽|奇瑞|吉利|华为|海尔"
)


def trim_name(name: str) -> str:
    """Cut what stands before a firm's name in the same clause."""
    match = _BREAK.match(name[:-2]) if len(name) > 4 else None
    return (name[match.end() :] if match else name).lstrip("（(）)、")


def find_organisations(text: str) -> list[tuple[int, int]]:
    """Spans of firms' names, generic ones left out."""
    spans: list[tuple[int, int]] = []
    for match in _NAME.finditer(text):
        name = trim_name(match[0])
        if len(name) >= 3 and not _GENERIC.match(name) and _balanced(name):
            spans.append((match.end() - len(name), match.end()))
    for match in _KNOWN.finditer(text):
        if not any(begin <= match.start() < end for begin, end in spans):
            spans.append(match.span())
    return sorted(spans)


def _balanced(name: str) -> bool:
    return name.count("（") == name.count("）") and name.count("(") == name.count(")")
