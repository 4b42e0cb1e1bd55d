"""The wheel holds everything a user needs and nothing a user does not."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "tuijin"
_START_SECONDS = 480  # kernels compile and the example is verified, beside other tests
_STAYS_HERE = re.compile(r"(^|/)(test_[^/]*\.py|__pycache__/.*|(fixtures|golden)/.*)$")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def files_under(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_wheel_is_the_tree_without_its_tests(wheel):
    in_wheel = {n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("tuijin/")}
    wanted = {f"tuijin/{n}" for n in files_under(SRC) if not _STAYS_HERE.search(n)}
    wanted |= {f"tuijin/examples/{n}" for n in files_under(ROOT / "examples")}
    assert in_wheel == wanted


@pytest.mark.parametrize(
    "needed",
    [
        r"site/templates/.*\.html",
        r"site/static/tuijin/.*\.js",
        r"site/static/tuijin/.*\.css",
        r"site/locale/en/LC_MESSAGES/django\.mo",
        r"paper/fonts/.*\.otf",
        r"ledger/data/places\.csv",
        r"ledger/migrations/0001_initial\.py",
        r"project_models/anode_plant/parameters\.csv",
        r"examples/baotou/.*\.csv",
        r"py\.typed",
    ],
)
def test_wheel_holds_more_than_code(wheel, needed):
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if re.fullmatch(rf"tuijin/{needed}", name)]


def test_licences_travel_with_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert [n for n in names if n.endswith("licenses/LICENSE")]
    assert [n for n in names if n.endswith("licenses/NOTICE")]


def test_same_tree_gives_the_same_bytes(wheel, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert next(tmp_path.glob("*.whl")).read_bytes() == wheel.read_bytes()


def wait_for(url: str, *, process: subprocess.Popen[str]) -> dict[str, str]:
    """Body of the first answer with status 200."""
    started = time.monotonic()
    while time.monotonic() - started < _START_SECONDS:
        assert process.poll() is None, process.stderr.read()
        try:
            with urlopen(url, timeout=5) as answer:
                return json.load(answer)
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"no answer in {_START_SECONDS} s")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_installed_from_the_wheel_it_serves(wheel, tmp_path):
    """As a user does it: an empty environment, the hashed lock, the wheel, `tuijin up`."""
    venv = tmp_path / "venv"
    pip = [venv / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
    lock = ROOT / "requirements" / "run.txt"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run(
        [*pip, "install", "--require-hashes", "--only-binary", ":all:", "-r", lock], check=True
    )
    subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True)

    tuijin = venv / "bin" / "tuijin"
    bare = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TUIJIN_HOME": str(tmp_path / "home")}
    usage = subprocess.run(
        [tuijin, "--help"], cwd=tmp_path, env=bare, check=True, capture_output=True, text=True
    )
    assert "verify" in usage.stdout

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [tuijin, "up", "--port", str(port)],
        cwd=tmp_path,
        env=bare,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        health = wait_for(f"http://127.0.0.1:{port}/healthz", process=process)
        assert set(health.values()) == {"up"}
        with urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=10) as page:
            text = page.read().decode()
        assert "推进" in text
        style = re.search(r'href="(/static/[^"]+\.css)"', text)[1]
        with urlopen(f"http://127.0.0.1:{port}{style}", timeout=10) as answer:
            assert answer.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stderr.close()
    assert process.returncode in (0, -signal.SIGTERM)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
