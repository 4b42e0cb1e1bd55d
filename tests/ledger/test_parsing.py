"""The process that reads hostile files: its limits, and what becomes of it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.importers import workbooks as w
from tuijin.errors import ImportFailed, TypeNotAllowed
from tuijin.ledger import parsing


def run_limited(code):
    start = "import tuijin.importers.worker as w; w.CPU_SECONDS = 1; w.limit_itself(); "
    return subprocess.run(
        [sys.executable, "-I", "-c", start + code], capture_output=True, timeout=60, check=False
    )


def test_processor_time_ends():
    assert run_limited("\nwhile True: pass").returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_memory_ends():
    assert b"MemoryError" in run_limited("bytearray(600_000_000)").stderr


@pytest.mark.parametrize(
    "code",
    [
        "open('x', 'w').write('y'); open('x').read(1)[0]",
        "import os; [os.dup(0) for _ in range(99)]",
    ],
)
def test_files_end(tmp_path, code):
    done = run_limited(f"import os; os.chdir({str(tmp_path)!r}); {code}")
    assert done.returncode != 0


def test_a_good_file_is_read():
    parsed = parsing.parse(w.book(), name="a.xlsx", importer="ledger_xlsx")
    assert [len(table) for table in parsed.tables] == [1]


def test_time_on_the_wall_ends(monkeypatch):
    monkeypatch.setattr(parsing, "WALL_SECONDS", 0.001)
    with pytest.raises(ImportFailed) as refused:
        parsing.parse(w.book(), name="a.xlsx", importer="ledger_xlsx")
    assert refused.value.code == "parse_limit"


def test_the_worker_has_no_environment(monkeypatch):
    monkeypatch.setenv("TUIJIN_SECRET", "x")
    seen = []
    real = subprocess.Popen

    def watch(*args, **kwargs):
        seen.append(kwargs["env"])
        return real(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", watch)
    parsing.parse(w.book(), name="a.xlsx", importer="ledger_xlsx")
    assert set(seen[0]) == {"LANG", "TMPDIR", "OPENBLAS_NUM_THREADS"}


@pytest.mark.parametrize(
    ("name", "importer"),
    [("a.xlsx", "ledger_xlsx"), ("A.XLSX", "ledger_xlsx"), ("项目.csv", "ledger_csv")],
)
def test_importers_are_chosen_by_name_and_content(name, importer):
    data = w.book() if importer == "ledger_xlsx" else "项目名称,所在地区\n".encode()
    assert parsing.choose_importer(data, name=name) == importer


@pytest.mark.parametrize("name", ["a.exe", "a.xlsm", "a.xls", "a.ods", "a", "a.pdf.exe"])
def test_other_kinds_are_refused(name):
    with pytest.raises(TypeNotAllowed) as refused:
        parsing.choose_importer(w.book(), name=name)
    assert refused.value.code == "type_not_allowed"
