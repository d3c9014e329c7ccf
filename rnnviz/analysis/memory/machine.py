"""An automaton that was read from a network: its states and arrows, and how well it explains it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.analysis.memory.clusters import nearest
from rnnviz.analysis.memory.symbols import Alphabet, Answers, Codes, all_states, squashed
from rnnviz.engine import Network
from rnnviz.numbers import percent
from rnnviz.tasks.task import Batch

#: An automaton explains a network if at least this share of answers and of steps is the same.
GOOD = 0.95
#: More states than this are no small machine.
MOST_STATES = 64


@dataclass(frozen=True)
class Arrow:
    """A transition of an automaton: a symbol that comes in, and the state after it.

    Parameters
    ----------
    start, symbol, end
        Numbers of the state before, the symbol and the state after.
    share
        Of the steps with this symbol in this state, the share that goes this way, 0..1.
    count
        How many steps these were, among the sequences from which the automaton was read.
    """

    start: int
    symbol: int
    end: int
    share: float
    count: int


@dataclass(frozen=True)
class MachineState:
    """A state of an automaton.

    Parameters
    ----------
    answer
        What the network answers there, as a person reads it; empty if nobody asks there.
    code
        The same as a number; -1 if nobody asks.
    alike
        Share of the answers there that are this one, 0..1; NaN if nobody asks.
    count
        Number of points in it.
    way
        The symbols of a shortest way from the start, or None if there is none.
    lasting
        Whether it is one of those that are never left for good: whatever comes, a way leads back.
        False where nothing follows.
    """

    answer: str
    code: int
    alike: float
    count: int
    way: tuple[str, ...] | None
    lasting: bool


@dataclass(frozen=True)
class Shares:
    """How well an automaton explains what a network does on some sequences.

    Parameters
    ----------
    deterministic
        Share of the steps, 0..1, at which the state of the network goes where the arrow leads from
        the state before.
    answers
        Share of the answers that are the network's, 0..1, where the automaton runs by itself: it
        starts at the start and sees the symbols alone. NaN if nobody asks.
    steps, sequences
        How many there were.
    unseen
        Whether none of the sequences is one of those from which the automaton was read.
    right, network_right
        Share of the answers of the automaton and of the network that are right, 0..1; NaN where
        several can be right.
    """

    deterministic: float
    answers: float
    steps: int
    sequences: int
    unseen: bool
    right: float = math.nan
    network_right: float = math.nan

    @property
    def least(self) -> float:
        """The smaller of the two shares."""
        return (
            self.deterministic
            if math.isnan(self.answers)
            else min(self.deterministic, self.answers)
        )


@dataclass(frozen=True, eq=False)
class Automaton:
    """A machine with a few states that answers as a network does, as far as it does.

    Parameters
    ----------
    words
        The symbols that come in, by their numbers.
    states
        State 0 is the start, the network's zero state.
    arrows : dict of (state, symbol) to Arrow
    held_out
        How well it explains sequences from which it was not read.
    longer
        The same on sequences of twice the length; None if there are none, then `no_longer` says
        why.
    length, longer_length
        Number of steps of the sequences.
    meaning
        What counts as an answer.
    centers, groups
        Which point of the state space belongs to which state, see `state_of`.
    """

    words: tuple[str, ...]
    states: tuple[MachineState, ...]
    arrows: dict[tuple[int, int], Arrow]
    held_out: Shares
    longer: Shares | None
    no_longer: str
    length: int
    longer_length: int
    meaning: str
    note: str
    alphabet: Alphabet
    answers: Answers
    centers: NDArray[np.floating]
    groups: Codes

    @property
    def start(self) -> int:
        """Number of the state before the first symbol."""
        return 0

    @property
    def good(self) -> bool:
        """Whether it is a small machine that explains at least 95 %, and that goes on.

        On sequences of twice the length it must do so too, or be right itself in 95 % of the
        answers: then it is the network that loses what it knew.
        """
        return self.fits and (
            self.longer is None or self.longer.least >= GOOD or self.longer.right >= GOOD
        )

    @property
    def fits(self) -> bool:
        """Whether it does so for sequences of the length on which the network was trained."""
        return self.is_small and self.held_out.least >= GOOD

    @property
    def least(self) -> float:
        """The smallest of the shares of answers and steps, on longer sequences too, 0..1."""
        longer = math.inf if self.longer is None else self.longer.least
        return min(self.held_out.least, longer)

    @property
    def is_small(self) -> bool:
        """Whether it has few enough states."""
        return len(self.states) <= MOST_STATES

    @property
    def lasting(self) -> tuple[int, ...]:
        """Numbers of the states that it never leaves again, such as those of a cycle."""
        return tuple(number for number, state in enumerate(self.states) if state.lasting)

    @property
    def sentence(self) -> str:
        """What was found, with the numbers."""
        parts = [self._size, self._on_held_out, self._on_longer, self.note]
        return " ".join(part for part in parts if part)

    @property
    def _size(self) -> str:
        if len(self.states) == 1 and self.held_out.answers == 1.0:
            return "One state: the network answers the same whatever came before."
        if self.good:
            return f"The smallest machine found has {self._counted}."
        if self.fits:
            return (
                f"A machine with {self._counted} was found for sequences of "
                f"{counted(self.length, 'step')}, but on {counted(self.longer_length, 'step')} it "
                f"explains less than {percent(GOOD)}."
            )
        return (
            f"No small machine was found that explains {percent(GOOD)}: the best one has "
            f"{self._counted}."
        )

    @property
    def _counted(self) -> str:
        count, cycle = len(self.states), len(self.lasting)
        ends = len({start for start, _ in self.arrows}) < count
        if cycle in (0, count) or ends:
            return counted(count, "state")
        if count - cycle == 1:
            return f"{counted(cycle, 'state')} and the start"
        return f"{count} states ({cycle} of which it never leaves again)"

    @property
    def _on_held_out(self) -> str:
        shares = self.held_out
        many = shares.sequences != 1
        what = counted(shares.sequences, "sequence")
        if shares.unseen:
            what += f" that {'were' if many else 'was'} not used"
        else:
            what += f", {'all of which were' if many else 'which was'} also used to read it,"
        alike = (
            ""
            if math.isnan(shares.answers)
            else f"gives {percent(shares.answers)} of the network's answers and "
        )
        return f"On {what} it {alike}explains {percent(shares.deterministic)} of the steps."

    @property
    def _on_longer(self) -> str:
        if self.longer is None:
            return self.no_longer
        shares = self.longer
        alike = "" if math.isnan(shares.answers) else f"{percent(shares.answers)} of the answers, "
        return (
            f"On sequences of {counted(self.longer_length, 'step')} instead of {self.length}: "
            f"{alike}{percent(shares.deterministic)} of the steps.{self._who_is_right}"
        )

    @property
    def _who_is_right(self) -> str:
        """Who is right on longer sequences, where automaton and network differ."""
        shares = self.longer
        if shares is None or shares.least >= GOOD or math.isnan(shares.right):
            return ""
        return (
            f" There {percent(shares.right)} of its own answers are right, and "
            f"{percent(shares.network_right)} of the network's."
        )

    def state_of(self, values: NDArray[np.floating]) -> Codes:
        """Return to which state of the automaton points of the state space belong.

        Parameters
        ----------
        values : array, (..., S)
            States of all layers, [h1; c1; h2; c2; ...].

        Returns
        -------
        array of int, (...)
        """
        points = squashed(np.asarray(values))
        found = self.groups[nearest(points.reshape(-1, points.shape[-1]), self.centers)]
        return found.reshape(points.shape[:-1])

    def states_along(self, network: Network, batch: Batch) -> Codes:
        """Return the state of the automaton after each step of a batch, (T, B), from the network.

        Each is where the network's own hidden state belongs, not where the arrows lead.
        """
        return self.state_of(all_states(network, batch))

    def run(self, symbols: Codes) -> Codes:
        """Follow the arrows from the start.

        Parameters
        ----------
        symbols : array of int, (T, B)

        Returns
        -------
        array of int, (T, B)
            The state after each step; -1 from where there is no arrow.
        """
        return follow(self._table, symbols)

    @property
    def _table(self) -> Codes:
        return _table(self.arrows, len(self.states), len(self.words))

    def frame(self) -> pd.DataFrame:
        """Return one row for each arrow: `state`, `symbol`, `next_state`, `share`, `count`."""
        rows = [
            (arrow.start, self.words[arrow.symbol], arrow.end, arrow.share, arrow.count)
            for arrow in self.arrows.values()
        ]
        return pd.DataFrame(rows, columns=["state", "symbol", "next_state", "share", "count"])

    def table(self) -> pd.DataFrame:
        """Return one row for each state: its answer, its number of points, and where symbols lead.

        A symbol that never came in a state has no next state there.
        """
        rows = []
        for number, state in enumerate(self.states):
            leads = {
                word: self.arrows[(number, symbol)].end if (number, symbol) in self.arrows else None
                for symbol, word in enumerate(self.words)
            }
            rows.append({"answer": state.answer, "points": state.count, **leads})
        table = pd.DataFrame(rows).astype(dict.fromkeys(self.words, "Int64"))
        return table.rename_axis("state")


def counted(count: float, noun: str) -> str:
    """Return a number of things with their noun: `1 state`, `2 states`."""
    return f"1 {noun}" if count == 1 else f"{count:,.0f} {noun}s"


def follow(table: Codes, symbols: Codes, begin: int = 0) -> Codes:
    """Follow a table (states, symbols) from a state on, (T, B); -1 from where nothing leads on."""
    padded = np.full((table.shape[0] + 1, table.shape[1] + 1), -1)
    padded[:-1, :-1] = table
    symbols = np.where(symbols < table.shape[1], symbols, -1)
    state = np.full(symbols.shape[1], begin)
    visited = np.empty_like(symbols)
    for step, row in enumerate(symbols):
        state = padded[state, row]
        visited[step] = state
    return visited


def _table(arrows: dict[tuple[int, int], Arrow], states: int, symbols: int) -> Codes:
    table = np.full((states, symbols), -1)
    for (state, symbol), arrow in arrows.items():
        table[state, symbol] = arrow.end
    return table
