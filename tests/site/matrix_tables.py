"""The permission matrix as the security reference has it, and what each route asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# role: field classes of the own scope, field classes elsewhere
READS = {
    "city_leader": ("PICS", "PIC"), "city_coordinator": ("PICS", "PIC"),
    "city_department": ("PI", "PI"), "analyst": ("PIC", "P"), "place_leader": ("PICS", "PI"),
    "place_approver": ("PIC", "P"), "place_editor": ("PIC", "P"), "place_officer": ("PI", ""),
    "place_verifier": ("PI", ""), "place_viewer": ("PI", "P"), "company": ("P", ""),
    "audit_admin": ("", ""), "security_admin": ("", ""), "system_admin": ("", ""),
    "telemetry": ("", ""),
}  # fmt: skip
# action: roles. Reading is for all but administrators and telemetry; the rest is "Write" and notes.
_ALL = set(READS) - {"audit_admin", "security_admin", "system_admin", "telemetry"}
MAY = {
    "read": _ALL,
    "edit": {"city_coordinator", "place_editor"},
    "import": {"city_coordinator", "place_editor"},
    "report": {"city_coordinator", "place_editor", "company"},
    "attach": {"city_coordinator", "place_editor", "place_officer", "company"},
    "verify": {"city_coordinator", "analyst", "place_verifier"},
    "comment": {"city_leader", "city_coordinator", "city_department", "place_leader",
                "place_officer"},
    "score": {"city_leader", "city_coordinator", "city_department", "place_leader",
              "place_officer"},
    "export": {"city_leader", "city_coordinator", "analyst", "place_leader", "place_editor"},
    "decide": {"city_coordinator"},
    # issues: "instruction" of leaders, "issues of own place" of editors, "own replies" of
    # departments, "reply … for assigned issues" of officers, "verification result" of verifiers
    "raise": {"city_leader", "city_coordinator", "city_department", "place_leader",
              "place_editor", "place_officer"},
    "dispatch": {"city_coordinator", "place_leader"},
    "reply": {"city_coordinator", "city_department", "place_editor", "place_officer"},
    "inspect": {"city_coordinator", "place_leader", "place_verifier"},
    "approve": {"city_coordinator", "place_leader", "place_approver"},
    "rules": {"city_coordinator"},
    "users": {"security_admin"},
    "trail": {"audit_admin"},
    "configure": {"system_admin"},
}  # fmt: skip
# roles that reply only to what is addressed to them: the issues of the walk are addressed to nobody
ADDRESSED = {"city_department"}
# kind of object: class of its rows; "shared" rows and places have rules of their own below
CLASSES = {
    "project": "P", "figure": "P", "stage_event": "P", "stop": "P", "node": "I", "evidence": "I",
    "file": "I", "claim": "I", "check": "I", "verdict": "I", "model": "I", "scenario": "I",
    "vehicle": "I", "price_link": "P", "correction": "I", "flag": "I", "comment": "I",
    "decision": "I", "issue": "I", "slip": "I", "assignment": "I", "visit": "I",
    "plan": "C", "report": "C", "operating": "C",
}  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """A request: its action; the kind of object it names, and whether it changes that object."""

    method: str
    action: str
    kind: str = ""
    changes: bool = False
    body: dict[str, Any] = field(default_factory=dict)
    is_slow: bool = False


def api_noun(kind: str, to_create: str = "edit", to_change: str = "edit") -> dict[str, list[Ask]]:
    return {
        "": [Ask("GET", "read"), Ask("POST", to_create)],
        "/{id}": [Ask("GET", "read", kind), Ask("PATCH", to_change, kind, changes=True)],
    }


API = {
    "sources": api_noun("source"), "organisations": api_noun("organisation"),
    "parks": api_noun("park"), "projects": api_noun("project"), "plans": api_noun("plan"),
    "reports": api_noun("report", "report", "report"),
    "operating": api_noun("operating", "report", "report"),
    "stage-events": api_noun("stage_event"), "nodes": api_noun("node"),
    "evidence": api_noun("evidence", "report"), "figures": api_noun("figure"),
    "claims": api_noun("claim"), "checks": api_noun("check"), "meetings": api_noun("meeting"),
    "stops": api_noun("stop"), "vehicles": api_noun("vehicle"),
    "price-series": api_noun("price_series"), "prices": api_noun("price"),
    "price-links": api_noun("price_link"),
}  # fmt: skip


def page(action: str, kind: str = "", **more: Any) -> list[Ask]:
    return [Ask("GET", action, kind, **more)]


def form(action: str, kind: str = "", *, changes: bool = False, **body: Any) -> list[Ask]:
    return [Ask("POST", action, kind, changes, body)]


PAGES: dict[str, list[Ask]] = {
    "/healthz": page("public"),
    "/sign-in/": page("public"),
    "/sign-out/": [],  # ends the session of the walk; tested in test_sign_in
    "/first-run/": [],  # answers 404 to all but the holder of the token; tested in test_sign_in
    "/language/": form("public", language="en"),
    "/account/": page("signed in"),
    "/account/proof/": page("signed in"),
    "/account/password/": form("signed in"),
    "/account/second-factor/": form("signed in"),
    "/account/tokens/": form("signed in", name="t"),
    "/account/tokens/{id}/revoke/": form("signed in", "nothing"),
    "/users/": page("users"),
    "/users/new/": page("users") + form("users"),
    "/users/{id}/": page("users", "nothing") + form("users", "nothing"),
    "/users/{id}/disable/": form("users", "nothing"),
    "/users/{id}/sessions/": form("users", "nothing"),
    "/users/changes/{id}/": form("users", "nothing"),
    "/trail/": page("trail"),
    "/trail/check/": form("trail"),
    "/configuration/": page("configure"),
    "/": page("signed in"),
    "/api/v1/": [],  # django-ninja's own root, answers 404
    "/api/v1/openapi.json": page("public"),
    "/api/v1/places": page("read"),
    "/api/v1/places/{id}": page("read", "place"),
    "/api/v1/verdicts": page("read"),
    "/api/v1/verdicts/{id}": page("read", "verdict"),
    "/api/v1/runs": page("verify") + form("verify"),
    "/api/v1/runs/{id}": page("verify", "nothing"),
    "/api/v1/runs/{id}/cancel": form("verify", "nothing"),
    "/api/v1/trail": page("trail"),
    "/api/v1/trail/checkpoints": page("trail"),
    "/api/v1/overview": page("read"),
    "/api/v1/indicators": page("read"),
    "/api/v1/light-rules": page("read"),
    "/api/v1/node-rules": page("read"),
    "/projects/": page("read"),
    "/projects/export.xlsx": page("export"),
    "/projects/oc4ids.json": page("export"),
    "/api/v1/oc4ids": page("export"),
    "/projects/new/": page("edit") + form("edit"),
    "/imports/": page("import") + form("import"),
    "/imports/template": page("import"),
    "/imports/{id}/": page("import", "batch"),
    "/imports/{id}/mapping": form("import", "batch"),
    "/imports/{id}/accept": form("import", "batch"),
    "/imports/{id}/discard": form("import", "batch"),
    "/imports/{id}/refusals": page("import", "batch"),
    "/api/v1/imports": page("import") + form("import"),
    "/api/v1/imports/template": page("import"),
    "/api/v1/imports/{id}": page("import", "batch"),
    "/api/v1/imports/{id}/refusals": page("import", "batch"),
    "/api/v1/imports/{id}/mapping": form("import", "batch"),
    "/api/v1/imports/{id}/accept": form("import", "batch", digest="x"),
    "/api/v1/imports/{id}/discard": form("import", "batch"),
    "/projects/change/": form("edit", "project", changes=True, ids="{id}",
                              change="stage=building"),
    "/projects/views/": form("read"),
    "/projects/views/{id}/delete/": form("read"),  # somebody else's view is left alone
    "/projects/{id}/": page("read", "project"),
    "/projects/{id}/edit/": page("edit", "project", changes=True)
    + form("edit", "project", changes=True),
    "/reports/": page("report"),
    "/projects/{id}/reports/": page("report", "project", changes=True)
    + form("report", "project", changes=True, period="2025-10"),
    "/projects/{id}/operation/": page("report", "project", changes=True)
    + form("report", "project", changes=True, month="2025-10"),
    "/projects/{id}/reasons/": form("edit", "project", changes=True),
    "/projects/{id}/evidence/": form("attach", "project"),
    "/evidence/{id}/file": page("read", "file"),
    "/evidence/{id}/photo": page("read", "file"),
    **{f"/entries/{kind}/{{id}}/": page("read", kind)
       for kind in ("report", "plan", "operating", "stage_event", "node")},
    "/tables/": page("read"),
    "/tables/new/": page("edit") + form("edit"),
    "/tables/{id}/": page("read", "table"),
    "/tables/{id}/figure/": page("read", "table"),
    "/tables/{id}/edit/": page("edit", "table", changes=True)
    + form("edit", "table", changes=True),
    "/tables/{id}/delete/": form("edit", "table", changes=True),
    "/tables/{id}/table.xlsx": page("export", "table"),
    "/tables/{id}/table.docx": page("export", "table", is_slow=True),
    "/api/v1/tables": page("read"),
    "/api/v1/tables/{id}": page("read", "table"),
    "/corrections/": page("read"),
    "/corrections/{id}/approve/": form("approve", "correction", changes=True),
    "/corrections/{id}/reject/": form("approve", "correction", changes=True),
    "/corrections/of/{id}/{id}/": form("approve", "nothing"),
    "/api/v1/corrections/of/{id}/approve": form("approve", "nothing"),
    "/api/v1/corrections/of/{id}/reject": form("approve", "nothing"),
    "/api/v1/corrections": page("read"),
    "/api/v1/corrections/{id}": page("read", "correction"),
    "/api/v1/corrections/{id}/approve": form("approve", "correction", changes=True),
    "/api/v1/corrections/{id}/reject": form("approve", "correction", changes=True),
    "/figures/{id}/correct/": page("edit", "figure", changes=True)
    + form("edit", "figure", changes=True),
    "/map/": page("read"),
    "/indicators/": page("read"),
    "/materials/": page("read"),
    "/api/v1/materials": page("read"),
    "/markets/": page("read"),
    "/markets/{id}/": page("read", "price_series"),
    "/markets/{id}/prices/": form("edit", "price_series", changes=True),
    "/markets/digest.docx": page("export"),
    "/api/v1/markets": page("read"),
    "/rules/": page("read"),
    "/rules/choose/": form("rules", "nothing"),
    "/claims/": page("read"),
    "/claims/{id}/": page("read", "claim"),
    "/claims/runs/": form("verify"),
    "/claims/runs/{id}/": page("verify", "nothing"),
    "/claims/runs/{id}/progress/": page("verify", "nothing"),
    "/claims/runs/{id}/cancel/": form("verify", "nothing"),
    "/claims/runs/{id}/again/": form("verify", "nothing"),
    "/models/{id}/": page("read", "model") + form("verify", "model", changes=True),
    "/models/replays/{id}/": page("read", "scenario"),
    "/api/v1/scenarios": page("read") + form("verify"),
    "/api/v1/scenarios/{id}": page("read", "scenario"),
    "/meetings/": page("read"),
    "/meetings/new/": page("edit") + form("edit"),
    "/meetings/{id}/": page("read", "meeting"),
    "/meetings/{id}/edit/": page("edit", "meeting", changes=True),
    "/meetings/{id}/order/": form("edit", "meeting", changes=True),
    "/meetings/{id}/stops/": form("edit", "meeting", changes=True),
    "/meetings/{id}/voting/": form("decide", "meeting", changes=True, act="open"),
    "/meetings/{id}/tour/": page("read", "meeting"),
    "/meetings/{id}/vote/": page("score", "meeting"),
    "/meetings/{id}/ranking/": page("read", "meeting"),
    "/meetings/{id}/decisions/": form("decide", "meeting", changes=True),
    "/meetings/{id}/pack/": page("read", "meeting", is_slow=True),
    "/meetings/{id}/brief/": page("read", "meeting", is_slow=True),
    "/meetings/{id}/pack.pdf": page("export", "meeting", is_slow=True),
    "/meetings/{id}/pack.docx": page("export", "meeting", is_slow=True),
    "/meetings/{id}/brief.pdf": page("export", "meeting", is_slow=True),
    "/meetings/{id}/brief.docx": page("export", "meeting", is_slow=True),
    "/stops/{id}/": page("read", "stop"),
    "/stops/{id}/change/": form("edit", "stop", changes=True, act="unpin"),
    "/stops/{id}/comments/": form("comment", "stop", text="看了"),
    "/api/v1/comments": page("read") + form("comment"),
    "/api/v1/comments/{id}": page("read", "comment"),
    "/api/v1/decisions": page("read") + form("decide"),
    "/api/v1/decisions/{id}": page("read", "decision"),
    "/api/v1/votes": page("read") + form("score"),
    "/api/v1/votes/{id}": page("read", "vote"),
    "/api/v1/meetings/{id}/standings": page("read", "meeting"),
    "/api/v1/score-rules": page("read"),
}  # fmt: skip
# step of an issue: the action it needs
STEPS = {
    "assign": "dispatch", "drop": "dispatch", "accept": "reply", "dispute": "reply",
    "uphold": "dispatch", "reassign": "dispatch", "work": "reply", "report": "reply",
    "return": "inspect", "inspect": "inspect", "close": "approve", "reopen": "dispatch",
    "pause": "dispatch", "resume": "dispatch",
}  # fmt: skip
PUSH: dict[str, list[Ask]] = {
    "/today/": page("read"),
    "/mine/": page("read"),
    "/issues/": page("read"),
    "/issues/calendar/": page("read"),
    "/issues/ranking/": page("read"),
    "/issues/map/": page("read"),
    "/issues/limits/": page("read"),
    "/issues/limits/choose/": form("rules", "nothing"),
    "/api/v1/clock-rules": page("read"),
    "/issues/new/": page("read") + form("raise"),
    "/issues/{id}/": page("read", "issue"),
    "/officers/": page("read"),
    "/funnel/": page("read"),
    "/flags/": page("read"),
    "/flags/refresh/": form("rules"),
    "/flags/{id}/propose/": form("raise", "flag", changes=True),
    "/api/v1/flags": page("read"),
    "/api/v1/flag-rules": page("read"),
    "/api/v1/funnel": page("read"),
    "/api/v1/yields": page("read"),
    "/projects/{id}/assign/": page("dispatch", "project", changes=True)
    + form("dispatch", "project", changes=True),
    "/projects/{id}/visit/": page("comment", "project", changes=True)
    + form("comment", "project", changes=True),
    "/assignments/{id}/relieve/": form("dispatch", "assignment", changes=True),
    "/slips/{id}.pdf": page("read", "slip", is_slow=True),
    "/slips/{id}.docx": page("read", "slip", is_slow=True),
    "/slips/{id}/receive/": form("reply", "slip", changes=True),
    "/inbox/": page("read"),
    "/inbox/read/": form("read"),
    "/inbox/choices/": page("read") + form("read"),
    "/inbox/feed/": form("read"),
    "/calendar/{id}.ics": [],  # answers 404 to all but the holder of the address; tests/push
    "/api/v1/assignments": page("read") + form("dispatch"),
    "/api/v1/assignments/{id}": page("read", "assignment"),
    "/api/v1/assignments/{id}/relieve": form("dispatch", "assignment", changes=True),
    "/api/v1/visits": page("read") + form("comment"),
    "/api/v1/visits/{id}": page("read", "visit"),
    "/api/v1/issues": page("read") + form("raise"),
    "/api/v1/issues/{id}": page("read", "issue"),
    "/api/v1/issues/{id}/steps": page("read", "issue"),
    "/api/v1/slips": page("read"),
    "/api/v1/slips/{id}": page("read", "slip"),
    "/api/v1/slips/{id}/receive": form("reply", "slip", changes=True),
    "/api/v1/notices": page("read"),
    **{f"/issues/{{id}}/{step}/": form(action, "issue", changes=True)
       for step, action in STEPS.items()},
    **{f"/api/v1/issues/{{id}}/{step}": form(action, "issue", changes=True)
       for step, action in STEPS.items()},
}  # fmt: skip
ROUTES = (
    PAGES
    | PUSH
    | {f"/api/v1/{noun}{end}": asks for noun, ends in API.items() for end, asks in ends.items()}
)
