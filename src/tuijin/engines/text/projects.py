"""From mentions to projects: which names are one project, which are worth keeping, what is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tuijin.engines.text.amounts import find_money
from tuijin.engines.text.attributes import read_attributes
from tuijin.engines.text.gazetteer import find_places
from tuijin.engines.text.investors import find_investor
from tuijin.engines.text.mentions import Mention, find_mentions
from tuijin.engines.text.organisations import find_organisations
from tuijin.engines.text.sites import PlaceReader

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?[”’）)]?|\n")
_HEAD_WORDS = re.compile(
    r"(?:建设|扩建|改建|迁建|改造)?(?:项目|工程|生产基地|产业基地|基地|生产线|园区)?(?:[一二三四]期)?(?:项目|工程)?$"
)
_ACTION = re.compile(
    r"投资|开工|奠基|动工|开建|扩建|新建|投产|竣工|完工|落户|签约|签署|占地|考察|前期|施工|招标|建成|立项"
)
_REFERS = re.compile(r"^(?:该|此|本|这|其|项目|工程|据悉|据了解|据介绍|建成|届时|达产|投产|其中|目前|公司|二期|一期|新)")
_KEEP_FROM = 4
_MAX_PROJECTS = 60


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


def core_of(name: str) -> str:
    """What tells a name from others: without its head, brackets and a place in front."""
    core = re.sub(r"[（(][^）)]*[）)]", "", name)
    core = _HEAD_WORDS.sub("", core)
    places = [p for p in find_places(core) if p.start == 0 and p.is_full]
    return core[places[0].end :] if places and len(core) > places[0].end + 2 else core


def is_same(one: str, other: str) -> bool:
    """Whether two names are one project: one core within the other, the phases not in conflict."""
    a, b = core_of(one), core_of(other)
    phases = [set(re.findall(r"[一二三四]期", name)) for name in (one, other)]
    if phases[0] and phases[1] and phases[0] != phases[1]:
        return False
    if min(len(a), len(b)) < 2:
        return False
    return a in b or b in a or _overlap(a, b) >= max(5, 0.75 * min(len(a), len(b)))


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


def group_mentions(mentions: Sequence[Mention]) -> list[Group]:
    groups: list[Group] = []
    for mention in mentions:
        group = next((g for g in groups if is_same(g.name, mention.name)), None)
        if group is None:
            group = Group(mention.name)
            groups.append(group)
        group.mentions.append(mention)
    return groups


def find_projects(title: str, text: str, *, published: date) -> list[dict[str, Any]]:
    """All projects of an article in the shape of the annotation, without `note`."""
    sentences = split_sentences(text)
    mentions = [*find_mentions(text), *_firm_mentions(sentences)]
    mentions.sort(key=lambda m: (m.start, -m.end))
    groups = group_mentions(_without_overlaps(mentions))
    kept = [g for g in groups if _score(g, title, sentences) >= _KEEP_FROM][:_MAX_PROJECTS]
    reader = PlaceReader(title, text)
    return [_describe(g, kept, sentences, text, reader, published) for g in kept]


def _without_overlaps(mentions: Sequence[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in mentions:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _firm_mentions(sentences: Sequence[Sentence]) -> Iterator[Mention]:
    """A sentence or two that begin with a firm and say what it builds, without naming the project."""
    for index, sentence in enumerate(sentences):
        firms = [span for span in find_organisations(sentence.text) if span[0] <= 4]
        if not firms or not sentence.text[firms[0][0] : firms[0][1]].endswith("有限公司"):
            continue
        block = sentence.text
        for following in sentences[index + 1 : index + 4]:
            if following.paragraph != sentence.paragraph or _begins_with_firm(following.text):
                break
            block += following.text
        invests = re.search(r"投资[^，。；]{0,6}\d", block) and re.search(r"扩建|新建|建设|兴建|开工|二期|一期|投产", block)
        if invests and not find_mentions(sentence.text):
            begin, end = firms[0]
            firm = sentence.text[begin:end]
            kind = "扩建项目" if re.search(r"扩建|扩大", block) else "项目"
            yield Mention(firm + kind, sentence.start + begin, sentence.start + end)


def _begins_with_firm(text: str) -> bool:
    return any(begin <= 4 and text[begin:end].endswith("公司") and end - begin > 6
               for begin, end in find_organisations(text))  # fmt: skip


def _score(group: Group, title: str, sentences: Sequence[Sentence]) -> int:
    """How sure it is that this is a project the article is about."""
    own = [s.text for s in sentences for m in group.mentions if s.start <= m.start < s.end]
    core = core_of(group.name)
    specific = len(core) >= 4 and bool(
        find_places(core) or find_organisations(group.name) or re.search(r"[\dA-Za-z]", core)
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
    text: str,
    reader: PlaceReader,
    published: date,
) -> dict[str, Any]:
    scope = _scope(group, kept, sentences)
    first = group.mentions[0]
    values = read_attributes(scope, name=group.name, published=published)
    investor = find_investor(group.name, scope, text=text, alone=len(kept) == 1)
    place = reader.place_of(group.name, first.start, scope)
    order = ("investment_yi", "investment_usd_yi", "investment_kind", "annual_investment_yi",
             "cumulative_investment_yi", "capacity", "area", "start", "completion", "production",
             "status", "sales_yi", "output_value_yi", "tax_yi", "profit_tax_yi", "jobs")  # fmt: skip
    return {
        "name": group.name,
        **place,
        "investor": investor,
        **{name: values[name] for name in order},
        "note": None,
    }


def _scope(group: Group, kept: Sequence[Group], sentences: Sequence[Sentence]) -> list[str]:
    """
    The sentences, or parts of them, that speak of the group.

    A sentence that names several projects is cut between them: before a name where the words
    lead up to it with 的 (投资15亿元的甲项目), behind the name elsewhere. A sentence that names
    none goes on about the last one named in its paragraph; in an article about one project every
    sentence may.
    """
    if len(kept) == 1:
        return [s.text for s in sentences]
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
            if last is group:
                pieces.append(sentence.text)
            continue
        if all(mark[2] is named[0][2] for mark in named):
            if named[0][2] is group:
                pieces.append(sentence.text)
        else:
            pieces += _cut(group, named, sentence)
        last = named[-1][2]
    return pieces


def _cut(
    group: Group, named: Sequence[tuple[int, int, Group]], sentence: Sentence
) -> list[str]:
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
