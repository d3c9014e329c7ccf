"""The frame around every page: page settings, menu, shared sidebar, notices."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from threadpoolctl import threadpool_limits

from rnnviz.home import HOME
from rnnviz.training import pace
from rnnviz.ui.components.plot import provide_plotly
from rnnviz.ui.shell import address, controls, delivery, faults, opening, session, share, uploads
from rnnviz.ui.shell.address import Linked
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit, guests
from rnnviz.visit.opening import Opened

#: The menu: (page script in pages/, title, icon). The first page is the default.
MENU: tuple[tuple[str, str, str], ...] = (
    ("studio", "Studio", ":material/play_circle:"),
    ("gallery", "Gallery", ":material/photo_library:"),
    ("task", "Task", ":material/edit_note:"),
    ("network", "Your network", ":material/upload_file:"),
    ("gates", "Gates", ":material/grid_on:"),
    ("equations", "Equations", ":material/function:"),
    ("gradients", "Gradients", ":material/trending_down:"),
    ("memory", "Memory", ":material/scatter_plot:"),
    ("race", "Race", ":material/sports_score:"),
    ("sweep", "Sweep", ":material/grid_view:"),
    ("hopfield", "Hopfield", ":material/hub:"),
)

_CSS = """
<style>
/* One screen: the menu is in the header, so the page itself needs little air above it. */
[data-testid="stMainBlockContainer"] { padding: 3.9rem 1.5rem 2rem; }
/* Streamlit's own 0.6 is a contrast of 3.9 : 1 on white. */
[data-testid="stCaptionContainer"] { opacity: 0.75 !important; }
/* A page's name stands beside a sentence or its controls, and is hardly more than they are. */
.stMain h2 { font-size: 1.5rem; padding: 0.25rem 0; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
[data-testid="stSidebar"] [data-testid="stButtonGroup"] button {
  padding-inline: 0.4rem;
  min-width: 0;
}
/* One line, so that nothing moves when the text changes; the tooltip has all of it. */
.st-key-undo button p { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.st-key-undo button > div, .st-key-undo button span { min-width: 0; }
/* The components for keys and for the address show nothing. */
.st-key-listening, div:has(> .st-key-listening) { display: none; }
.st-key-nothing_opening, div:has(> .st-key-nothing_opening) { display: none; }
/* As large as possible: it must be readable from the back row. */
.qr-code img { display: block; width: min(60vh, 100%); margin: 0 auto; }
/* Readings in the transport bar: label above number, as small as an instrument's. */
.readings { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0; }
.readings dt { font-size: 0.8rem; font-weight: 400; white-space: nowrap; }
.readings dd { font-size: 1.25rem; line-height: 1.3; margin: 0; }
.readings { font-variant-numeric: tabular-nums; }
/* On a projector buttons and readings stay on one line, and so do all pages: without icons. */
@media (max-width: 1360px) {
  [data-testid="stTopNavLink"] > span:first-child { display: none; }
  .st-key-transport, .st-key-transport [data-testid="stHorizontalBlock"] { gap: 0.5rem; }
  .st-key-transport kbd { display: none; }
  .st-key-transport .readings { gap: 0.25rem 0.75rem; }
  .st-key-transport .readings dt { font-size: 0.75rem; }
  /* The last is the learning rate, which the sidebar shows too. */
  .st-key-transport .readings > div:nth-child(n+5):last-child { display: none; }
}
.readings.large { padding: 0; }
.readings.large dd { font-size: 1.75rem; font-weight: 600; white-space: nowrap; }
.readings .spark { margin-left: 0.5rem; font-size: 0.6rem; font-weight: 400; opacity: 0.85; }
/* What the picture shows and what to do next: one line above it. */
.guide { margin: 0; font-size: 0.9rem; line-height: 1.3; }
/* The same height for every text, so that nothing below it moves. */
.st-key-above_picture { min-height: 1.2rem; margin: -0.8rem 0 -0.9rem; }
.st-key-studio:has(.st-key-two_networks) div:has(> .st-key-above_picture) { display: none; }
/* On a phone the menu is hidden behind an arrow, so the pages are listed above the page too. */
div:has(> .st-key-phone_pages) { display: none; }
@media (max-width: 640px) {
  div:has(> .st-key-phone_pages) { display: flex; }
  /* All of them in two lines: names without icons. */
  .st-key-phone_pages { gap: 0; justify-content: space-between; }
  .st-key-phone_pages a > span:first-child { display: none; }
  .st-key-phone_pages a { padding-inline: 0.2rem; }
  .st-key-phone_pages a p { font-size: 0.78rem; }
  .st-key-transport .readings { padding: 0; gap: 0.25rem 0.75rem; }
  /* The learning rate stands in the sidebar; without it the readings are one line. */
  .st-key-transport .readings > div:last-child:nth-child(n+4) { display: none; }
  .readings.large dd { font-size: 1.25rem; }
  .readings .spark { display: none; }
}
/* The text of a preset: as low as possible, so that its charts are in sight. */
.st-key-report p { font-size: 0.9rem; line-height: 1.45; }
.st-key-report [data-baseweb="tab-panel"], .st-key-report [role="tabpanel"] { padding-top: 0.5rem; }
@media (max-height: 800px) {
  .st-key-laboratory h2 { font-size: 1.25rem; padding: 0; }
  .st-key-laboratory .readings.large dd { font-size: 1.25rem; }
  .st-key-report { padding: 0.5rem 1rem; gap: 0; }
  .st-key-laboratory, .st-key-laboratory > div > [data-testid="stVerticalBlock"],
  .st-key-laboratory > [data-testid="stVerticalBlock"] { gap: 0.5rem; }
  /* These are the numbers of one run; those of all runs are in the chart and the table. */
  .stMain:has(.st-key-report):has(.st-key-compared) .st-key-numbers { display: none; }
}
/* As much of the state space in sight as possible. */
.st-key-memory { gap: 0.6rem; }
.st-key-memory h2 { padding: 0; }
/* Updated in place: what a tick has not yet reached is still valid, and is not dimmed. */
:is(.st-key-studio, .st-key-laboratory, .st-key-inspected) [data-stale="true"] {
  opacity: 1 !important;
}
/* Two networks side by side use the whole width, with the charts in a row below them. */
.st-key-studio:has(.st-key-two_networks) > div > [data-testid="stHorizontalBlock"] {
  flex-wrap: wrap;
}
.st-key-studio:has(.st-key-two_networks) > div > [data-testid="stHorizontalBlock"] > div {
  flex: 1 1 100%;
  width: 100%;
}
.st-key-two_networks button { min-height: 2rem; padding-block: 0.2rem; }
.st-key-studio:has(.st-key-two_networks) :has(> .rnnviz-plot-host) {
  display: flex;
  flex-wrap: wrap;
}
.st-key-studio:has(.st-key-two_networks) .rnnviz-plot-host { flex: 1 1 280px; margin-top: 0; }
/* The same height during training, without the slider, so that nothing jumps. */
.st-key-rewind { min-height: 4.6rem; }
.st-key-choices { min-height: 4.6rem; }
@media (max-width: 640px) {
  /* Two choices beside each other. */
  .st-key-choices > :is(.st-key-gate_quantity, .st-key-saturated_gate, .st-key-weighed_gate,
    .st-key-following_quantity, .st-key-unit_order, [class*="st-key-unit-"]) {
    width: calc(50% - 0.5rem) !important; min-width: 0;
  }
}
/* Many tiles with words: on a phone they scroll, and fade at the side where there is more. */
.st-key-wide_samples { overflow-x: auto; }
.st-key-wide_samples :is([data-testid="stFullScreenFrame"], .stPlotlyChart) { min-width: 560px; }
@media (max-width: 640px) {
  .st-key-wide_samples { mask-image: linear-gradient(to left, transparent, black 2rem); }
  .st-key-wide_samples [data-testid="stFullScreenFrame"] { padding-right: 2rem; }
  /* Without a mouse the tool bar of a table is always visible: above it, it covers nothing. */
  [data-testid="stElementContainer"]:has(.stDataFrame) { margin-top: 1.75rem; }
}
</style>
"""

#: In a frame on another page, which may be small: the picture, and what makes it move.
_EMBEDDED_CSS = """
<style>
[data-testid="stHeader"] { display: none; }
[data-testid="stMainBlockContainer"] { padding: 0.25rem 0.75rem 0; }
.stMain > div > [data-testid="stVerticalBlock"] { gap: 0.25rem; }
.st-key-transport button { min-height: 2.1rem; padding-block: 0.2rem; }
.st-key-transport .readings > div:last-child { display: none; }
.st-key-transport .readings dd { font-size: 1rem; }
.st-key-studio > div > [data-testid="stHorizontalBlock"] > div:nth-child(2) { display: none; }
.st-key-studio > div > [data-testid="stHorizontalBlock"] > div { flex: 1 1 100%; width: 100%; }
.st-key-above_picture, div:has(> .st-key-above_picture) { display: none; }
/* Nothing below the picture, so that nothing scrolls. */
div:has(> .st-key-studio) ~ div, div:has(> .st-key-below_picture) { display: none; }
</style>
"""

_LOGO = str(Path(__file__).with_name("logo.svg"))
_ICON = str(Path(__file__).with_name("icon.png"))
_PAGES = HOME / "pages"

_framed: ContextVar[bool] = ContextVar("framed", default=False)
#: Where the page, which knows what there is to share, draws the button for it.
_share_place: ContextVar[DeltaGenerator] = ContextVar("share_place")


def show() -> None:
    """Draw the frame, and inside it the page of the address."""
    st.set_page_config(
        page_title="rnnviz",
        page_icon=_ICON,
        layout="wide",
        # In a frame on another page the settings would take the room of the picture.
        initial_sidebar_state="collapsed" if st.context.is_embedded else "auto",
    )
    _prepare_process()
    st.logo(_LOGO, size="small")
    pages = _pages()
    page = st.navigation(pages, position="hidden" if _pages_are_hidden() else "top")
    if faults.leaves():
        st.switch_page(pages[0])
    st.html(_CSS)
    if st.context.is_embedded:
        st.html(_EMBEDDED_CSS)
    visit = session.start(next(name for name, title, _ in MENU if title == page.title))
    address.open_once(visit)
    _go_where_the_link_leads(visit, page, pages)
    _share_place.set(st.sidebar.container(key="share_place"))
    controls.sidebar()
    with st.sidebar:
        share.open_file()
    _phone_pages(pages)
    token = _framed.set(True)
    try:
        page.run()
    finally:
        _framed.reset(token)
        delivery.wait_until_sent()


def _go_where_the_link_leads(visit: Visit, page: st.Page, pages: list[st.Page]) -> None:
    """Switch to the page of an opened experiment, if there is such a page."""
    coming, names = visit.part(Opened).coming, [name for name, _, _ in MENU]
    if coming is None:
        return
    # A bare address leads to the page that it names itself.
    wanted = coming.page if coming.page in names else visit.looked_at.page
    if page is not pages[names.index(wanted)]:
        st.switch_page(pages[names.index(wanted)])


def guard(linked: Linked) -> Visit:
    """Return the visit; the first statement of every page.

    Parameters
    ----------
    linked
        What a link holds of the page; an opened link is applied here.

    Notes
    -----
    On a fresh server Streamlit answers the first visit to a page's own address by running the
    script in pages/ without app.py. Then the frame is drawn here, with the page inside it.
    """
    if not _framed.get():
        show()
        st.stop()
    visit = session.current()
    address.take_view(visit, linked)
    with _share_place.get():
        share.button(visit, linked)
    return visit


def notices(visit: Visit) -> None:
    """Show what was refused, what is being opened, and what happened to a run that diverged."""
    opening.notices(visit)
    if visit.problem is not None:
        st.error(f"{escaped(visit.problem)}. The run goes on as it was.", icon=":material/block:")
    if visit.trainer.diverged is not None:
        _divergence(visit)


def _pages() -> list[st.Page]:
    return [
        st.Page(_PAGES / f"{name}.py", title=title, icon=icon, default=name == MENU[0][0])
        for name, title, icon in MENU
    ]


def _pages_are_hidden() -> bool:
    visit = session.known_run()
    return visit is not None and "pages" in visit.part(Opened).hidden


def _phone_pages(pages: list[st.Page]) -> None:
    """Draw links to all pages, which only a narrow screen shows."""
    if _pages_are_hidden():
        return
    with st.container(horizontal=True, key="phone_pages"):
        for page in pages:
            st.page_link(page, width="content")


@st.cache_resource(show_spinner=False)
def _prepare_process() -> None:
    """Prepare the process, once.

    This puts plotly.js where it is served, limits matrix products to one thread, and measures the
    speed of the machine, since a turn may take only so many milliseconds.

    A trainer itself asks for one thread, but restores the previous limit at the end of its turn;
    while another visitor's trainer is computing, that limit must be one too.
    """
    provide_plotly()
    uploads.bound_waiting()
    threadpool_limits(limits=1, user_api="blas")
    pace.keep(pace.measured())
    guests.look_now_and_then()


def _divergence(visit: Visit) -> None:
    with st.container(border=True):
        st.error(visit.trainer.diverged, icon=":material/trending_up:")
        st.write(
            "The weights are as they were before. A smaller learning rate, or clipping the "
            "gradient, usually prevents this."
        )
        st.button(
            f"Go back to iteration {visit.trainer.last_good_iteration:,}, the lowest loss so far",
            key="restore",
            icon=":material/undo:",
            on_click=_restore,
        )


def _restore() -> None:
    session.current().restore_last_good()
