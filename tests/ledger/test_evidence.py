"""Evidence files: what is refused, what is kept, and what leaves again."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tuijin.errors import ImportFailed, NotAllowed, TuijinError, TypeNotAllowed
from tuijin.ledger import evidence, file_store, records, scope
from tuijin.ledger.evidence_files import check_file, clean_name
from tuijin.ledger.models import Evidence, EvidenceFile, Project
from tuijin.ledger.roles import ROLES


def _photo(*, size: tuple[int, int] = (40, 30), kind: str = "JPEG") -> bytes:
    image = Image.new("RGB", size, (120, 90, 60))
    exif = Image.Exif()
    exif[0x0132] = "2025:09:21 10:30:00"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (42.0, 30.0, 0.0), 3: "E", 4: (110.0, 15.0, 0.0)})
    stream = io.BytesIO()
    image.save(stream, kind, exif=exif)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.jpg", "empty_file"),
        (b"MZ\x90\x00", "a.pdf.exe", "type_not_allowed"),
        (_photo(), "a.php;.jpg", "type_not_allowed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "type_not_allowed"),
        (b"<html></html>", "a.jpg", "type_mismatch"),
        (_photo(kind="PNG"), "a.jpg", "type_mismatch"),
        (b"%PDF-1.7 /Encrypt 5 0 R", "a.pdf", "encrypted"),
        (b"%PDF-1.7" + b"/Type /Page\n" * 501, "a.pdf", "document_too_large"),
        (_photo(size=(400, 300))[:700], "a.jpg", "unreadable"),
        (b"PK\x03\x04", "a.pdf", "type_mismatch"),
    ],
)
def test_refused_with_its_code(data: bytes, name: str, code: str) -> None:
    with pytest.raises(TuijinError) as caught:
        check_file(data, name=name)
    assert caught.value.code == code


def test_a_pixel_flood_is_refused_by_its_header() -> None:
    stream = io.BytesIO()
    Image.new("1", (10_000, 5_001)).save(stream, "PNG")
    with pytest.raises(ImportFailed) as caught:
        check_file(stream.getvalue(), name="a.png")
    assert caught.value.code == "pixel_flood"


def test_a_polyglot_leaves_only_pixels_in_the_display_copy() -> None:
    checked = check_file(_photo() + b"<script>alert(1)</script>PK\x03\x04", name="现场.jpg")
    assert b"script" not in checked.display
    with Image.open(io.BytesIO(checked.display)) as image:
        assert dict(image.getexif()) == {}


def test_what_the_photo_claims_is_read_before_it_is_removed() -> None:
    checked = check_file(_photo(), name="现场.jpg")
    assert checked.claimed_at is not None
    assert checked.claimed_at.isoformat() == "2025-09-21T10:30:00"
    assert (checked.claimed_longitude_deg, checked.claimed_latitude_deg) == (110.25, 42.5)


def test_an_active_pdf_is_kept_and_flagged() -> None:
    assert check_file(b"%PDF-1.7 /OpenAction << /S /JavaScript >>", name="a.pdf").is_active


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\照片\\现场.jpg", "现场.jpg"),
        ("a\x00b\r\n.jpg", "ab.jpg"),
        ("\u202egpj.exe.jpg", "gpj.exe.jpg"),
        ("长" * 300 + ".jpg", "长" * 116 + ".jpg"),
    ],
)
def test_names_are_shown_clean(name: str, shown: str) -> None:
    assert clean_name(name) == shown


def _described() -> evidence.Described:
    return evidence.Described(kind="photo", title="现场照片", taken_on=None, note="")


@pytest.mark.django_db
def test_the_same_file_twice_is_one_evidence(as_system: None) -> None:
    project = Project(key="p", name="甲", place_id="150223")
    records.save_new([project])
    for _ in range(2):
        upload = SimpleUploadedFile("现场.jpg", _photo())
        found = evidence.attach(project, upload, _described())
    file = EvidenceFile.objects.get()
    assert Evidence.objects.count() == 1
    assert str(found.taken_on) == "2025-09-21"
    assert file_store.read(file.sha256) == _photo()
    assert file_store.read(file.sha256, kind="display").startswith(b"\xff\xd8")


@pytest.mark.django_db
def test_a_refused_file_leaves_nothing(as_system: None) -> None:
    project = Project(key="p", name="甲", place_id="150223")
    records.save_new([project])
    with pytest.raises(TypeNotAllowed):
        evidence.attach(project, SimpleUploadedFile("a.jpg", b"<html>"), _described())
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_another_county_may_not_attach(as_system: None) -> None:
    project = Project(key="p", name="甲", place_id="150223")
    records.save_new([project])
    other = scope.Scope(actor="guyang", role=ROLES["place_editor"], places=frozenset({"150222"}))
    with scope.active(other), pytest.raises(NotAllowed):
        evidence.attach(project, SimpleUploadedFile("现场.jpg", _photo()), _described())
