"""The true automaton of a task, where it is known, and how another one differs from it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from rnnviz.analysis.memory.machine import Automaton
from rnnviz.numbers import number
from rnnviz.tasks import GymSchedule, Parity, Reber
from rnnviz.tasks.reber import EXIT, WAYS
from rnnviz.tasks.task import Task


@dataclass(frozen=True)
class Truth:
    """The smallest automaton that gives the right answers.

    Parameters
    ----------
    name
        What it is, such as "the grammar".
    answers
        The answer of each state; empty where nobody asks. State 0 is the start.
    leads : dict of (state, word) to state
        What has no entry can't come.
    """

    name: str
    answers: tuple[str, ...]
    leads: dict[tuple[int, str], int]


@dataclass(frozen=True)
class Compared:
    """How an automaton differs from the true one.

    Parameters
    ----------
    truth
    same
        Whether it gives the right answer after every string that can come.
    counterexample
        Otherwise a shortest string after which it does not.
    right, given
        The right answer after it, and what the automaton gives; `given` is empty where no arrow
        leads on.
    """

    truth: Truth
    same: bool
    counterexample: tuple[str, ...] = ()
    right: str = ""
    given: str = ""

    @property
    def sentence(self) -> str:
        """What was found."""
        name, count = self.truth.name, number(len(self.truth.answers))
        if self.same:
            return (
                f"It is equivalent to {name}, whose smallest automaton has {count} states: after "
                "every string that can come it gives the right answer."
            )
        gives = f"it answers “{self.given}”" if self.given else "no arrow leads on"
        string = " ".join(self.counterexample)
        return (
            f"It is not equivalent to {name}, whose smallest automaton has {count} states: after "
            f"“{string}”, right is “{self.right}”, but {gives}."
        )


def true_machine(task: Task) -> Truth | None:
    """Return the true automaton of a task; None where it is not known here."""
    if isinstance(task, Reber):
        return _embedded_reber()
    if isinstance(task, Parity) and task.asked == "every step":
        leads = {(state, word): state ^ int(word) for state in (0, 1) for word in ("0", "1")}
        return Truth("parity", ("even", "odd"), leads)
    if isinstance(task, GymSchedule):
        return _schedule(task)
    return None


def compare(found: Automaton, task: Task) -> Compared | None:
    """Compare an automaton with the true one of a task; None where that is not known.

    Both read all strings that can come, at the same time; the shortest ones first.
    """
    truth = true_machine(task)
    if truth is None:
        return None
    symbols = {word: symbol for symbol, word in enumerate(found.words)}
    met = {(0, found.start)}
    due: deque[tuple[int, int, tuple[str, ...]]] = deque([(0, found.start, ())])
    while due:
        state, other, way = due.popleft()
        for (begin, word), to in truth.leads.items():
            if begin != state:
                continue
            arrow = found.arrows.get((other, symbols.get(word, -1)))
            there, string = truth.answers[to], (*way, word)
            if arrow is None:
                return Compared(truth, False, string, there)
            given = found.states[arrow.end].answer
            if there and given != there:
                return Compared(truth, False, string, there, given)
            if (to, arrow.end) not in met:
                met.add((to, arrow.end))
                due.append((to, arrow.end, string))
    return Compared(truth, True)


def _embedded_reber() -> Truth:
    """Return the embedded Reber grammar: B, T or P, a word of the inner one, the same again, E."""
    answers, leads = ["", "T or P"], {(0, "B"): 1}
    ends = []
    for outer in "TP":
        begin = len(answers)
        answers.append("B")
        leads[(1, outer)] = begin
        leads[(begin, "B")] = begin + 1
        for place, ways in enumerate(WAYS):
            answers.append(" or ".join(sorted((symbol for symbol, _ in ways), key="BTPSXVE".index)))
            for symbol, to in ways:
                leads[(begin + 1 + place, symbol)] = begin + 1 + to
        out = begin + 1 + EXIT
        answers += ["E", outer]
        leads[(out, "E")] = out + 1
        ends.append((out + 1, outer))
    answers.append("E")
    for state, outer in ends:
        leads[(state, outer)] = len(answers) - 1
    return Truth("the grammar", tuple(answers), leads)


def _schedule(task: GymSchedule) -> Truth | None:
    """Return the cycle of a schedule in which every exercise occurs once; of others None."""
    names = task.exercises
    once = len(set(names)) == len(names)
    if not once or task.noise or task.rest_day != "none" or task.view != "yesterday":
        return None
    count = len(names)
    answers = ("", *(names[(place + 1) % count] for place in range(count)))
    leads = {(0, name): place + 1 for place, name in enumerate(names)}
    for place in range(count):
        after = (place + 1) % count
        leads[(place + 1, names[after])] = after + 1
        if task.missed:
            leads[(place + 1, "rest")] = (place if task.when_missed == "waits" else after) + 1
    return Truth("the schedule", answers, leads)
