"""`tuijin meet`: new, pack and brief, with exit codes and JSON."""

from __future__ import annotations

import json
from zipfile import ZipFile

import pytest

from tests.meet.conftest import build_world
from tuijin.cli import main
from tuijin.ledger import chain, scope
from tuijin.meet.models import Meeting, Stop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(db):
    with scope.active(scope.system_scope("test")):
        return build_world()


def test_pack_and_brief_in_both_forms(tmp_path, capsys):
    pdf, word = tmp_path / "a.pdf", tmp_path / "a.docx"
    assert main(["meet", "--json", "pack", "m", "-o", str(pdf), "-o", str(word)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == [str(pdf), str(word)]
    assert sorted(answer["stops"]) == ["anode", "copper", "port"]
    assert pdf.read_bytes().startswith(b"%PDF")
    assert word.read_bytes().startswith(b"PK")
    first = pdf.read_bytes()
    again = ["meet", "pack", "-o", str(pdf), "--as-of", "2025-09-21"]
    assert main(again) == 0
    assert pdf.read_bytes() != first
    second = pdf.read_bytes()
    assert main(again) == 0
    assert pdf.read_bytes() == second
    assert main(["meet", "brief", "--english", "-o", str(pdf)]) == 0


@pytest.mark.parametrize("act", ["pack", "brief"])
@pytest.mark.parametrize(
    ("language", "word"), [([], "留痕检查点"), (["--english"], "Trail checkpoint")]
)
def test_a_document_carries_the_checkpoint_of_the_trail(tmp_path, act, language, word):
    path = tmp_path / "a.docx"
    assert main(["meet", act, *language, "-o", str(path)]) == 0
    with ZipFile(path) as parts:
        xml = "".join(
            parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml")
        )
    assert word in xml
    assert chain.write_noted() in xml


def test_new_puts_projects_on_the_tour(capsys):
    new = ["meet", "--json", "new", "观摩", "--place", "固阳县", "--from", "2026-06-01"]
    assert main([*new, "--stop", "anode", "--stop", "高纯铜项目"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert sorted(answer["stops"]) == ["anode", "copper"]
    with scope.active(scope.system_scope("test")):
        assert Stop.objects.filter(meeting=Meeting.objects.get(title="观摩")).count() == 2
    assert main(new) == 5


@pytest.mark.parametrize(("words", "code"), [
    (["pack", "nope"], 4),
    (["pack", "-o", "a.txt"], 2),
    (["pack", "-o", "/nowhere/at/all.pdf"], 3),
    (["new", "x", "--place", "无此地", "--from", "2026-06-01"], 4),
    (["new", "x", "--place", "固阳县", "--from", "2026-06-01", "--stop", "无"], 3),
])  # fmt: skip
def test_exit_codes(words, code, capsys):
    assert main(["meet", *words]) == code
    assert capsys.readouterr().err
