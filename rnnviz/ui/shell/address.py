"""The link of what is seen: opened from the address, which follows it from then on.

What a page shows is in its `Linked`: the choices on it that belong into a link. Their values are
kept in the session under their names, so a link is opened by putting them there before the page is
drawn. A value that the page does not offer is left out here, and checked by the page once more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Protocol

import streamlit as st

from rnnviz import link
from rnnviz.training.changes import SetupPeriod
from rnnviz.ui.shell import session
from rnnviz.visit import View, Visit
from rnnviz.visit.opening import Opened
from rnnviz.visit.turns import TURNS

#: Own data of more characters is not even compressed, which would take a fifth of a second for the
#: largest: a text is too long for an address long before.
MOST_TRIED = 100_000
#: At most this share of the time goes into writing the address anew while the loop runs; in
#: between only its iteration is.
MOST_SHARE = 0.01

_ITERATION = re.compile(r"(?<=&it=)\d+", re.ASCII)
_IS_READ = "address_is_read"
#: The page of the bare address; a link to it names no page.
FIRST_PAGE = "studio"
#: Word of a link -> what it says: which network stands beside the first.
_BESIDE = "beside"

Options = Callable[[Visit], Sequence[str]]


class Told(Protocol):
    """Something on a page that a link tells."""

    @property
    def word(self) -> str:
        """Its key in a link."""

    def write(self, visit: Visit) -> str:
        """Return its text in a link; "" where there is nothing to tell."""

    def read(self, text: str, visit: Visit) -> None:
        """Do what a link says, as far as it is possible; "" is nothing."""


@dataclass(frozen=True)
class Choice:
    """A choice on a page that a link tells.

    Parameters
    ----------
    word
        Its key in a link.
    name
        Under which it is kept in the session.
    options
        What there is to choose from, with the run as it is; the first is not written.
    """

    word: str
    name: str
    options: Options

    def write(self, visit: Visit) -> str:
        """Return the text of what is chosen; "" for the first, and for what is not offered."""
        return Titles(self.options(visit)).word_of(session.value(self.name))

    def read(self, text: str, visit: Visit) -> None:
        """Choose what a link says, if it is offered."""
        option = Titles(self.options(visit)).titled(text)
        if option:
            session.show(self.name, option)


@dataclass(frozen=True)
class Titles:
    """What there is to choose from, by the words of a link; the first is not written."""

    titles: Sequence[str]

    def word_of(self, title: object) -> str:
        """Return the word of a title; "" for the first, and for what is none."""
        return as_word(title) if title in self.titles[1:] else ""

    def titled(self, word: str) -> str:
        """Return the title that has this word; "" where none has."""
        return next((title for title in self.titles if as_word(title) == word), "")


@dataclass(frozen=True)
class Linked:
    """What a link tells of a page.

    Parameters
    ----------
    page
        Name of its script.
    view
        The views of the page; None where there is one alone.
    more
        What else is chosen on it.
    left_out
        Returns a sentence about what of the page a link has no room for; "" if it holds all.
    """

    page: str
    view: Titles | None = None
    more: tuple[Told, ...] = ()
    left_out: Callable[[Visit], str] = lambda _: ""


class _Written:
    """The query that was written last, of which run, and until when it is not written anew."""

    def __init__(self) -> None:
        self.query, self.until = "", 0.0
        self.of: tuple[str, SetupPeriod, bool] | None = None


def open_once(visit: Visit) -> None:
    """Open the experiment of the address at the first page of a session, if there is one."""
    if session.value(_IS_READ):
        return
    session.show(_IS_READ, True)
    query = {key: st.query_params.get_all(key) for key in st.query_params}
    if query:
        visit.part(Opened).open(visit, TURNS.in_slices(visit, link.reading(query)))


def take_view(visit: Visit, linked: Linked) -> None:
    """Have a page show what an opened experiment says, before its controls are drawn."""
    view = visit.part(Opened).take_view()
    if view is None:
        return
    named = linked.view is not None and view.page in (linked.page, "")
    visit.show(
        View(
            linked.page,
            linked.view.titled(view.name) if linked.view is not None and named else "",
            view.layer,
            view.time_step,
            view.unit,
            view.unit_layer,
            view.shown_iteration,
        )
    )
    said = dict(view.more)
    for extra in linked.more:
        extra.read(said.get(extra.word, ""), visit)
    if _BESIDE in said:
        visit.put_beside(said[_BESIDE])


def experiment_seen(
    visit: Visit, linked: Linked, hidden: Sequence[str] | None = None
) -> link.Opened:
    """Return the experiment that leads to what is seen now; the turn must be held.

    While one is being opened it is that one: a reload in the middle of it goes on to its end.

    Parameters
    ----------
    hidden
        Controls that it hides; those hidden now when None.
    """
    hidden = sorted(visit.part(Opened).hidden) if hidden is None else hidden
    view = view_seen(visit, linked)
    if visit.opening is not None:
        coming = visit.opening.experiment
        view = replace(view, shown_iteration=coming.view.shown_iteration)
        coming = replace(coming, view=view, hidden=tuple(hidden))
        return link.Opened(coming, ())
    found = link.experiment_of(visit.trainer, view, hidden)
    left_out = linked.left_out(visit)
    return found._replace(problems=(*found.problems, left_out)) if left_out else found


def view_seen(visit: Visit, linked: Linked) -> link.View:
    """Return what a link tells of what is looked at."""
    seen, top = visit.looked_at, visit.trainer.network.architecture.number_of(-1)
    return link.View(
        page="" if linked.page == FIRST_PAGE else linked.page,
        name="" if linked.view is None else linked.view.word_of(seen.name),
        unit=seen.unit,
        unit_layer=0 if seen.unit is None else seen.unit_layer,
        layer=None if seen.layer == top else seen.layer,
        time_step=seen.time_step,
        shown_iteration=seen.shown_iteration,
        more=tuple(_more(visit, linked)),
    )


def link_now(visit: Visit, linked: Linked) -> str:
    """Return what the browser's address is to be, as a query string; the turn must be held."""
    written, now = visit.part(_Written), time.monotonic()
    # What was changed while it trained belongs to the iteration: both are of the same moment. And
    # a link to iteration 0 names none.
    of = visit.name, visit.trainer.setups[-1], link.iteration_of(visit.trainer) > 0
    if not visit.busy or now >= written.until or of != written.of:
        written.query, written.of = query_seen(visit, linked), of
        end = time.monotonic()
        written.until = end + (end - now) / MOST_SHARE
    opening = visit.opening is not None
    return written.query if opening else _at_present(written.query, visit)


def tell(visit: Visit, linked: Linked) -> None:
    """Tell the browser the address from a fragment that no tick draws, while nothing trains."""
    with TURNS.turn(visit):
        query = link_now(visit, linked)
    st.html(f'<div class="linked" data-link="{escape(query)}"></div>')


def _at_present(query: str, visit: Visit) -> str:
    """Return the same link with the iteration of now."""
    return _ITERATION.sub(str(link.iteration_of(visit.trainer)), query)


def query_seen(visit: Visit, linked: Linked) -> str:
    """Return the link of what is seen; "" if it is too long for an address."""
    task = visit.trainer.task
    texts = (getattr(task, field.name) for field in task.fields if field.kind is str)
    if sum(map(len, texts)) > MOST_TRIED:
        return ""
    query = link.write(experiment_seen(visit, linked).experiment)
    return query if len(query) <= link.LONG_CHARACTERS else ""


def _more(visit: Visit, linked: Linked) -> Iterator[tuple[str, str]]:
    for extra in linked.more:
        text = extra.write(visit)
        if text:
            yield extra.word, text
    if visit.beside is not None:
        yield _BESIDE, visit.beside


def as_word(option: object) -> str:
    """Return an option as it stands in a link, such as `training-one-step`."""
    return re.sub(r"[^a-z0-9]+", "-", str(option).lower()).strip("-")
