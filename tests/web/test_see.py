"""What a reader looks at first: drawn, within the policy, usable by keyboard and on a phone."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.web, pytest.mark.django_db(transaction=True)]

PAGES = ("/", "/projects/", "/map/", "/indicators/", "/rules/")
# A canvas is drawn if it holds more than one colour.
IS_DRAWN = """selector => {
  const canvas = document.querySelector(`${selector} canvas`);
  if (!canvas) return false;
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < data.length && seen.size < 3; i += 4) seen.add(data.slice(i, i + 4).join());
  return seen.size > 2;
}"""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_is_wider_than_the_screen(visit, width: int, language: str) -> None:
    page = visit("/", phone=width == 390, language=language)
    page.set_viewport_size({"width": width, "height": 768})
    home = page.url
    for path in PAGES:
        page.goto(home + path[1:])
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_charts_and_map_are_drawn(visit, portfolio) -> None:
    page = visit("/")
    page.wait_for_function(IS_DRAWN, arg="[data-chart=stage-chart]")
    page.goto(page.url + "map/")
    page.wait_for_function(IS_DRAWN, arg="[data-map]")
    page.goto(page.url.replace("/map/", f"/projects/{portfolio['fair'].pk}/"))
    page.wait_for_function(IS_DRAWN, arg="[data-chart=money-chart]")


def test_filter_choose_and_change_many(visit) -> None:
    page = visit("/projects/")
    page.locator("#f-stage").select_option("building")
    page.get_by_role("button", name="筛选").click()
    assert page.get_by_role("link", name="慢项目").is_visible()
    assert page.get_by_role("link", name="设想").count() == 0
    page.get_by_label("全选").check()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("改为").select_option("stage=completed")
    page.get_by_role("button", name="修改", exact=True).click()
    page.get_by_text("已修改1个项目").wait_for()


def test_keyboard_reaches_the_content(visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_other_language_is_one_click_away(visit) -> None:
    page = visit("/projects/")
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "/projects/" in page.url


def test_phone_opens_the_rest_of_the_navigation(visit) -> None:
    page = visit("/", phone=True)
    page.get_by_role("button", name="更多").click()
    page.locator("#more-nav").get_by_text("规则").click()
    page.wait_for_url("**/rules/")
