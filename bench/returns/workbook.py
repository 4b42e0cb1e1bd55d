"""LibreOffice as the user's other way: it recalculates the workbook of each plant."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from tuijin.engines.returns import Project
from tuijin.plan.appraisal_workbook import write_workbook

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""
_SAMPLE = 20


def recalculate_portfolio(plants: list[Project]) -> float | None:
    """
    Processor seconds for all plants, start of the program left out; None without LibreOffice.

    Measured on a sample, one start for all its files, less a start with one file.
    """
    office = shutil.which("soffice")
    if office is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "profile" / "user").mkdir(parents=True)
        (home / "profile" / "user" / "registrymodifications.xcu").write_text(_SETTINGS)
        paths = []
        for n, plant in enumerate(plants[: _SAMPLE + 1]):
            paths.append(home / f"{n}.xlsx")
            paths[-1].write_bytes(write_workbook(plant))
        _convert(office, home, paths[:1])  # makes the profile
        one, all_ = _convert(office, home, paths[:1]), _convert(office, home, paths)
    return (all_ - one) / _SAMPLE * len(plants)


def _convert(office: str, home: Path, paths: list[Path]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [office, f"-env:UserInstallation=file://{home}/profile", "--headless", "--convert-to",
         "csv", "--outdir", str(home / "out"), *map(str, paths)],
        check=True, capture_output=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
