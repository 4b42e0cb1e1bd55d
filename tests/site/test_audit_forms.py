"""What people type into pages obeys the same grammar as files and the API."""

from __future__ import annotations

import io
import uuid
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from tuijin.ledger import batches, records, scope
from tuijin.ledger.models import EvidenceFile, ImportBatch, Place, ProgressReport, Project, User
from tuijin.meet.models import Meeting
from tuijin.see import judging
from tuijin.see import presets as see_presets

pytestmark = pytest.mark.django_db
TURNED = "好\u202e项目"


@pytest.fixture
def project() -> Project:
    with scope.active(scope.system_scope("audit")):
        Place.objects.create(code="150200", name="包头市", level="prefecture")
        Place.objects.create(code="150222", name="固阳县", level="county", parent_id="150200")
        found = Project(key="p", name="项目", place_id="150222")
        records.save_new([found])
        meeting = Meeting(
            key="m", title="会议", place_id="150200", starts_on=date(2025, 9, 20),
            ends_on=date(2025, 9, 21),
        )  # fmt: skip
        records.save_new([meeting])
    return found


@pytest.fixture
def client(project) -> Any:
    user = User.objects.create(username="c", display_name="c", role="city_coordinator")
    user.places.set(["150200"])
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def test_a_name_that_turns_its_direction_is_refused(client, project) -> None:
    body = {"version": "1", "name": TURNED, "place": "150222", "stage": "planned",
            "status": "active"}  # fmt: skip
    assert client.post(f"/projects/{project.pk}/edit/", body).status_code == 422
    body["name"], body["summary"] = "项目二", "两行\r\n" + TURNED
    assert client.post(f"/projects/{project.pk}/edit/", body).status_code == 302
    with scope.active(scope.system_scope("audit")):
        assert Project.objects.get().summary == "两行\n好项目"


@pytest.mark.parametrize(("path", "body"), [
    ("reports/", {"period": "2025-09", "progress": "a\x07b"}),
    ("reasons/", {"node": "start", "reason": "a\x1bb"}),
    ("evidence/", {"kind": "photo", "title": "a\x07b"}),
    ("evidence/", {"kind": "photo", "title": TURNED}),
])  # fmt: skip
def test_control_characters_are_refused(client, project, path: str, body: dict[str, Any]) -> None:
    if path == "evidence/":
        body = {**body, "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    assert client.post(f"/projects/{project.pk}/{path}", body).status_code == 422
    with scope.active(scope.system_scope("audit")):
        assert not ProgressReport.objects.exists()


def _picture(kind: str, *, gps: Any = None) -> bytes:
    first, second = Image.new("RGB", (40, 40), "red"), Image.new("RGB", (20, 20), "blue")
    stream, exif = io.BytesIO(), Image.Exif()
    if gps:
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        place[1], place[2], place[3], place[4] = "N", gps, "E", gps
    if kind == "MPO":
        first.save(stream, kind, save_all=True, append_images=[second])
    else:
        first.save(stream, kind, exif=exif)
    return stream.getvalue()


@pytest.mark.parametrize(("data", "claimed"), [
    (_picture("MPO"), None),
    (_picture("JPEG", gps=(41.0, 30.0, 0.0)), 41.5),
    (_picture("JPEG", gps=(IFDRational(0, 0), 0.0, 0.0)), None),
    (_picture("JPEG", gps=(4e9, 0.0, 0.0)), None),
])  # fmt: skip
def test_pictures_of_telephones(client, project, data: bytes, claimed: float | None) -> None:
    body = {"kind": "photo", "title": "现场", "file": SimpleUploadedFile("a.jpg", data)}
    assert client.post(f"/projects/{project.pk}/evidence/", body).status_code == 302
    with scope.active(scope.system_scope("audit")):
        file = EvidenceFile.objects.get()
    assert file.claimed_latitude == claimed
    shown = client.get(f"/evidence/{file.pk}/photo")
    assert Image.open(io.BytesIO(shown.content)).format == "JPEG"


def test_two_who_change_one_meeting_do_not_undo_each_other(client) -> None:
    with scope.active(scope.system_scope("audit")):
        meeting = Meeting.objects.get()
    url = f"/meetings/{meeting.pk}/edit/"
    page = client.get(url).content.decode()
    assert 'name="version"' in page
    body = {"title": "一", "place": "150200", "starts_on": "2025-09-20", "ends_on": "2025-09-21",
            "day_starts_at": "08:30", "day_ends_at": "18:30",
            "version": str(meeting.version)}  # fmt: skip
    assert client.post(url, body).status_code == 302
    assert client.post(url, {**body, "title": "二"}).status_code == 412
    with scope.active(scope.system_scope("audit")):
        assert Meeting.objects.get().title == "一"


def test_a_stage_that_nobody_knows_is_not_late(project) -> None:
    with scope.active(scope.system_scope("audit")):
        see_presets.load_presets()
        records.change(Project, {project.pk: {"planned_start_on": date(2024, 1, 1)}})
        judging.judge_portfolio(as_of=date(2025, 7, 1))
        assert Project.objects.get().light == ""
        records.change(Project, {project.pk: {"stage": "signed"}})
        judging.judge_portfolio(as_of=date(2025, 7, 1))
        assert Project.objects.get().light in ("yellow", "red")


def test_an_accepted_file_cannot_be_given_up_by_a_second_tab(client, monkeypatch) -> None:
    user = User.objects.get(username="c")
    batch = ImportBatch.objects.create(
        id=uuid.uuid4(),
        importer="ledger_xlsx", sha256="0" * 64, shown_name="x.xlsx", size_bytes=1,
        status=ImportBatch.Status.ACCEPTED, user=user,
    )  # fmt: skip
    seen = ImportBatch(pk=batch.pk, status=ImportBatch.Status.PREVIEW)  # before it was accepted
    monkeypatch.setattr(batches, "find_batch", lambda _: seen)
    assert client.post(f"/imports/{batch.pk}/discard").status_code == 409
    batch.refresh_from_db()
    assert batch.status == ImportBatch.Status.ACCEPTED
