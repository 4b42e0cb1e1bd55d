"""Ten places with one of everything, and the 77 principals of the security reference."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client

from tuijin.ledger import file_store, scope, tallies
from tuijin.ledger.models import (
    AnnualPlan,
    Evidence,
    EvidenceFile,
    Figure,
    FigureCorrection,
    ImportBatch,
    Node,
    OperatingRecord,
    Organisation,
    Park,
    Place,
    Price,
    PriceLink,
    PriceSeries,
    ProgressReport,
    Project,
    Source,
    StageEvent,
    User,
    Vehicle,
)
from tuijin.meet import presets as meet_presets
from tuijin.meet.models import Comment, Decision, Meeting, ScoreRule, Stop, Vote
from tuijin.push.models import Assignment, Flag, FlagRule, Issue, Slip, Visit
from tuijin.see import presets as see_presets
from tuijin.see.models import TableLayout
from tuijin.verify.models import Binding, Claim, Scenario, Verdict
from tuijin.verify.runner import verify_claims

PLACES = (
    "150202", "150203", "150204", "150205", "150206", "150207", "150221", "150222", "150223",
    "150271",
)  # fmt: skip
PLACE_ROLES = (
    "place_leader", "place_approver", "place_editor", "place_officer", "place_verifier",
    "place_viewer",
)  # fmt: skip
CITY_ROLES = (
    "city_leader", "city_coordinator", "city_department", "analyst", "audit_admin",
    "security_admin", "system_admin",
)  # fmt: skip
SECRET = "机密标记"  # with the place behind it, stands in every field above P


def secret_yuan(place: str) -> int:
    """A confidential sum that no other place has."""
    return int(f"9{place}7531")


@dataclass
class Principal:
    """Somebody who asks: `own` are the places of the own scope, None for the whole city."""

    name: str
    role: str
    client: Client
    own: frozenset[str] | None = field(default_factory=frozenset)
    is_known: bool = True


@dataclass
class World:
    objects: dict[tuple[str, str], Any]  # (kind, place) -> id
    principals: list[Principal]


def build() -> World:
    with scope.active(scope.system_scope("matrix")):
        Place.objects.create(code="150200", name="包头市", level="prefecture")
        see_presets.load_presets()
        meet_presets.load_presets()
        objects = {}
        for place in PLACES:
            objects |= {(kind, place): pk for kind, pk in _one_of_everything(place).items()}
        tallies.rebuild()
    return World(objects, _principals(objects))


def _one_of_everything(code: str) -> dict[str, Any]:
    mark = SECRET + code
    place = Place.objects.create(code=code, name=f"地区{code}", level="county", parent_id="150200")
    source = Source.objects.create(key=f"s-{code}", title=f"来源{code}")
    owner = Organisation.objects.create(key=f"o-{code}", name=f"公司{code}")
    park = Park.objects.create(key=f"k-{code}", name=f"园区{code}", place=place)
    project = Project.objects.create(
        key=f"p-{code}", name=f"项目{code}", place=place, owner=owner, park=park, source=source,
        light="red", year_done_yuan=secret_yuan(code), plan_year=2025, longitude=110.0,
        latitude=41.0,
    )  # fmt: skip
    about = {"project": project}
    claim = Claim.objects.create(
        key=f"c-{code}", **about, dimension="market", metric="sales_yuan", title=mark,
        claim_type="at_least", statistic="value", target=5, unit="yuan", quote=mark,
    )  # fmt: skip
    binding = Binding.objects.create(claim=claim, kind="evidence", using="sales_yuan")
    verify_claims([claim.pk])
    verdict = Verdict.objects.get(claim=claim)
    model = Binding.objects.create(claim=claim, kind="model", using="anode_plant")
    scenario = Scenario.objects.create(binding=model, seed=7, n_draws=100)
    evidence = Evidence.objects.create(key=f"e-{code}", **about, kind="photo", title=mark)
    sha256 = file_store.keep(code.encode())
    file_store.keep(code.encode(), kind="display", named=sha256)
    file = EvidenceFile.objects.create(
        evidence=evidence, sha256=sha256, shown_name="x.jpg", content_type="image/jpeg",
        size_bytes=6, has_display=True,
    )  # fmt: skip
    series = PriceSeries.objects.create(
        key=f"r-{code}", name=f"商品{code}", unit="yuan_per_t", tax_basis="not_stated"
    )
    meeting = Meeting.objects.create(
        key=f"m-{code}", title=f"会议{code}", place=place, starts_on=date(2025, 9, 20),
        ends_on=date(2025, 9, 21),
    )  # fmt: skip
    stop = Stop.objects.create(meeting=meeting, day=date(2025, 9, 20), **about, position=1)
    issue = Issue.objects.create(
        key=f"i-{code}", title=mark, **about, place=place, owner_unit="u",
        due_on=date(2025, 12, 1), opened_on=date(2025, 11, 1), opened_by="",
        figures=[["实测", "Measured", str(secret_yuan(code)), "C"]],
    )  # fmt: skip
    slip = Slip.objects.create(
        issue=issue, year=2025, number=int(code[-2:]), level=1, addressed_to=mark,
        issued_on=date(2025, 12, 2), issued_by="",
    )  # fmt: skip
    assignment = Assignment.objects.create(
        **about, kind="officer", holder=mark, starts_on=date(2025, 1, 1)
    )
    rule, _made = FlagRule.objects.get_or_create(
        code="leap_share", order=1, threshold=0.3, unit="ratio", name="一期完成很多"
    )
    flag = Flag.objects.create(
        rule=rule, **about, subject="x", since_on=date(2025, 9, 1),
        facts=[["实测", "Measured", str(secret_yuan(code)), "C", ""],
               ["说明", "Note", mark, "I", ""]],
    )  # fmt: skip
    visitor = User.objects.create(username=f"visitor-{code}", role="place_officer")
    visit = Visit.objects.create(
        **about, user=visitor, visited_on=date(2025, 9, 1), where=mark, record=mark
    )
    decision = Decision.objects.create(
        meeting=meeting, place=place, **about, text=mark, issue=issue
    )
    comment = Comment.objects.create(stop=stop, author=visitor, text=mark)
    vote = Vote.objects.create(
        stop=stop, voter=visitor, rule=ScoreRule.objects.all()[0], points=100
    )
    batch = ImportBatch.objects.create(
        id=uuid.uuid4(), importer="ledger_xlsx", sha256="", shown_name="x.xlsx", size_bytes=1,
        status=ImportBatch.Status.PREVIEW,
    )  # fmt: skip
    layout = TableLayout.objects.create(
        key=f"t-{code}", name="月报", title="月报", is_shared=True, groups=["place"],
        user=User.objects.create(username=f"clerk-{code}", role="city_coordinator"),
        columns=[[c, ""] for c in ("name", "year_done_yuan", "plan_yuan", "problems", "next_node",
                                   "month_sales_yuan")],
    )  # fmt: skip
    entries = {
        "plan": AnnualPlan(**about, year=2025, planned_yuan=secret_yuan(code)),
        "report": ProgressReport(**about, period="2025-09", problems=mark),
        "operating": OperatingRecord(**about, month=date(2025, 9, 1), sales_yuan=secret_yuan(code)),
        "stage_event": StageEvent(**about, stage="signed", on=date(2025, 1, 1)),
        "node": Node(**about, node="construction", due_on=date(2025, 1, 1), reason=mark),
        "figure": Figure(key=f"f-{code}", **about, metric="m", title="t", unit="t", note=mark),
        "vehicle": Vehicle(**about, manufacturer="m", serial=code, note=mark),
        "price": Price(series=series, on=date(2025, 1, 1), value=5),
        "price_link": PriceLink(
            series=series, **about, parameter="price_yuan_per_t", tax_basis="not_stated"
        ),
    }
    for entry in entries.values():
        entry.save()
    correction = FigureCorrection.objects.create(
        figure=entries["figure"], project=project, reason=mark, asked_by="visitor",
        asked_at=datetime.now(UTC), changes={"value": [None, str(secret_yuan(code))]},
    )  # fmt: skip
    found = {
        "correction": correction, "source": source, "organisation": owner, "park": park,
        "project": project, "claim": claim,
        "check": binding, "verdict": verdict, "model": model, "scenario": scenario,
        "evidence": evidence, "file": file, "stop": stop,
        "meeting": meeting, "comment": comment, "vote": vote, "decision": decision,
        "issue": issue, "slip": slip,
        "assignment": assignment, "visit": visit, "table": layout, "flag": flag, "batch": batch,
        "place": place, "price_series": series, **entries,
    }  # fmt: skip
    return {kind: entry.pk for kind, entry in found.items()}


def _principals(objects: dict[tuple[str, str], Any]) -> list[Principal]:
    found = [
        _principal(f"{role} {place}", role, objects, (place,))
        for role in PLACE_ROLES
        for place in PLACES
    ]
    for role in CITY_ROLES:
        own = PLACES[:2] if role == "analyst" else None if role.startswith("city") else ()
        found.append(_principal(role, role, objects, own))
    for place in PLACES[:3]:
        found += [_principal(f"company {place} {n}", "company", objects, (place,)) for n in "ab"]
    found.append(_principal("telemetry", "telemetry", objects, ()))
    found.append(Principal("anonymous", "", Client(), is_known=False))
    disabled = _principal("disabled", "city_coordinator", objects, None)
    User.objects.filter(username="disabled").update(is_active=False)
    expired = _principal("expired", "city_coordinator", objects, None)
    session = expired.client.session
    session["started_at"] = session["seen_at"] = (
        datetime.now(UTC) - timedelta(minutes=31)
    ).timestamp()
    session.save()
    disabled.is_known = expired.is_known = False
    return [*found, disabled, expired]


def _principal(
    name: str, role: str, objects: dict[tuple[str, str], Any], own: tuple[str, ...] | None
) -> Principal:
    user = User.objects.create(username=name, display_name=name, role=role)
    user.places.add(*(own if own is not None else ("150200",)))
    links = User.projects.through
    links.objects.bulk_create(
        links(user_id=user.pk, project_id=objects["project", place]) for place in own or ()
    )
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Principal(name, role, client, None if own is None else frozenset(own))
