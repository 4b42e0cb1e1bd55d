"""From mentions to projects: which names are one project, which to keep, what is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from tuijin.engines.text.amounts import NUMBER, find_money
from tuijin.engines.text.attributes import read_attributes, read_status
from tuijin.engines.text.gazetteer import find_places
from tuijin.engines.text.investors import find_investor
from tuijin.engines.text.mentions import Mention, find_listed, find_mentions
from tuijin.engines.text.organisations import find_organisations
from tuijin.engines.text.sites import PlaceReader

_SENTENCE = re.compile(r"[^。！？!?\n]{1,600}[。！？!?]?[”’）)]?|\n")
_HEAD_WORDS = re.compile(
    r"(?:建设|扩建|改建|迁建|改造|加工)?(?:项目|工程|生产基地|产业基地|基地|生产线|园区|工厂|高速公路|公路|铁路)?"
    r"(?:[一二三四]期)?(?:项目|工程)?$"
)
_QUANTITY = re.compile(
    rf"(?:年产)?(?:\d+×)?{NUMBER}[万亿]?(?:吨级?|件|套|台|辆|千瓦|MW|兆瓦|片|只|千升|立方米|米|座)(?:/年)?"
)
_ROAD = re.compile(r"至.*(?:段|路|公路|线)|线.*段$")
_PHASED = re.compile(r"^(?:[一二三四]期|首期)")
_ZONE_IN_FRONT = re.compile(r"^.{0,10}?(?:开发区|高新区|园区|[省市县旗](?=援建|重点|重大|交通))")
_OF_MANY = re.compile(
    r"\d+[余多]?(?:个|项|条)[^，。；\d]{0,16}(?:项目|工程)|(?:项目|工程)\d+(?:个|项)"
)
_VISITED = re.compile(r"考察|了解|听取|察看|参观|调研")
_PARTS = re.compile(r"(?:主要)?(?:包括|包含|涵盖|有\d+个)")
_ADJECTIVE = re.compile(
    r"^(?:重点|重大|工业|交通|援建|集中|开工|奠基|各项|关联|建设|招商|外资|内资|大|小|新|全部|所有|投资|储备|一系列|"
    r"国家|输电|主体|条|家)*$"
)
_CATEGORY = re.compile(
    r"^(?:重点|重大|工业|交通|旅游|农业|水利|民生|新能源|煤化工|风电|光伏|光伏发电|水电|地产|房地产|科研|海外|"
    r"冶炼|环保|物流|援建|产业化?|基础设施|供热|集中|开工|奠基|各项|配套|关联|建设|基建|土建|LED|"
    r"招商|外资|内资|大|小|新|全部|所有|安全|农村|城市|国际|合作|投资|储备|一系列|数万|条|数字化|样板|国家|输电)*$"
)
_ACTION = re.compile(
    r"投资|开工|奠基|动工|开建|扩建|新建|投产|竣工|完工|落户|签约|签署|占地|考察|前期|施工|招标|建成|立项"
)
_REFERS = re.compile(
    r"^(?:该|此|本|这|其|项目|工程|据悉|据了解|据介绍|建成|届时|达产|投产|其中|目前|公司|二期|一期|新)"
)
# In the order of the annotation.
_FIELDS = (
    "investment_yi investment_usd_yi investment_kind annual_investment_yi cumulative_investment_yi "
    "capacity area start completion production status sales_yi output_value_yi tax_yi "
    "profit_tax_yi jobs"
).split()
_KEEP_FROM = 3
_MAX_PROJECTS = 60
_MAX_MENTIONS = 200


@dataclass(slots=True)
class Group:
    """Mentions of one project."""

    name: str
    mentions: list[Mention] = field(default_factory=list)
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    start: int
    paragraph: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def split_sentences(text: str) -> list[Sentence]:
    """Sentences with their offset and the number of their paragraph."""
    sentences, paragraph = [], 0
    for match in _SENTENCE.finditer(text):
        if match[0] == "\n":
            paragraph += 1
        else:
            sentences.append(Sentence(match[0], match.start(), paragraph))
    return sentences


@lru_cache(maxsize=4096)
def core_of(name: str) -> str:
    """What tells a name from others: without head, brackets, quantities, and place in front."""
    core = re.sub(r"[（(][^）)]*[）)]", "", name)
    core = _HEAD_WORDS.sub("", core)
    places = [p for p in find_places(core) if p.start == 0]
    return core[places[0].end :] if places and len(core) > places[0].end + 1 else core


@lru_cache(maxsize=4096)
def bare_core(name: str) -> tuple[str, str]:
    """The firm in front of a name, and the core without firm and quantities."""
    core = core_of(name)
    firms = [span for span in find_organisations(core) if span[0] <= 1]
    firm = core[: firms[0][1]] if firms else ""
    rest = _QUANTITY.sub("", core[len(firm) :])
    return (firm, rest) if len(rest) >= 2 else ("", core)


def is_same(one: str, other: str) -> bool:
    """Whether two names are one project: one core within the other, the phases not in conflict."""
    if one == other:
        return True
    phases = [set(re.findall(r"[一二三四]期", name)) for name in (one, other)]
    if phases[0] and phases[1] and phases[0] != phases[1]:
        return False
    for short, whole in ((one, other), (other, one)):
        plain = re.sub(r"[一二三四]期", "", core_of(short))
        if len(plain) >= 4 and plain in whole:
            return True
    (firm_a, a), (firm_b, b) = bare_core(one), bare_core(other)
    shorter = min(len(a), len(b))
    if a in b or b in a:
        same_firm = bool(firm_a and firm_b) and (firm_a in firm_b or firm_b in firm_a)
        return shorter >= (2 if same_firm or a == b else 4)
    if _ROAD.search(one) or _ROAD.search(other):
        return False
    return _overlap(a, b) >= max(5, 0.65 * shorter)


def _overlap(a: str, b: str) -> int:
    """Length of the longest common piece."""
    best = 0
    row = [0] * (len(b) + 1)
    for x in a:
        previous = 0
        for j, y in enumerate(b, 1):
            row[j], previous = (previous + 1 if x == y else 0), row[j]
            best = max(best, row[j])
    return best


def group_mentions(mentions: Sequence[Mention], *, title: str) -> list[Group]:
    """Group mentions; a group goes by its fullest name, the title's wording first."""
    groups: list[Group] = []
    for mention in mentions:
        group = next((g for g in groups if is_same(g.name, mention.name)), None)
        if group is None:
            group = Group(mention.name)
            groups.append(group)
        group.mentions.append(mention)
        group.name = _better_name(group.name, mention.name, title=title)
    return _merge(groups, title=title)


def _merge(groups: Sequence[Group], *, title: str) -> list[Group]:
    """Merge groups whose names, better by now, are one project's after all."""
    merged: list[Group] = []
    for group in groups:
        same = next((one for one in merged if is_same(one.name, group.name)), None)
        if same is None:
            merged.append(group)
        else:
            same.mentions.extend(group.mentions)
            same.name = _better_name(same.name, group.name, title=title)
    return merged


def _better_name(old: str, new: str, *, title: str) -> str:
    """One that calls itself a project; then the one nearer the title; then the longer."""

    if re.search(r"[一二三四]期", old) and not re.search(r"[一二三四]期", new):
        return old

    def rank(name: str) -> tuple[bool, int, int]:
        return bool(re.search(r"(?:项目|工程)$", name)), _overlap(name, title), len(name)

    return new if rank(new) > rank(old) and len(new) <= 40 else old


def find_projects(title: str, text: str, *, published: date | None) -> list[dict[str, Any]]:
    """All projects of an article in the shape of the annotation, without `note`."""
    sentences = split_sentences(text)
    named = find_mentions(text)
    firms = islice(_firm_mentions(sentences, find_listed(text)), _MAX_MENTIONS)
    mentions = _without_overlaps([*named, *firms])[:_MAX_MENTIONS]
    groups = group_mentions(_without_parts(mentions, sentences), title=title)
    kept = [g for g in groups if _score(g, title, sentences) >= _KEEP_FROM][:_MAX_PROJECTS]
    reader = PlaceReader(title, text, alone=len(kept) == 1)
    projects = [_describe(g, kept, sentences, title, text, reader, published) for g in kept]
    together = _joint_status(sentences, published)
    for group, project in zip(kept, projects, strict=True):
        own = [s.text for s in sentences for m in group.mentions if s.start <= m.start < s.end]
        if project["status"] is None and not any(_VISITED.search(text) for text in own):
            project["status"] = together
    return projects


def _joint_status(sentences: Sequence[Sentence], published: date | None) -> str | None:
    """What the article says of its projects together: 20个项目集中开工."""
    joint = [s.text for s in sentences if _OF_MANY.search(s.text)]
    joint = [text for text in joint if re.search(r"集中|集体|此次|陆续|本次", text)]
    return read_status("".join(joint[:1]), start=None, published=published) if joint else None


def _without_overlaps(mentions: Sequence[Mention]) -> list[Mention]:
    """Keep the first of mentions that overlap, the longer of two that start together."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _without_parts(mentions: Sequence[Mention], sentences: Sequence[Sentence]) -> list[Mention]:
    """
    Leave out what is part of a project named before: its phases, and what it is said to include.
    """
    kept: list[Mention] = []
    for sentence in sentences:
        first: Mention | None = None
        known = False
        for mention in mentions:
            if not sentence.start <= mention.start < sentence.end:
                continue
            near = kept and _paragraph_of(kept[-1], sentences) == sentence.paragraph
            if near and _PHASED.match(mention.name) and not _ROAD.search(mention.name):
                continue
            between = sentence.text[: mention.start - sentence.start]
            if known and _PARTS.search(between):
                continue
            if first is None:
                first = mention
                is_named = not _CATEGORY.match(core_of(mention.name))
                known = is_named and any(is_same(mention.name, m.name) for m in kept)
            kept.append(mention)
    return kept


def _paragraph_of(mention: Mention, sentences: Sequence[Sentence]) -> int:
    return next((s.paragraph for s in sentences if s.start <= mention.start < s.end), -1)


def _firm_mentions(sentences: Sequence[Sentence], listed: Sequence[Mention]) -> Iterator[Mention]:
    """
    A sentence or two that begin with a firm, or a name from a list, and say what it builds.

    The mention spans the block, so that what is built there counts as this firm's project.
    """
    for index, sentence in enumerate(sentences):
        subject = _subject(sentence.text, listed)
        if subject is None:
            continue
        begin, end = subject
        block, last = sentence.text, sentence.end
        for following in sentences[index + 1 : index + 5]:
            if following.paragraph != sentence.paragraph or _subject(following.text, listed):
                break
            block += following.text
            last = following.end
        builds = re.search(r"扩建|扩大|新建|建立|建设|兴建|开工|新厂区|二期|一期|竣工|投产", block)
        has_sum = any(True for _ in find_money(block))
        named = [m for m in find_mentions(sentence.text) if m.start <= end]
        if builds and has_sum and not named:
            firm = sentence.text[begin:end]
            own = [m.name for m in find_mentions(sentence.text[end:])]
            own = [name for name in own if not _CATEGORY.match(core_of(name))]
            is_named = bool(own) and ("扩建" not in block or re.search(r"期|项目|工程", own[0]))
            kind = own[0] if is_named else "扩建项目" if "扩建" in block else "项目"
            yield Mention(f"{firm}{kind}", sentence.start + begin, last)


def _subject(text: str, listed: Sequence[Mention]) -> tuple[int, int] | None:
    """The span of a firm's full name, or of a listed name, that a sentence begins with."""
    for begin, end in find_organisations(text):
        if begin <= 4 and text[begin:end].endswith("有限公司") and end - begin > 6:
            return begin, end
    cores = (core_of(mention.name) for mention in listed)
    found = ((at, at + len(c)) for c in cores if len(c) >= 4 and 0 <= (at := text.find(c)) <= 8)
    return min(found, default=None)


def _score(group: Group, title: str, sentences: Sequence[Sentence]) -> int:
    """How sure it is that this is a project the article is about."""
    own = [s.text for s in sentences for m in group.mentions if s.start <= m.start < s.end]
    core = core_of(group.name)
    firm, bare = bare_core(group.name)
    kind = _ZONE_IN_FRONT.sub("", bare)
    own_sum = any(list(find_money(text)) and not _OF_MANY.search(text) for text in own)
    is_placed = bool(find_places(group.name)) and own_sum and not _ADJECTIVE.match(kind)
    if len(bare) < 2 or (_CATEGORY.match(kind) and not is_placed):
        return 0
    specific = bool(
        firm
        or find_places(group.name)
        or re.search(r"[\dA-Za-z]", core)
        or _ROAD.search(group.name)
    )
    return (
        2 * (_overlap(core, title) >= 3)
        + 2 * any(_ACTION.search(text) and list(find_money(text)) for text in own)
        + any(_ACTION.search(text) for text in own)
        + (len(group.mentions) > 1)
        + 2 * specific
        + (len(core) >= 4)
        + bool(re.search(r"(?:项目|工程|段|公路|期)$", group.name))
    )


def _describe(
    group: Group,
    kept: Sequence[Group],
    sentences: Sequence[Sentence],
    title: str,
    text: str,
    reader: PlaceReader,
    published: date | None,
) -> dict[str, Any]:
    is_subject = len(kept) == 1 and (len(text) < 700 or _overlap(core_of(group.name), title) >= 3)
    scope = [s.text for s in sentences] if is_subject else _scope(group, kept, sentences)
    first = next((m for m in group.mentions if m.name == group.name), group.mentions[0])
    values = read_attributes(scope, name=group.name, published=published)
    investor = find_investor(group.name, scope, text=text, alone=is_subject)
    place = reader.place_of(group.name, first.start, scope)
    return {
        "name": group.name,
        **place,
        "investor": investor,
        **{name: values[name] for name in _FIELDS},
        "note": None,
    }


def _scope(group: Group, kept: Sequence[Group], sentences: Sequence[Sentence]) -> list[str]:
    """
    The sentences, or parts of them, that speak of the group.

    A sentence that names several projects is cut between them: before a name where the words
    lead up to it with 的 (投资15亿元的甲项目), behind the name elsewhere. A sentence that names
    none goes on about the last one named in its paragraph.
    """
    marks = sorted(
        ((m.start, m.end, g) for g in kept for m in g.mentions), key=lambda mark: mark[:2]
    )
    pieces: list[str] = []
    last: Group | None = None
    paragraph = -1
    for sentence in sentences:
        if sentence.paragraph != paragraph:
            refers = _REFERS.match(sentence.text) is not None
            last = last if refers else None
            paragraph = sentence.paragraph
        named = [mark for mark in marks if sentence.start <= mark[0] < sentence.end]
        if not named:
            if last is group and not _OF_MANY.search(sentence.text):
                pieces.append(sentence.text)
            continue
        if all(mark[2] is named[0][2] for mark in named):
            if named[0][2] is group:
                pieces.append(sentence.text)
        else:
            pieces += _cut(group, named, sentence)
        last = named[-1][2]
    return pieces


def _cut(group: Group, named: Sequence[tuple[int, int, Group]], sentence: Sentence) -> list[str]:
    pieces = []
    text, base = sentence.text, sentence.start
    tail = re.search(r"[，；]", text[named[-1][1] - base :])
    for index, (start, end, owner) in enumerate(named):
        if owner is not group:
            continue
        leads = text[: start - base].rstrip("“《").endswith("的")
        begin = named[index - 1][1] - base if leads and index else start - base
        begin = 0 if leads and not index else begin
        is_last = index + 1 == len(named)
        stop = len(text) if is_last else named[index + 1][0] - base
        if leads and not is_last:
            stop = end - base
        pieces.append(text[begin:stop])
    if pieces and tail and named[-1][2] is not group:
        common = text[named[-1][1] - base :]
        if re.search(r"(?:均|都|等)", common[:12]):
            pieces.append(common)
    head = text[: named[0][0] - base]
    if pieces and re.search(r"开工|奠基|签约|考察|陆续", text):
        verbs = re.findall(r"(?:将)?(?:陆续)?(?:开工|奠基|签约|考察)(?:建设)?", text)
        pieces.append(verbs[-1])
    if pieces and head and re.search(r"今年|年内", head) is None:
        return pieces
    return pieces
