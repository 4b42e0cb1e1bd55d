"""Have a file read by a process of its own, which may die of it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from tuijin.discovery import load_plugin, plugin_names
from tuijin.errors import ImportFailed, TypeNotAllowed
from tuijin.importers import ColumnMapping, Importer, Parsed, wire
from tuijin.ledger.evidence_files import clean_name
from tuijin.ledger.measuring import Log, as_entries

WALL_SECONDS = 60.0
_PACKAGE = "tuijin.importers"
_GENERAL = ("ledger_xlsx", "ledger_csv")  # asked last: they take any workbook or CSV


def list_importers() -> tuple[Importer, ...]:
    """Every importer, the particular ones before the general."""
    names = sorted(plugin_names(_PACKAGE), key=lambda name: (name in _GENERAL, name))
    return tuple(load_plugin(_PACKAGE, name) for name in names)


def list_endings() -> list[str]:
    """Endings of the files that some importer takes."""
    return sorted({suffix for importer in list_importers() for suffix in importer.suffixes})


def choose_importer(data: bytes, *, name: str) -> str:
    """
    Find the importer that knows a file, by its name and first bytes.

    Raises
    ------
    TypeNotAllowed
        If none does.
    """
    for importer in list_importers():
        if name.lower().endswith(importer.suffixes) and importer.recognises(data, name=name):
            return importer.id
    endings = "、".join(list_endings())
    raise TypeNotAllowed(f"不认识这种文件；可导入 {endings}", code="type_not_allowed")


def parse(
    data: bytes, *, name: str, importer: str, mappings: Mapping[str, ColumnMapping] | None = None
) -> Parsed:
    """
    Parse a file in a process of its own.

    Raises
    ------
    TuijinError
        What the importer refuses; `parse_limit` when the process ran into a limit.
    """
    found = run_worker(data, name=name, importer=importer, mappings=mappings)
    return load(found, data, name=name)


def load(found: bytes, data: bytes, *, name: str) -> Parsed:
    """Load what the worker wrote about a file; what a log says is measured."""
    return as_entries(wire.load(found), Log(clean_name(name), hashlib.sha256(data).hexdigest()))


def run_worker(
    data: bytes, *, name: str, importer: str, mappings: Mapping[str, ColumnMapping] | None = None
) -> bytes:
    """Parse with limits on time and memory, without environment and in an own folder."""
    request = wire.dump_request(importer, name, mappings or {})
    with tempfile.TemporaryDirectory(prefix="tuijin-parse-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", f"{_PACKAGE}.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "TMPDIR": folder, "OPENBLAS_NUM_THREADS": "1"},
            cwd=folder, start_new_session=True,
        )  # fmt: skip
        try:
            output, _ = process.communicate(request + data, timeout=WALL_SECONDS)
        except subprocess.TimeoutExpired:
            output = b""
        finally:
            _end(process)
            process.communicate()  # closes what is left of the pipes
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL) or not output:
        raise ImportFailed("读取文件超过时间或内存上限", code="parse_limit")
    return output


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of the process or what it may have started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
