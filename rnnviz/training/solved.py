"""When a run has solved its task: luck, noise and a low ceiling do not count as that."""

from __future__ import annotations

from rnnviz.tasks import is_solved
from rnnviz.tasks.column import Column
from rnnviz.tasks.task import Task
from rnnviz.training.evaluate import Score

#: So many good looks in a row; one may be luck where few different sequences exist.
IN_A_ROW = 5


def can_be_solved(task: Task) -> bool:
    """Tell whether the task's `solved` says that it is learned.

    Not with data of one's own, where nobody knows what can be reached; nor where always giving the
    same answer scores as much, as for a schedule that the calendar says nothing about.
    """
    return not isinstance(task, Column) and not is_solved(task, task.baseline().score)


class Looks:
    """Looks at the score of a run, and since which of them its task is solved.

    A run has solved its task when the score on the evaluation sequences, which are the same at
    every look and so are no matter of chance, is at least as good as the task's `solved` at five
    looks in a row, each at another iteration. What happens later, such as a gate that is held,
    changes nothing about that; going back to before the last of the five does.
    """

    def __init__(self) -> None:
        self._good: list[int] = []
        self._found: tuple[int, int] | None = None

    def look(self, iteration: int, task: Task, score: Score) -> None:
        """Note a score; one at an earlier iteration than the last look means that it went back."""
        self._go_back_to(iteration)
        if self._found is not None:
            return
        self._good = [earlier for earlier in self._good if earlier < iteration]
        if not (is_solved(task, score.value) and can_be_solved(task)):
            self._good = []
            return
        self._good.append(iteration)
        if len(self._good) == IN_A_ROW:
            self._found = (self._good[0], iteration)

    def solved_at(self, iteration: int) -> int | None:
        """Return the iteration of the first of the good looks; None if there are too few so far."""
        self._go_back_to(iteration)
        return None if self._found is None else self._found[0]

    def _go_back_to(self, iteration: int) -> None:
        if self._found is not None and iteration < self._found[1]:
            self._good, self._found = [], None
