"""What tests need from the machine: real input, a browser, a PostgreSQL server, golden files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from ctypes.util import find_library
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.db import connection
from django.utils import translation

from scripts.postgres import find_binaries, postgres_server

ROOT = Path(__file__).parents[1]
# marker -> fixtures whose use sets it
_MARKED_BY = {
    "database": {"db", "transactional_db", "live_server", "django_db_setup"},
    "web": {"browser", "page"},
    "pg": {"pg_url"},
    "shared": {"shared"},
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it uses, so that `-m "not database"` is the quick part."""
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}  # not by a fixture
        asked = set(getattr(item, "fixturenames", ())) - set(given)
        for marker, fixtures in _MARKED_BY.items():
            if asked & fixtures:
                item.add_marker(marker)
        is_django_case = hasattr(getattr(item, "cls", None), "databases")
        if item.get_closest_marker("django_db") or is_django_case:
            item.add_marker("database")


@pytest.fixture(autouse=True)
def language() -> None:
    """Begin in the product's language: a page that a test before asked for left its own behind."""
    translation.deactivate()


def absent(what: str) -> NoReturn:
    """Skip; but where everything is meant to be there (CI), its absence is a failure."""
    if os.environ.get("TUIJIN_TEST_EVERYTHING"):
        pytest.fail(f"absent: {what}")
    pytest.skip(f"absent: {what}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input kept beside the repository; never needed to use tuijin."""
    folder = Path(os.environ.get("TUIJIN_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real input at {folder.name}: set TUIJIN_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """Address of a PostgreSQL server of this run."""
    if find_binaries() is None:
        absent("PostgreSQL server (apt-get install postgresql)")
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        absent("Chromium (apt-get install chromium fonts-noto-cjk)")
    if find_library("atomic") is None:
        absent("Playwright's driver needs it (apt-get install libatomic1)")
    from playwright.sync_api import sync_playwright

    # Without these, Chromium calls its maker at every start.
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-quic", *quiet]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a fresh visitor; any script error or policy violation on it fails the test."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"script error: {error}"))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture
def trail_first() -> Callable[[], AbstractContextManager[None]]:
    """Watch that the transaction inside begins by waiting for the end of the trail."""

    @contextmanager
    def watch() -> Iterator[None]:
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            yield
        begun = next(at for at, sql in enumerate(asked) if sql.startswith("SAVEPOINT"))
        assert "ledger_trailhead" in asked[begun + 1]
        assert all(sql.startswith("SELECT") for sql in asked[:begun])

    return watch


@pytest.fixture
def golden() -> Any:
    """Compare text with a golden file; `make golden` writes it anew."""

    def compare(path: Path, text: str) -> None:
        if os.environ.get("TUIJIN_GOLDEN") == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{path} differs; see `make golden`"

    return compare
