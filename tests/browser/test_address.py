"""The address in a real browser: opened, followed, reloaded, shared, embedded, and altered."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from rnnviz import link
from tests.browser.altered import altered
from tests.browser.test_app import iteration, open_page, play_button, shown
from tests.browser.waiting import settled, until
from tests.serving import Server

SMALL = "v=1&cell=gru&h=4&seed=7&b=4"


#: How many iterations the address is behind what is shown, looked at 10 times while it trains.
_BEHIND = """async () => {
  const behind = [];
  for (let look = 0; look < 10; look += 1) {
    await new Promise((done) => setTimeout(done, 100));
    const [shown] = document.querySelector(".readings").textContent.match(/\\d+/);
    behind.push(Number(shown) - Number(new URLSearchParams(location.search).get("it")));
  }
  return behind;
}"""


def query(page: Page) -> str:
    return page.url.partition("?")[2]


def opened(page: Page, address: str) -> None:
    """Open an address, and wait until the run stands where it leads."""
    page.goto(address)
    expect(play_button(page)).to_contain_text("Train")
    expect(page.locator(".st-key-stop_opening")).to_have_count(0)
    settled(page)


def test_a_reload_loses_nothing_and_the_history_is_not_filled(page: Page, server: Server):
    opened(page, f"{server.url}?{SMALL}&it=12")
    entries = page.evaluate("history.length")
    expect(shown(page, "Iteration")).to_have_text("12")

    for _ in range(3):
        page.locator(".st-key-step button").first.click()
        settled(page)
    until(page, lambda: query(page) == "v=1&cell=gru&h=4&seed=7&b=4&it=15")
    loss = shown(page, "Example loss").inner_text()
    assert page.evaluate("history.length") == entries

    page.reload()
    expect(shown(page, "Iteration")).to_have_text("15")
    expect(shown(page, "Example loss")).to_have_text(loss)


def test_a_reload_finds_the_studio_at_the_same_time_step_zoom_and_iteration(
    page: Page, server: Server
):
    opened(page, f"{server.url}?{SMALL}&it=12")
    picture = page.locator(".unrolled .scroll")
    # Keys that come before the last iteration choose among those that have come.
    expect(page.locator(".unrolled .measured")).to_contain_text("iteration 12")
    page.get_by_role("button", name="Show what is computed up to").click()
    picture.press("ArrowDown")
    picture.press("End")
    picture.press("ArrowLeft")
    page.get_by_role("button", name="One cell at one time step").click()
    picture.press("PageUp")
    left = f"{SMALL}&it=12&view=one-cell&u=0&t=18&at=11&p.sweep=forward"
    until(page, lambda: query(page) == left)
    strips = page.locator(".unrolled .strips")
    # Until the server has sent this iteration exactly, its numbers are rounded.
    expect(strips).not_to_have_attribute("aria-label", re.compile("≈"))
    told = strips.get_attribute("aria-label")

    page.reload()

    expect(strips).to_have_attribute("aria-label", told)
    expect(page.locator(".unrolled .measured")).to_contain_text("iteration 11")
    expect(page.get_by_role("button", name="One cell at one time step")).to_have_attribute(
        "aria-pressed", "true"
    )
    settled(page)
    assert query(page) == left
    picture.press("-")
    picture.press("p")
    picture.press("PageDown")
    until(page, lambda: query(page) == f"{SMALL}&it=12&view=one-unit&u=0&at=12")


def test_the_address_follows_to_other_pages_and_back_leads_back(page: Page, server: Server):
    opened(page, f"{server.url}?{SMALL}&it=3")

    open_page(page, "Gates")
    until(page, lambda: query(page) == f"{link.write(link.read(SMALL + '&it=3&page=gates')[0])}")
    page.go_back()
    expect(page.locator(".st-key-studio")).to_be_visible()
    expect(shown(page, "Iteration")).to_have_text("3")
    until(page, lambda: "page=" not in query(page))


def test_while_it_trains_the_address_is_that_of_the_picture_which_stays_mounted(
    page: Page, server: Server
):
    opened(page, f"{server.url}?{SMALL}")
    picture = page.locator("canvas").first.element_handle()

    play_button(page).click()
    until(page, lambda: iteration(page) >= 2)
    # One iteration a tick: the address is a tick behind the picture, or on a busy machine some.
    behind = page.evaluate(_BEHIND)
    assert sorted(behind)[5] <= 1, behind
    assert picture.evaluate("(canvas) => canvas.isConnected")

    seen = int(re.search(r"it=(\d+)", query(page))[1])
    page.reload()
    until(page, lambda: shown(page, "Iteration").count() and iteration(page) >= seen)


def test_share_shows_the_link_a_qr_code_and_the_frame(page: Page, server: Server):
    opened(page, f"{server.url}?{SMALL}&it=2")

    page.locator(".st-key-share button").first.click()
    dialog = page.get_by_test_id("stDialog")
    expect(dialog.locator("code").first).to_contain_text("cell=gru&h=4&seed=7&b=4&it=2")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy link").click()
    expect(dialog.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("?v=1&cell=gru&h=4&seed=7&b=4&it=2")
    dialog.get_by_role("tab", name="QR code").click()
    code = dialog.get_by_alt_text("QR code of the link")
    expect(code).to_be_visible()
    assert code.bounding_box()["width"] >= 300
    dialog.get_by_role("tab", name="Embed").click()
    expect(dialog.get_by_text("embed=true").first).to_be_visible()


def test_in_a_frame_of_another_page_the_whole_picture_fits_with_its_players(
    page: Page, server: Server
):
    page.set_content(
        f'<iframe src="{server.url}?embed=true&embed_options=dark_theme&v=1&it=2" '
        'width="800" height="600" style="border:0"></iframe>'
    )
    frame = page.frame_locator("iframe")
    expect(frame.locator(".readings div").filter(has_text="Iteration").locator("dd")).to_have_text(
        "2"
    )
    expect(frame.locator("canvas").first).to_be_visible()
    inside = page.frames[1]
    players = frame.locator(".unrolled .controls")
    until(
        page, lambda: players.evaluate("(it) => it.getBoundingClientRect().bottom <= innerHeight")
    )
    for scrolled in ("html", ".stMain"):
        box = frame.locator(scrolled)
        assert box.evaluate("(it) => it.scrollHeight <= it.clientHeight"), scrolled
        assert box.evaluate("(it) => it.scrollWidth <= it.clientWidth"), scrolled
    assert "embed=true" in inside.url
    colour = inside.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert max(map(int, re.findall(r"\d+", colour)[:3])) < 60


def test_altered_addresses_open_the_app_and_never_a_traceback(page: Page, server: Server):
    alive = []
    page.on("dialog", lambda dialog: alive.append(dialog.message))
    for address in altered(8):
        page.goto(f"{server.url}?{address}", wait_until="domcontentloaded")
        expect(page.locator(".readings dd").first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_text("Something went wrong here")).to_have_count(0)
    assert not alive
