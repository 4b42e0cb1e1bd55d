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


def test_a_phone_shows_the_heading_and_keeps_the_language_in_the_menu(visit, portfolio) -> None:
    page = visit(f"/projects/{portfolio['slow'].pk}/", phone=True)
    heading = page.locator(".topbar-title")
    assert heading.evaluate("part => part.scrollWidth <= part.clientWidth")
    assert heading.bounding_box()["width"] + 100 < 390
    english = page.get_by_role("button", name="English")
    assert english.count() == 0
    page.locator(".topbar .dropdown-toggle").click()
    english.click()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_stage_line_breaks_no_word(visit, portfolio) -> None:
    page = visit(f"/projects/{portfolio['plant'].pk}/", phone=True, language="en")
    lines = "part => part.getClientRects().length && part.clientHeight / 20"
    heights = page.locator(".stage-step").evaluate_all(f"all => all.map({lines})")
    assert max(heights) < 3  # the mark and one line of words
    line = page.locator(".stage-line").bounding_box()
    lefts = page.locator(".stage-step").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().left)"
    )
    assert any(abs(left - line["x"]) < 1 for left in lefts)  # no step is cut at the left


def test_tabs_can_be_read(visit) -> None:
    page = visit("/issues/")
    colour = page.locator(".nav-tabs .nav-link:not(.active)").first.evaluate(
        "part => getComputedStyle(part).color"
    )
    red, green, blue = (int(n) / 255 for n in colour[4:-1].split(",")[:3])
    linear = [n / 12.92 if n <= 0.04045 else ((n + 0.055) / 1.055) ** 2.4
              for n in (red, green, blue)]  # fmt: skip
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 0.91 / (luminance + 0.05) >= 4.5  # on the ground, #f3f5f8


def test_a_link_to_a_fold_opens_it(visit) -> None:
    page = visit("/indicators/")
    page.evaluate("""document.querySelector("main").insertAdjacentHTML("beforeend",
      '<a href="#fold">x</a><details id="fold"><summary>y</summary>z</details>')""")
    page.get_by_role("link", name="x", exact=True).click()
    page.wait_for_function("document.getElementById('fold').open")
