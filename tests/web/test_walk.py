"""A clerk's day, in a real browser, on a real server with its worker and the example ledger."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytestmark = [pytest.mark.web, pytest.mark.slow, pytest.mark.timeout(300)]

HEADERS = ["项目名称", "所在地区", "建设单位", "总投资（万元）", "阶段", "经度", "纬度",
           "年度计划投资（万元）", "年度", "备注说明"]  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`tuijin up` on a free port, in a home of its own, until `/healthz` answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TUIJIN_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tuijin", "up", "--port", str(port)],
        env={**environment, "TUIJIN_HOME": str(home)},
        start_new_session=True,
    )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"no healthy server; exit code {process.poll()}")


def _write_book(path: Path, rows: list[list[Any]]) -> Path:
    """A clerk's sheet: a caption above, merged, then the header."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "重大项目"
    sheet["A1"] = "固阳县重大项目情况表"
    sheet.merge_cells("A1:J1")
    for row in (HEADERS, *rows):
        sheet.append(row)
    book.save(path)
    return path


def _sign_in(page: Any, served: str, role: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{served}/sign-in/")
    page.get_by_role("button", name=re.compile(role)).first.click()
    page.wait_for_url(re.compile(r"/$"))


def _upload(page: Any, served: str, path: Path) -> None:
    page.goto(f"{served}/imports/")
    page.set_input_files("#file", str(path))
    page.get_by_role("button", name="上传并预览").click()
    page.wait_for_load_state("networkidle")


def test_from_a_workbook_with_errors_to_a_decision(page: Any, served: str, tmp_path: Path) -> None:
    good = [
        "走查铜箔项目",
        "固阳县",
        "走查铜业有限公司",
        123456,
        "在建",
        110.06,
        41.03,
        50000,
        2026,
        "",
    ]
    bad = [*good[:1], "火星县", good[2], "十二万", "在建了", *good[5:]]

    _sign_in(page, served, "市项目办")
    _upload(page, served, _write_book(tmp_path / "有误.xlsx", [bad]))
    refused = page.inner_text("main")
    assert "没有任何内容入账" in refused
    assert "火星县" in refused
    assert "十二万" in refused

    _upload(page, served, _write_book(tmp_path / "改正.xlsx", [good]))
    page.get_by_role("button", name="确认入账").click()
    page.wait_for_load_state("networkidle")
    assert "已入账" in page.inner_text("main")

    page.goto(f"{served}/projects/?text=走查铜箔")
    row = page.get_by_role("row").filter(has_text="走查铜箔项目")
    assert "固阳县" in row.inner_text()
    assert "12.35" in row.inner_text()  # 123,456 万元 is 12.35 亿元
    page.goto(f"{served}/map/?text=走查铜箔")
    assert "走查铜箔项目" in page.inner_text("main")

    page.goto(f"{served}/claims/")
    page.get_by_role("button", name=re.compile("全部检验")).click()
    page.get_by_text("已完成").first.wait_for(timeout=60_000)

    page.goto(f"{served}/meetings/")
    page.get_by_role("link", name="全市招商引资和重大项目推进会").click()
    page.get_by_role("link", name="观摩手册").click()
    pack = page.inner_text("main")
    assert "62,500" in pack
    assert "2026-03-03" in pack
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")

    page.go_back()
    _sign_in(page, served, "市领导")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/meetings/")
    page.get_by_role("link", name="现场").first.click()
    page.get_by_role("link", name=re.compile("锂电池HSE负极材料项目")).click()
    page.fill("#comment", "吨位要在月底前报清楚。")
    page.get_by_role("button", name="提交点评").click()
    page.wait_for_load_state("networkidle")
    assert "吨位要在月底前报清楚。" in page.inner_text("main")

    _sign_in(page, served, "市项目办")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{served}/meetings/")
    page.get_by_role("link", name="全市招商引资和重大项目推进会").click()
    page.locator("details", has_text="记录").first.evaluate("d => d.open = true")
    page.fill("[name=text]", "固阳县报送负极材料项目签约吨位")
    page.fill("[name=owner_unit]", "固阳县发展和改革委员会")
    page.fill("[name=due_on]", "2026-12-31")
    page.get_by_role("button", name="记录并转为督办事项").click()
    page.wait_for_load_state("networkidle")
    assert "固阳县报送负极材料项目签约吨位" in page.inner_text("main")
