"""What the sentences about one project say: money, capacity, area, dates, status, promises."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from tuijin.engines.text.amounts import (
    NUMBER,
    Value,
    find_money,
    plain,
    read_number,
)
from tuijin.engines.text.dates import Day, find_dates

_CLAUSE_MARK = re.compile(r"[，。；;！？!?：:\n]")
_PHASE = re.compile(r"(?:[一二三四]期|首期|初期)(?:工程|项目)?[^，。；]{0,6}$")
_INTENDS = r"(?:拟|计划|将|预计|规划|决定|还将)"
_ANNUAL = re.compile(
    r"(?:今年|本年度?|(?<!\d)年内|全年|当年)[^，。；]{0,12}(?:完成)?投资[^，。；\d]{0,4}$|"
    r"需完成投资[^，。；\d]{0,2}$"
)
_CUMULATIVE = re.compile(
    r"(?:累计|已|共)(?:已)?完成投资[^，。；\d]{0,4}$|累计投资[^，。；\d]{0,4}$"
)
_KINDS: tuple[tuple[str, int, re.Pattern[str]], ...] = tuple(
    (kind, rank, re.compile(pattern))
    for kind, rank, pattern in (
        ("planned_total", 4, r"(?:计划|规划|预计|拟)(?:项目)?总投资[^，。；\d]{0,5}$"),
        ("estimated_total", 4, r"(?:估算|概算|匡算)(?:项目)?总投资[^，。；\d]{0,5}$"),
        ("estimated_total", 4, r"总投资(?:估算|概算)[^，。；\d]{0,4}$"),
        ("budget", 4, r"(?:预算|总预算)[^，。；\d]{0,4}$"),
        ("total", 4, r"(?:总投资|投资总额|投资总规模|总造价)[^，。；\d]{0,5}$"),
        ("acquisition", 3, r"收购[^，。；\d]{0,12}$"),
        ("planned_total", 2, rf"{_INTENDS}[^，。；\d]{{0,4}}(?:投资|出资|投入)[^，。；\d]{{0,5}}$"),
        ("total", 1, r"(?:投资|出资|投入|投建|斥资)[^，。；\d]{0,5}$"),
    )
)
# A sum of several projects: 45个项目，总投资533亿元.
_OF_MANY = re.compile(
    r"(?:\d[余多]?(?:个|项|条)[^，。；]{0,16}?(?:项目|工程|公路|高速)?|"
    r"(?:项目|工程)[^，。；\d]{0,4}\d+[余多]?(?:个|项)|合计|全部|这批|等\d+个)[^。；]{0,24}$"
)
_DOUBT = re.compile(r"属实|质疑|被疑|乌龙|说法不一|更正|让人生疑")
_NEAR = ((re.compile(r"近$"), "nearly"), (re.compile(r"(?:超过?|逾|突破)$"), "over"),
         (re.compile(r"(?:约为?|大约)$"), "about"))  # fmt: skip
_PROMISES: tuple[tuple[str, str], ...] = (
    ("sales_yi", r"(?:销售(?:收入|额|总收入)|营业收入|主营业务收入)"),
    ("output_value_yi", r"(?:总产值|工业产值|年产值|产值|生产产值)"),
    ("profit_tax_yi", r"利税"),
    ("tax_yi", r"(?:税收|税金|纳税额?|缴税|利润税|税款)"),
)
_JOBS = re.compile(
    rf"(?:就业岗位|工作岗位|岗位|就业|用工|安置|带动|新增)[^，。；\d]{{0,8}}(?P<n>{NUMBER})(?P<u>万?)余?多?(?:个|人|名)"
    rf"|(?P<n2>{NUMBER})(?P<u2>万?)余?多?(?:个|人|名)[^，。；\d]{{0,4}}(?:就业|岗位)"
)
_AREA = re.compile(
    rf"(?P<kind>占地|建筑|用地|厂房)(?:总)?(?:面积)?[^，。；\d]{{0,6}}(?P<n>{NUMBER})(?P<more>余)?"
    r"(?P<unit>万?平方米|平方公里|亩|公顷)"
)
_MEASURE = (
    r"万余(?:台|吨|套|件|辆)|万千瓦时|亿千瓦时|万千瓦|千瓦|兆瓦|MW|GW|万千升|万吨|吨|万辆|万台|万套|万件|万片|亿片|亿颗|亿只|万只|"
    r"亿个|万个|万盏|亿立方米|万立方米|万平方米|公里|万块|万头|万箱|万支|台|套|辆|艘|架|座|颗|片"
)
_YEARLY = re.compile(
    r"(?:年(?:产能?|生产|处理|产量|加工|设计产能|设计年产能?|交易量|封装)(?:力|量)?|产能|(?<=，)(?:生产|处理|加工))"
    rf"(?P<what>[^，。；\d]{{0,10}}?)(?P<n>{NUMBER})(?P<more>余|多)?(?P<unit>{_MEASURE})(?:/年)?"
    r"(?P<product>(?:\d+(?:\.\d+)?英寸)?[^，。；、\d（(/]{0,14})"
)
_POWER = re.compile(
    rf"(?P<product>装机)(?:总?容量|总?规模)?[^，。；\d]{{0,6}}(?P<n>{NUMBER})(?P<unit>万千瓦|MW|兆瓦|千瓦)(?!时)"
)
_BUYS = re.compile(
    rf"(?:建设|新增|安装|购置|和)(?P<n>{NUMBER})(?P<unit>台套?|套)(?P<product>[^，。；、和（(]{{2,16}})"
)
_NAMED = re.compile(
    rf"(?P<times>\d+×)?(?P<n>{NUMBER})(?P<more>余|多)?(?P<unit>{_MEASURE})(?P<year>/年)?(?P<product>[^，。；、\d（(/]{{0,16}})"
)
_LENGTH = re.compile(rf"(?:全长|总长|主线长|线路长|长度?)(?:约|达|为)?(?P<n>{NUMBER})公里")
_PAST = re.compile(
    r"(?P<year>(?:19|20)\d\d)年[^，。；]{0,12}(?:实现|完成|达)|去年|上半年实现|累计(?:生产|销售|纳税)|同比|"
    r"原有|目前在全球|到目前为止|当年就|已发展|现有"
)
_START = r"开工|奠基|动工|开建|启动建设|破土"
_DONE = r"竣工|完工|建成|通车|完成(?!投资|中央|固定)"
_OUTPUT = r"投产|投入生产|达产|试生产|投运|产出"


def read_attributes(
    sentences: Sequence[str], *, name: str, published: date | None
) -> dict[str, Any]:
    """
    Read every field of one project but its name, place and investor.

    Parameters
    ----------
    sentences
        What is said of the project, in the order of the article.
    """
    text = "".join(sentences)
    of_project = [s for s in sentences if not _is_past(s, published)]
    values: dict[str, Any] = _read_investment(sentences)
    values |= _read_promises(of_project)
    values["capacity"] = _read_capacity(of_project, name)
    values["area"] = _read_area(of_project)
    values |= _read_dates(sentences, published)
    values["status"] = read_status(text, start=values["start"], published=published)
    return values


def _is_past(sentence: str, published: date | None) -> bool:
    """Whether a sentence tells what a firm or place has done, not what the project will do."""
    return any(
        match["year"] is None or published is None or int(match["year"]) < published.year
        for match in _PAST.finditer(sentence)
    )


def _before(text: str, at: int) -> str:
    """The clause up to a place in it, as far as it can matter."""
    text, at = text[max(0, at - 60) : at], min(at, 60)
    marks = [match.end() for match in _CLAUSE_MARK.finditer(text, 0, at)]
    return text[marks[-1] if marks else 0 : at]


def _read_investment(sentences: Sequence[str]) -> dict[str, Any]:
    best: tuple[int, float] = (0, 0.0)
    sums: set[int | float] = set()
    values: dict[str, Any] = dict.fromkeys(
        ("investment_yi", "investment_usd_yi", "investment_kind", "annual_investment_yi",
         "cumulative_investment_yi")
    )  # fmt: skip
    for sentence in sentences:
        for money in find_money(sentence):
            before = _before(sentence, money.start)
            if _CUMULATIVE.search(before):
                values["cumulative_investment_yi"] = money.value_yi
                continue
            if _ANNUAL.search(before):
                values["annual_investment_yi"] = money.value_yi
                continue
            kind, rank = _kind_of(before)
            is_shared = (
                _OF_MANY.search(sentence[max(0, money.start - 80) : money.start])
                and "总投资" in before
            )
            if not kind or is_shared:
                continue
            if _PHASE.search(re.sub(r"(?:计划|总)?投[资入].*$|规划.*$", "", before)):
                kind, rank = "phase_1", 0
            size = max(money.value_yi) if isinstance(money.value_yi, list) else money.value_yi
            if kind != "phase_1" and not money.is_usd:
                sums.add(size)
            score = (rank, float(size))
            if score > best or values["investment_kind"] is None:
                best = score
                currency = "investment_usd_yi" if money.is_usd else "investment_yi"
                values["investment_yi"] = values["investment_usd_yi"] = None
                values[currency], values["investment_kind"] = money.value_yi, kind
    if sums and max(sums) >= 2 * min(sums) and _DOUBT.search("".join(sentences)):
        values |= {"investment_yi": [min(sums), max(sums)], "investment_kind": "disputed"}
    return values


def _kind_of(before: str) -> tuple[str | None, int]:
    for kind, rank, pattern in _KINDS:
        if pattern.search(before):
            near = next((word for mark, word in _NEAR if mark.search(before)), None)
            return (near if near == "nearly" and kind == "total" else kind), rank
    return None, 0


def _read_promises(sentences: Sequence[str]) -> dict[str, Any]:
    """Sales, output value, taxes and jobs a year; the last phase's where several are given."""
    values: dict[str, Any] = dict.fromkeys(
        ("sales_yi", "output_value_yi", "tax_yi", "profit_tax_yi", "jobs")
    )
    for sentence in sentences:
        for money in find_money(sentence):
            before = _before(sentence, money.start)
            after = sentence[money.end : money.end + 8]
            field = _promise(before, after)
            if field and not money.is_usd:
                values[field] = _larger(values[field], money.value_yi)
        for match in _JOBS.finditer(sentence):
            factor = 10_000 if match["u"] or match["u2"] else 1
            values["jobs"] = plain(read_number(match["n"] or match["n2"]) * factor)
    return values


def _promise(before: str, after: str) -> str | None:
    for field, words in _PROMISES:
        if re.search(rf"{words}[^，。；\d]{{0,8}}$", before):
            return field
    # 税收10亿元、利税… in a row, and 25亿元的年销售额
    for field, words in _PROMISES:
        if re.match(rf"的?(?:年)?{words}", after):
            return field
    return None


def _larger(old: Value | None, new: Value) -> Value:
    def size(value: Value) -> float:
        return float(max(value)) if isinstance(value, list) else float(value)

    return new if old is None or size(new) > size(old) else old


def _read_capacity(sentences: Sequence[str], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for index, text in enumerate((name, *sentences)):
        for match in (_NAMED if index == 0 else _YEARLY).finditer(text):
            value = read_number(match["n"])
            if index == 0 and match["times"]:
                value *= int(match["times"][:-1])
            yearly = index > 0 or "年产" in text or match["year"]
            unit = match["unit"] + ("/年" if yearly else "")
            product = re.sub(
                r"(?:的|等|项目|工程|生产线|生产规模|以上|左右|将|并).*$", "", match["product"]
            )
            what = re.sub(
                r"^(?:力|量)?(?:将|可|能)?(?:达到|达|为|约)*",
                "",
                match.groupdict().get("what") or "",
            )
            what = re.sub(r"^(?:突破|增加至?|以及|设定|提高|新增|达).*$", "", what)
            item = {"product": product or what, "value": plain(value), "unit": unit}
            if all(one["value"] != item["value"] for one in found):
                found.append(item)
        for match in (*_BUYS.finditer(text), *_POWER.finditer(text)) if index else ():
            count = {"product": match["product"], "value": plain(read_number(match["n"]))}
            if all(one["value"] != count["value"] for one in found):
                found.append(count | {"unit": match["unit"]})
        if index and (length := _LENGTH.search(text)):
            item = {"product": "长度", "value": plain(read_number(length["n"])), "unit": "公里"}
            found.append(item)
    return found


def _read_area(sentences: Sequence[str]) -> list[dict[str, Any]]:
    areas: list[dict[str, Any]] = []
    for sentence in sentences:
        for match in _AREA.finditer(sentence):
            kind = {"用地": "占地"}.get(match["kind"], match["kind"])
            if _PHASE.search(_before(sentence, match.start())):
                continue
            if all(area["kind"] != kind for area in areas):
                value = plain(read_number(match["n"]))
                areas.append({"kind": kind, "value": value, "unit": match["unit"]})
    return areas


def _read_dates(sentences: Sequence[str], published: date | None) -> dict[str, Any]:
    """A date belongs to the first of start, finish and output that follows it in the sentence."""
    values: dict[str, Any] = dict.fromkeys(("start", "completion", "production"))
    pattern = re.compile(rf"(?P<start>{_START})|(?P<completion>{_DONE})|(?P<production>{_OUTPUT})")
    for sentence in sentences:
        days = list(find_dates(sentence, published=published))
        for index, day in enumerate(days):
            until = days[index + 1].start if index + 1 < len(days) else len(sentence)
            until = min(until, day.end + 40)
            event = pattern.search(sentence, day.end, until)
            if not event or re.search(r"投资|以来", sentence[day.end : event.start()][:6]):
                continue
            field = str(event.lastgroup)
            both = event[0] == "建成" and sentence[event.end() :].startswith("投产")
            if both and values["production"] is None:
                values["production"] = day.iso
            old = values[field]
            if old is None or (_exactness(day.iso) > _exactness(old) and _agrees(day, old)):
                values[field] = day.iso
    return values


def _exactness(iso: str) -> int:
    """Order dates by how exact they are: year, half, quarter, month, day."""
    return len(iso) * 2 - (2 if "H" in iso else 1 if "Q" in iso else 0)


def _agrees(day: Day, old: str) -> bool:
    """Whether a date only says more exactly what another said: 2011-06 for 2011 or 2011-H1."""
    return day.iso[:4] == old[:4]


# In this order: the first that the text bears out.
_STATUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("未开工", re.compile(r"并没有开工|尚未开工|没有开工|未开工")),
    ("计划开工", re.compile(rf"(?:{_INTENDS}|争取|即将|有望)[^。；，]{{0,20}}(?:{_START})")),
    ("前期", re.compile(r"立项报批|前期工作|施工图设计|招标(?:阶段|，|、|等)|可行性研究")),
    ("投产", re.compile(r"正式投产|已投产|全面投产|开业|已建成")),
    ("开工", re.compile(_START)),
    (
        "在建",
        re.compile(
            r"正在(?:进行|同步|抓紧|紧张)?[^。，；]{0,6}(?:施工|建设|摊铺|加快)|已经?基本?完成|在建|施工中"
        ),
    ),
    ("签约", re.compile(r"签约|签署|签订|落户")),
    ("规划", re.compile(rf"{_INTENDS}[^。；]{{0,10}}(?:投资|建设|出资|新建)")),
)


def read_status(text: str, *, start: str | None, published: date | None) -> str | None:
    """How far the text says the project has come; a start still to come counts as planned."""
    status = next((word for word, pattern in _STATUSES if pattern.search(text)), None)
    is_to_come = start and published and start[:7] > published.isoformat()[:7]
    return "计划开工" if status == "开工" and is_to_come else status
