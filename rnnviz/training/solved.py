"""When a run has solved its task: luck, noise and a low ceiling do not count as solving."""

from __future__ import annotations

from rnnviz.tasks import is_solved
from rnnviz.tasks.column import Column
from rnnviz.tasks.own_pairs import OwnPairs
from rnnviz.tasks.task import Task, has_targets
from rnnviz.training.evaluate import Score

#: Number of good scores in a row; a single one may be luck if there are few distinct sequences.
IN_A_ROW = 5


def can_be_solved(task: Task) -> bool:
    """Tell whether reaching the task's `solved` means that it is learned.

    Not with the user's own data, for which nobody knows what can be reached; nor if always giving
    the same answer scores as well, as for a schedule on which the calendar carries no information;
    nor where there is nothing to score.
    """
    if not (task.output_labels and has_targets(task)):
        return False
    return not isinstance(task, Column | OwnPairs) and not is_solved(task, task.baseline().score)


class ScoreTracker:
    """The scores of a run so far, and from which of them on its task is solved.

    A run has solved its task when its score is at least as good as the task's `solved` at five
    evaluations in a row, each at another iteration. The evaluation sequences are the same every
    time, so the score is not a matter of chance. What happens later, such as a held gate, does not
    change that; going back to before the last of the five does.
    """

    def __init__(self) -> None:
        self._good: list[int] = []
        self._found: tuple[int, int] | None = None

    def add(self, iteration: int, task: Task, score: Score) -> None:
        """Note a score; an iteration before that of the last score means that the run went back."""
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
        """Return the iteration of the first of the five good scores; None if there are too few."""
        self._go_back_to(iteration)
        return None if self._found is None else self._found[0]

    def _go_back_to(self, iteration: int) -> None:
        if self._found is not None and iteration < self._found[1]:
            self._good, self._found = [], None
