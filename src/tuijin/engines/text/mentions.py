"""Where a text names a project, and by what name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuijin.engines.text.amounts import NUMBER
from tuijin.engines.text.organisations import find_organisations

_HEADS = (
    "项目|工程|生产线|生产基地|产业基地|制造基地|基地|产业园区|产业园|工业园|物流园区|物流园|"
    "创新园|科技园|园区|集群区|工厂|生产厂|制造厂|热电厂|电厂|电站|风电场|发电站|水库|高速公路|公路|铁路|"
    "大道|隧道|大桥|码头|机场|小学|中学|学校|医院|综合体|大酒店|采购中心|研发中心|交易中心|"
    "数据中心|物流中心|展览中心|新厂区|新城"
)
_HEAD = re.compile(
    rf"(?:{_HEADS})(?:[一二三四五六七八九1-9]期(?:工程|项目)?|（[一二三四五]期）)?|"
    rf"(?<=至)[\u4e00-\u9fff\d]{{1,8}}段(?:工程)?|[\u4e00-\u9fff]线[\u4e00-\u9fff]{{2,4}}段"
)
_CLAUSE = re.compile(r"[^，。；;！？!?、：:“”《》\s—…]+")
# Words of doing right before the head belong to the name: 稀土永磁电机建设项目.
_DOING = re.compile(r"(?:建设|扩建|改建|迁建|改造|开发|利用|整治|示范)+$")
_NOW = re.compile(r"今年|目前|力争|已经?|正在|将|计划")
_CATEGORY = re.compile(r"(?:行业|产业|领域|类|等|建设|方面)$|行业的|等行业")
# A name begins behind the last of these within its clause.
_BEFORE = re.compile(
    r".*(?:的|该|按|筹划|谋划|解决好?|积极|引导|瞄准|收购|伴随着?|改建|改造(?!工程|项目)|续建|建(?=\d|年产)|连接起?|优化|提升|服务|规范|就(?!业)|建设|投资|新建|兴建|开建|建起|新开工|包括|涵盖|实施|启动|推进|引进|考察了?|来到|了解|"
    r"举行|宣布|签订|签约|列入|负责|参加|出席|加快|加速|做好|确保|争取|推动|抓好|动工|进行|还有|以及|"
    r"其中|如|即|是|在|由|将|与|对|从|于|(?<!华)为|有(?![效限色机利])|到|了|使|把|让|及其|突出|通过|介绍|涉及|完成|达(?!尔|茂|拉)|"
    r"[\d一二三四五六七八九十两几多余]+(?:个|项|条|座|家)|作为|属于|打造成?|总|成为|建成)"
)
# What may still stand at the front of a name and says nothing.
_FRONT = re.compile(
    r"^(?:而且|而|但据?|据|也|还|又|并|及|以|继|接|目前|预计|今年|去年|此次|本次|希望|全力|进一步|积极|"
    r"标志着|确保|增强|完善|支持|继续|按照|根据|一大批|一批|这批|这些|首个|自治区首个|大型|大力|第一个|"
    rf"开工|我省|我市|第一批|我国|全国|国内|{NUMBER}[万亿]美?元)+"
)
_REBUILT = re.compile(r"^(扩建|改建|迁建)(.+?)(项目|工程)?$")
_GENERIC = re.compile(
    r"^(?:该|此次?|本次?|这|各|某|其他?|全|两|每|我|新|老|原|大|小|中|省|市|区|县|旗|国家|全国|"
    r"有关|相关|上述|一批|一个|系列|重点|重大|重要|建设|工业|产业化?|投资|内资|外资|储备|前期|在建|"
    r"续建|拟建|拟开工|复工|开工|集中|产业链|上游|中游|下游|民生|基础设施|交通|配套|示范|支柱|"
    r"招商|招商引资|经济|科技|高科技|新兴|战略性|高新技术|多个|许多|所有|整个|合作|"
    r"意向|各项|一级|签约|落地|援建|首批|主要|关键|主体|隧道|路基|一期|二期|三期|四期|首期|后续|第[一二三]|期|"
    r"行业|领域|类|型|级|节点|规划|公司|募投|首发|民心|[二三四五六七八九十]大|专项|骨干|方面|开展|"
    r"资本运作|数字化|样板|全线|力争|二级|共列|个|和|及|与|等|集群|专业|现代|现代化|优质|好|引导|"
    r"亿元|以上|万元|\d|项目|工程|基地|园区)*"
    rf"(?:{_HEADS})(?:[一二三四五1-9]期)?(?:工程|项目)?$"
)
_WINDOW = 300  # characters of a sentence that are looked at on either side of a name
_MAX_MENTIONS = 200  # comparing names is quadratic; no article names so many
_LOOSE = re.compile(r"(?:项目|工程|生产线|段)")
_BUILT = re.compile(
    r"投资|开工|奠基|动工|建设|开建|扩建|新建|投产|竣工|落户|签约|占地|建成|施工|考察|启动|项目|立项|审批|线路"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of a project; offsets are those of the whole text."""

    name: str
    start: int
    end: int


# What ends a counted list: 等7个外资项目. The list itself is what stands before it.
_COUNTED = re.compile(
    r"等?(?:\d{1,3})(?:个|条|项|座|家)[\u4e00-\u9fff]{0,8}?"
    r"(项目|工程|高速公路|公路|铁路|电站|水库)"
)
_LIST_MARK = re.compile(r"[，。；;！？!?：:“”…\s]")
# What stands after these is where something is, or what it leads to; not what is built.
_ELSEWHERE = re.compile(r"(?:在|位于|连接起?|距离?|毗邻|靠近|经由?)$")
_BESIDE = re.compile(r"[东南西北]岸|附近|周边|以[东南西北]|最")
_PLACE_LIKE = re.compile(r"(?:园区|工业园|产业园|科技园|新城|大桥|机场|码头)$")


def find_listed(text: str) -> list[Mention]:
    """Names in a counted list: 甲、乙、丙等7个项目 are three projects, 甲、乙2条公路 two roads."""
    found = []
    for match in _COUNTED.finditer(text):
        at = max(0, match.start() - _WINDOW)
        marks = list(_LIST_MARK.finditer(text, at, match.start()))
        at = marks[-1].end() if marks else at
        parts = text[at : match.start()].split("、")
        if len(parts) < 2 or _CATEGORY.search(parts[-1]):
            continue
        cut = _BEFORE.match(parts[0])
        at, parts[0] = (at + cut.end(), parts[0][cut.end() :]) if cut else (at, parts[0])
        for name in parts:
            if (
                2 <= len(name) <= 16
                and not re.search(r"[\d万亿]", name)
                and not _CATEGORY.search(name)
            ):
                whole = name if _HEAD.search(name) or name.endswith("期") else name + match[1]
                found.append(Mention(whole, at, at + len(name)))
            at += len(name) + 1
        if len(found) > _MAX_MENTIONS:
            break
    return found


def find_mentions(text: str) -> list[Mention]:
    """Names of projects in order; 该项目 and the like name nothing and are left out."""
    found = find_listed(text)
    firms = find_organisations(text)
    for clause in _CLAUSE.finditer(text):
        for start, end in _names_in(clause[0]):
            mention = _read(text, clause.start() + start, clause.start() + end)
            if mention and not any(b < mention.end < e for b, e in firms):
                found.append(mention)
        if len(found) > _MAX_MENTIONS:
            break
    return sorted(found, key=lambda mention: (mention.start, -mention.end))


def _names_in(clause: str) -> list[tuple[int, int]]:
    """Spans of candidate names: up to each head that no further head directly follows."""
    heads = list(_HEAD.finditer(clause))
    spans, begin = [], 0
    for index, head in enumerate(heads):
        following = heads[index + 1] if index + 1 < len(heads) else None
        between = clause[head.end() : following.start()] if following else ""
        goes_on = following and len(between) <= 12 and not _BEFORE.match(between + "　")
        if goes_on and not _NOW.search(between) and not re.search(r"和|^等", between):
            continue
        if clause[head.end() : head.end() + 1] in tuple("部长方区商单标名局物系"):
            continue
        spans.append((begin, head.end()))
        begin = head.end()
    return spans


def _read(text: str, start: int, end: int) -> Mention | None:
    candidate = text[start:end]
    head = list(_HEAD.finditer(candidate))[-1]
    cut = _BEFORE.match(_DOING.sub("", candidate[: head.start()]))
    at = start + (cut.end() if cut else 0)
    if front := _FRONT.match(text[at:end]):
        at += front.end()
    verb = text[max(start, at - 2) : at]
    name = text[at:end].strip(" 和及与等（）()·-")
    if verb in ("扩建", "改建", "迁建"):
        name = verb + name
    before, others, rest = name.rpartition("等")
    if others and not re.search(r"\d", before):
        front = _FRONT.match(rest)
        at += len(before) + 1 + (front.end() if front else 0)
        name = rest[front.end() :] if front else rest
    if rebuilt := _REBUILT.match(name):
        name = f"{rebuilt[2]}{rebuilt[1]}{rebuilt[3] or '项目'}"
    if not 4 <= len(name) <= 45 or _GENERIC.match(name) or not _is_balanced(name):
        return None
    leads_there = _ELSEWHERE.search(text[max(0, at - 3) : at]) or _BESIDE.match(text, end)
    if _PLACE_LIKE.search(name) and leads_there:
        return None
    if not _LOOSE.search(name[-4:]) and not _BUILT.search(_around(text, at, end)):
        return None
    return Mention(name, at, end)


def _around(text: str, start: int, end: int) -> str:
    """The rest of the sentence that a name stands in."""
    near, far = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    first = max(near, *(text.rfind(mark, near, start) + 1 for mark in "。！？\n"))
    ends = (at for mark in "。！？\n" if (at := text.find(mark, end, far)) >= 0)
    last = min(ends, default=far)
    return text[first:start] + text[end:last]


def _is_balanced(name: str) -> bool:
    return name.count("（") == name.count("）") and name.count("(") == name.count(")")
