"""The project list: columns, filters and sort from the address, read as keyset pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tuijin.errors import ImportFailed
from tuijin.importers.decimals import MAX_MONEY_YUAN, parse_decimal
from tuijin.importers.faults import Fault
from tuijin.importers.nouns import CHOICES, NOUNS
from tuijin.ledger import paging, places_below, scope, visible
from tuijin.ledger.models import Organisation, Place, Project, Tally
from tuijin.see.language import either_later

PAGE_SIZE = 50
COUNT_BOUND = 1000
LIGHTS = ("red", "yellow", "green")
LIVE = ("active", "paused")
ENDED = ("cancelled", "retired")


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column a reader can choose; `names` are the ledger's columns it shows."""

    code: str
    title: str | Promise
    kind: str  # text, choice, money, decimal, date, light, count, name, ref, ratio
    names: tuple[str, ...]
    is_sortable: bool = False
    choices: str = ""

    @property
    def first_order(self) -> str:
        """How a first click sorts: names and dates from the first, amounts from the largest."""
        return self.code if self.kind in ("name", "date") else self.descending

    @property
    def descending(self) -> str:
        return f"-{self.code}"

    @property
    def field_class(self) -> str:
        return Project.FIELD_CLASSES.get(self.names[0], "P")


def _of_noun(code: str, kind: str, *, is_sortable: bool = False) -> ListColumn:
    column = NOUNS["project"].column(code)
    return ListColumn(
        code, either_later(column.zh, column.en), kind, (code,), is_sortable, column.choices
    )


COLUMNS: dict[str, ListColumn] = {
    column.code: column
    for column in (
        ListColumn("name", _("项目名称"), "name", ("name", "name_en"), is_sortable=True),
        ListColumn("place", _("所在地区"), "ref", ("place__short_name", "place__name",
                                               "place__name_en")),
        ListColumn("stage", _("阶段"), "choice", ("stage",), choices="stage"),
        ListColumn("light", _("亮灯"), "light", ("light",)),
        ListColumn("total_investment_yuan", _("总投资"), "money", ("total_investment_yuan",),
                   is_sortable=True),
        ListColumn("year_planned_yuan", _("年度计划投资"), "money", ("year_planned_yuan",)),
        ListColumn("year_done_yuan", _("本年完成投资"), "money", ("year_done_yuan",)),
        ListColumn("done_ratio", _("投资完成率"), "ratio", ("year_done_yuan",
                                                       "year_planned_yuan")),
        ListColumn("claims_short", _("未达承诺"), "count", ("claims_short",)),
        ListColumn("claims_undecided", _("待定承诺"), "count", ("claims_undecided",)),
        ListColumn("next_due_on", _("下一时限"), "date", ("next_due_on",), is_sortable=True),
        ListColumn("owner", _("建设单位"), "ref", ("owner__name", "owner__name_en")),
        ListColumn("park", _("所在园区"), "ref", ("park__name", "park__name_en")),
        _of_noun("status", "choice"),
        _of_noun("construction_kind", "choice"),
        _of_noun("investor_kind", "choice"),
        _of_noun("industry", "text"),
        _of_noun("strategic_industry", "choice"),
        _of_noun("green_category", "text"),
        _of_noun("capacity_mw", "decimal", is_sortable=True),
        _of_noun("land_mu", "decimal"),
        _of_noun("planned_start_on", "date"),
        _of_noun("planned_finish_on", "date"),
        _of_noun("started_on", "date"),
        _of_noun("finished_on", "date"),
        _of_noun("code", "text"),
        ListColumn("key", _("编号"), "text", ("key",)),
        ListColumn("updated_at", _("更新时间"), "instant", ("updated_at",)),
    )
}  # fmt: skip
_STATUSES = {"live": LIVE, "ended": ENDED}
DEFAULT_COLUMNS = (
    "name", "place", "stage", "light", "total_investment_yuan", "year_planned_yuan",
    "year_done_yuan", "claims_short", "next_due_on", "owner",
)  # fmt: skip
# Only columns with an index: a page is as fast at a million rows.
SORTS = ("id", "-id", *(
    order for column in COLUMNS.values() if column.is_sortable
    for order in (column.code, column.descending)
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asked for, checked."""

    places: tuple[str, ...] = ()  # the chosen place and everything below it
    place: str = ""
    stages: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()
    status: str = ""
    industry: str = ""
    strategic_industry: str = ""
    owner: str = ""
    text: str = ""
    least_yuan: Decimal | None = None
    is_short: bool = False
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    order: str = "id"
    token: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_filtered(self) -> bool:
        return any((self.place, self.stages, self.lights, self.status, self.industry,
                    self.strategic_industry, self.owner, self.text, self.least_yuan,
                    self.is_short))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows match; counted exactly up to a bound."""

    number: int
    is_exact: bool


def parse(params: QueryDict) -> Query:
    """
    Read a list's address.

    Raises
    ------
    ImportFailed
        If a value is not one of those offered.
    """
    columns = tuple(c for c in params.getlist("columns") if c in COLUMNS) or DEFAULT_COLUMNS
    order = params.get("sort", "id")
    if order not in (sorts := _sorts()):
        raise ImportFailed(f"sort must be one of {', '.join(sorts)}, got {order!r}", code="sort")
    place = params.get("place", "")
    return Query(
        place=place,
        places=tuple(places_below.codes([place])) if place else (),
        stages=_chosen(params, "stage", tuple(CHOICES["stage"])),
        lights=_chosen(params, "light", (*LIGHTS, "none")),
        status=_one(params, "status", (*_STATUSES, *CHOICES["status"])),
        industry=params.get("industry", "")[:8],
        strategic_industry=_one(
            params, "strategic_industry", ("any", *CHOICES["strategic_industry"])
        ),
        owner=params.get("owner", "").strip()[:200],
        text=params.get("text", "").strip()[:100],
        least_yuan=_parse_yi(params.get("least_yi", "")),
        is_short=params.get("short") == "1",
        columns=shown_columns(columns),
        order=order,
        token=params.get("after", ""),
    )


def shown_columns(codes: Sequence[str]) -> tuple[str, ...]:
    """Leave out columns this reader sees of no project at all."""
    role = scope.current().role
    return tuple(c for c in codes if COLUMNS[c].field_class in role.own + role.others)


def _sorts() -> list[str]:
    """Orders by columns that this reader sees."""
    shown = {"id", *shown_columns(tuple(COLUMNS))}
    return [order for order in SORTS if order.lstrip("-") in shown]


def _chosen(params: QueryDict, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    values = tuple(v for v in params.getlist(name) if v)
    for value in values:
        if value not in allowed:
            raise ImportFailed(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return values


def _one(params: QueryDict, name: str, allowed: tuple[str, ...]) -> str:
    values = _chosen(params, name, allowed)
    return values[0] if values else ""


def _parse_yi(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount_yuan = parse_decimal(text) * 100_000_000
    except Fault as fault:
        raise ImportFailed(
            f"least_yi must be a number of 亿元, got {text[:40]!r}", code=fault.code
        ) from fault
    return min(amount_yuan, MAX_MONEY_YUAN)


def filtered(query: Query) -> QuerySet[Project]:
    """
    Projects that match.

    A filter on a column, and a sort by one, hides the rows whose column may not be read.
    """
    rows = visible.narrowed(Project.objects.all(), (query.order.lstrip("-"),))
    if query.places:
        rows = rows.filter(place__in=query.places)
    if query.stages:
        rows = rows.filter(stage__in=query.stages)
    if query.lights:
        wanted = ["" if code == "none" else code for code in query.lights]
        rows = visible.narrowed(rows.filter(light__in=wanted), ("light",))
    if query.is_short:
        rows = visible.narrowed(rows.filter(claims_short__gt=0), ("claims_short",))
    if query.status:
        rows = rows.filter(status__in=statuses(query.status))
    if query.industry:
        rows = rows.filter(industry__startswith=query.industry)
    if query.strategic_industry == "any":
        rows = rows.exclude(strategic_industry="")
    elif query.strategic_industry:
        rows = rows.filter(strategic_industry=query.strategic_industry)
    if query.owner:
        rows = rows.filter(owner__in=_owners(query.owner))
    if query.least_yuan is not None:
        rows = rows.filter(total_investment_yuan__gte=query.least_yuan)
    if query.text:
        rows = rows.filter(_matches(query.text))
    return rows


def statuses(choice: str) -> tuple[str, ...]:
    """The statuses of a choice; "live" is what a city still pushes, "ended" the rest."""
    return _STATUSES.get(choice, (choice,))


def _owners(text: str) -> list[int]:
    found = Organisation.objects.filter(Q(name__icontains=text) | Q(name_en__icontains=text))
    return list(found.values_list("pk", flat=True)[:500])


def _matches(text: str) -> Q:
    return (
        Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__startswith=text)
        | Q(key__startswith=text)
    )  # fmt: skip


def read_page(query: Query, *, size: int = PAGE_SIZE) -> paging.Page[Project]:
    """One page of rows, each without what this reader may not see of it."""
    page = paging.read_page(
        filtered(query).values(*_needed(query)), order=query.order, token=query.token, size=size
    )
    return paging.Page([visible.shown(row) for row in page.rows], page.next_token)


def _needed(query: Query) -> list[str]:
    names = {name for code in query.columns for name in COLUMNS[code].names}
    return ["id", "key", "place_id", *sorted(names | {"name", "name_en", query.order.lstrip("-")}
            - {"id", "key", "place_id"})]  # fmt: skip


def count(query: Query) -> Count:
    """Exact from the kept sums where they know; else counted up to a bound."""
    if _is_tallied(query):
        rows = Tally.objects.filter(place=query.place or root_place())
        if query.stages:
            rows = rows.filter(stage__in=query.stages)
        if query.lights:
            wanted = ["" if code == "none" else code for code in query.lights]
            rows = rows.filter(light__in=wanted)
        if query.status:
            rows = rows.filter(status__in=statuses(query.status))
        return Count(sum(rows.values_list("projects_count", flat=True)), is_exact=True)
    ids = filtered(query).order_by("id").values_list("id", flat=True)[: COUNT_BOUND + 1]
    number = len(ids)
    return Count(min(number, COUNT_BOUND), is_exact=number <= COUNT_BOUND)


def _is_tallied(query: Query) -> bool:
    loose = (query.industry, query.strategic_industry, query.owner, query.text, query.least_yuan,
             query.is_short)  # fmt: skip
    return scope.current().everywhere and not any(loose)


def root_place() -> str | None:
    """The place above all others that projects are counted up to; None before places are loaded."""
    return Place.objects.filter(parent=None).values_list("code", flat=True).first()
