"""The report in a browser: it runs nothing, asks the network for nothing, and reads well."""

from __future__ import annotations

import os
import re
import shutil
from itertools import pairwise

import pytest

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (
        path
        for path in (
            "/usr/bin/chromium",
            *(shutil.which(n) for n in ("chromium", "chromium-browser", "google-chrome")),
        )
        if path and os.path.exists(path)
    ),
    None,
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}

CONTRAST = """() => {
  const channel = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const luminance = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const parse = s => s.match(/[\\d.]+/g).map(Number);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > .99) return c;
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [luminance(parse(getComputedStyle(e).color)), luminance(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const name = e.tagName + '.' + e.className;
    found[name] = Math.min(found[name] ?? 99, ratio);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def page_path(request):
    if CHROMIUM is None:
        if os.environ.get("RETRIAL_REQUIRE_BROWSER") == "1":
            pytest.fail("RETRIAL_REQUIRE_BROWSER is 1, but no Chromium is installed")
        pytest.skip("no Chromium is installed")
    return request.getfixturevalue("hu2013_report") / "report.html"


@pytest.fixture(scope="module")
def browser(page_path):
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def opened(browser, page_path):
    """Open the report at a size; closes every page, and fails on an error of any of them."""
    pages, troubles, requests = [], [], []

    def open_page(size=DESKTOP):
        page = browser.new_page(viewport=size)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_path.as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not troubles
    assert {url for url in requests if not url.startswith("data:")} <= {page_path.as_uri()}


def test_the_page_opens_without_errors_or_requests(opened):
    assert opened().title().startswith("Wharton")


def test_every_link_of_the_contents_leads_to_its_section(opened):
    page = opened()
    links = page.locator("nav.wide a")
    assert links.count() > 8
    for place in range(links.count()):
        link = links.nth(place)
        target = link.get_attribute("href")
        link.click()
        page.wait_for_function(
            "t => { const y = document.querySelector(t).getBoundingClientRect().top;"
            " const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;"
            " return y > -5 && (y < 120 || end); }",
            arg=target,
        )
        assert page.locator(f"{target} h2").inner_text() == link.inner_text()


def test_the_contents_fold_on_a_phone(opened):
    page = opened(PHONE)
    assert not page.locator("nav.wide").is_visible()
    assert not page.locator("nav.narrow a").first.is_visible()
    page.locator("nav.narrow summary").click()
    assert page.locator("nav.narrow a").first.is_visible()


def test_the_skip_link_is_first_and_leads_to_the_report(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_picture_has_words(opened):
    page = opened()
    silent = page.evaluate(
        "[...document.querySelectorAll('img, svg')].filter(e => !(e.alt || "
        "e.getAttribute('aria-label') || e.getAttribute('aria-hidden') === 'true')).length"
    )
    assert silent == 0
    assert page.locator("img").count() >= 10
    broken = "[...document.images].filter(i => !i.complete || i.naturalWidth === 0).length"
    assert page.evaluate(broken) == 0


@pytest.mark.parametrize("unfolded", [False, True])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_never_scrolls_sideways(opened, width, unfolded):
    page = opened({"width": width, "height": 844})
    if unfolded:
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_prose_lines_stay_readable(opened):
    page = opened()
    widest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('main p')].map(p => p.clientWidth / "
        "parseFloat(getComputedStyle(p).fontSize)))"
    )
    assert widest <= 37.5  # em: 75 times the width of a digit


def test_it_prints_on_pages(opened):
    page = opened()
    content = page.pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert 5 <= pages <= 40


def test_headings_go_down_one_level_at_a_time(opened):
    page = opened()
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_landmarks_and_ids_are_sane(opened):
    page = opened()
    assert page.locator("main").count() == 1
    assert page.evaluate(
        "[...document.querySelectorAll('nav')].every(n => n.getAttribute('aria-label'))"
    )
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate(
        "[...document.querySelectorAll('section')].every(s =>"
        " document.getElementById(s.getAttribute('aria-labelledby')))"
    )
    assert page.evaluate(
        "[...document.querySelectorAll('td[headers]')].every(td => "
        "td.getAttribute('headers').split(' ').every(id => document.getElementById(id)))"
    )


def test_all_text_has_contrast(opened):
    page = opened()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    ratios = page.evaluate(CONTRAST)
    assert any("badge" in name for name in ratios)
    assert {name: round(ratio, 2) for name, ratio in ratios.items() if ratio < 4.5} == {}


def test_numbers_stand_to_the_right_in_figures_of_one_width(opened):
    page = opened()
    style = page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('td.right'));"
        " return [s.textAlign, s.fontVariantNumeric]; })()"
    )
    assert style[0] == "right"
    assert "tabular-nums" in style[1]
