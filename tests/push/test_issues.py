"""An issue from 收集 to 销号 by the public API: who may, in which order, and what is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.push.conftest import LAND, MONDAY, on, read
from tuijin.ledger.models import TrailEvent
from tuijin.push.states import STEPS, steps_from


def raised(api, name="editor", **more):
    answer = api(name).post("/issues", {**LAND, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()


def moved(api, name, issue, step, **body):
    answer = api(name).step(issue, step, **body)
    assert answer.status_code == 200, (step, answer.content.decode())
    return answer.json()


def test_the_whole_way(api, city):
    with on(MONDAY):
        issue = raised(api)
        assert (issue["state"], issue["next_due_on"]) == ("raised", "2025-09-15")
        issue = moved(api, "office", issue, "assign", owner_unit="自然资源局", owner="officer")
        assert issue["due_on"] == "2025-09-24"  # seven working days
        assert issue["next_due_on"] == "2025-09-18"  # feedback in three
        issue = moved(api, "officer", issue, "accept")
        issue = moved(api, "officer", issue, "work", note="已报自治区")
        assert issue["next_due_on"] == "2025-09-24"
    with on(MONDAY + timedelta(days=2)):
        issue = moved(api, "officer", issue, "report", note="批复已下", evidence="proof")
        assert issue["next_due_on"] == "2025-09-22"
        issue = moved(api, "verifier", issue, "inspect", note="已看批复")
        issue = moved(api, "approver", issue, "close")
    assert (issue["state"], issue["closed_on"], issue["outcome"]) == (
        "closed",
        "2025-09-17",
        "批复已下",
    )
    steps = api("office").get(f"/issues/{issue['id']}/steps").json()["items"]
    assert [s["step"] for s in steps] == ["assign", "accept", "work", "report", "inspect", "close"]
    assert steps[3]["evidence__key"] == "proof"
    events = TrailEvent.objects.filter(object_type="issue", object_id=str(issue["id"]))
    assert [e.action for e in events.order_by("seq")] == ["raise", *(s["step"] for s in steps)]


def test_return_dispute_and_reassign(api):
    with on(MONDAY):
        issue = raised(api)
        issue = moved(api, "county", issue, "assign", owner_unit="县自然资源局")
        assert api("editor").step(issue, "dispute").status_code == 422  # no note
        issue = moved(api, "editor", issue, "dispute", note="不属本单位")
        issue = moved(api, "county", issue, "uphold", note="职责明确")
        issue = moved(api, "editor", issue, "dispute", note="仍有异议")
        issue = moved(api, "office", issue, "reassign", owner_unit="县发改委", note="改派")
        assert issue["owner_unit"] == "县发改委"
        issue = moved(api, "editor", issue, "accept")
        issue = moved(api, "editor", issue, "work", note="在办")
        assert api("editor").step(issue, "report", note="办好了").status_code == 422
        issue = moved(api, "editor", issue, "report", note="办好了", evidence="proof")
        issue = moved(api, "verifier", issue, "return", note="材料不全")
        assert issue["state"] == "working"
        assert issue["next_due_on"] == issue["due_on"]


def test_nobody_closes_their_own(api):
    with on(MONDAY):
        issue = raised(api, "office")
        issue = moved(api, "office", issue, "assign", owner_unit="市项目办")
        issue = moved(api, "office", issue, "accept")
        issue = moved(api, "office", issue, "work", note="在办")
        issue = moved(api, "office", issue, "report", note="办好", evidence="proof")
        refused = api("office").step(issue, "inspect", note="好")
        assert (refused.status_code, refused.json()["code"]) == (403, "self_approval")
        issue = moved(api, "second", issue, "inspect", note="好")
        assert api("office").step(issue, "close").json()["code"] == "self_approval"
        assert moved(api, "second", issue, "close")["state"] == "closed"


def test_only_the_addressed_answer(api):
    with on(MONDAY):
        issue = raised(api)
        issue = moved(api, "office", issue, "assign", owner_unit="局", owner="bureau")
        for name in ("officer",):
            refused = api(name).step(issue, "accept")
            assert (refused.status_code, refused.json()["code"]) == (403, "not_addressed")
        assert api("other").step(issue, "accept").status_code == 404
        assert api("viewer").step(issue, "accept").status_code == 403
        assert api("neighbour").step(issue, "reassign", note="x").status_code == 403
        moved(api, "bureau", issue, "accept")


def test_an_owner_must_see_the_issue(api):
    with on(MONDAY):
        issue = raised(api)
        refused = api("office").step(issue, "assign", owner_unit="旗", owner="other")
        assert (refused.status_code, refused.json()["code"]) == (422, "owner_blind")


def test_versions_states_and_repeats(api):
    with on(MONDAY):
        issue = raised(api)
        url, body = f"/issues/{issue['id']}/assign", {"owner_unit": "局"}
        assert api("office").post(url, body).status_code == 428
        assert api("office").post(url, body, etag='"0-0"').status_code == 412
        head = {"Idempotency-Key": "once"}
        first = api("office").post(url, body, etag=issue["etag"], **head)
        again = api("office").post(url, body, etag=issue["etag"], **head)
        assert first.json() == again.json()
        refused = api("office").step(first.json(), "assign", owner_unit="局")
        assert (refused.status_code, refused.json()["code"]) == (409, "state")
        unknown = api("office").step(first.json(), "reassign", state="closed")
        assert unknown.json()["errors"][0]["code"] == "unknown_field"


def test_every_step_only_from_its_states(api):
    """All steps from each state, by somebody who may everything: as the table has it."""
    with on(MONDAY):
        for state in ("raised", "assigned", "working", "closed", "dropped"):
            issue = raised(api)
            model = read(issue["id"])
            type(model)._base_manager.filter(pk=model.pk).update(state=state)
            allowed = {step.code for step in steps_from(state)}
            for code in STEPS.keys() - allowed:
                answer = api("second").step(issue, code, note="n", owner_unit="u")
                assert answer.json()["code"] in ("state", "required"), (state, code)
                assert read(issue["id"]).state == state


def test_a_given_date_and_a_major_matter(api):
    with on(MONDAY):
        one = moved(api, "office", raised(api), "assign", owner_unit="局", due_on="2025-10-01")
        assert one["due_on"] == "2025-10-01"  # given by a person: as given, holiday or not
        two = moved(api, "office", raised(api), "assign", owner_unit="局", severity="major")
        assert two["due_on"] == "2025-10-15"
        three = raised(api)
        late = api("office").step(three, "assign", owner_unit="局", due_on="2025-09-01")
        assert late.status_code == 422


def test_a_pause_moves_the_deadline(api):
    with on(MONDAY):
        issue = moved(api, "office", raised(api), "assign", owner_unit="局")
    with on(date(2025, 9, 16)):
        refused = api("officer").post(
            f"/issues/{issue['id']}/pause", {"reason": "等"}, etag=issue["etag"]
        )
        assert refused.status_code == 403
        empty = api("office").post(f"/issues/{issue['id']}/pause", {}, etag=issue["etag"])
        assert empty.status_code == 422
        issue = api("office").post(
            f"/issues/{issue['id']}/pause", {"reason": "等自治区批复"}, etag=issue["etag"]
        ).json()  # fmt: skip
        assert issue["next_due_on"] is None
    with on(date(2025, 9, 19)):
        issue = api("office").post(f"/issues/{issue['id']}/resume", etag=issue["etag"]).json()
    assert issue["next_due_on"] == "2025-09-23"  # 19, 22, 23
    assert issue["due_on"] == "2025-09-28"  # 16, 17, 18 do not count; Sunday 28 does


def test_past_the_published_calendar_is_provisional(api):
    with on(date(2026, 12, 25)):
        issue = moved(api, "office", raised(api), "assign", owner_unit="局")
    assert issue["is_provisional"] is True


def test_lists_keep_to_the_reader_s_sight(api):
    with on(MONDAY):
        issue = raised(api)
        api("other").post("/issues", {**LAND, "project": "port"})
    assert [i["id"] for i in api("officer").get("/issues").json()["items"]] == [issue["id"]]
    assert api("other").get(f"/issues/{issue['id']}").status_code == 404
    assert (
        len(api("office").get("/issues?state=raised&next_due_on_to=2025-09-30").json()["items"])
        == 2
    )
    assert api("editor").post("/issues", {**LAND, "project": "port"}).status_code in (403, 422)


@pytest.mark.parametrize(
    "body", [{**LAND, "category": "weather"}, {"title": "x"}, {**LAND, "state": "closed"}]
)
def test_bad_bodies(api, body):
    assert api("office").post("/issues", body).status_code == 422
