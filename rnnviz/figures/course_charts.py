"""The charts beside the moving picture: the course of training, each with its sentence."""

from __future__ import annotations

from collections.abc import Iterator

from rnnviz.analysis.gradients import backward_norms, backward_sentence
from rnnviz.analysis.history import loss_sentence, score_sentence, score_text
from rnnviz.figures.chart import Chart
from rnnviz.figures.gradient_charts import gradient_norms_spec
from rnnviz.figures.history_charts import accuracy_spec, loss_spec
from rnnviz.numbers import percent
from rnnviz.tasks.task import Baseline
from rnnviz.training import Score, Trainer


def course_charts(trainer: Trainer, height: int = 260) -> Iterator[Chart]:
    """Make the charts of loss, accuracy and gradient of a run in its current state, one by one.

    Tasks whose targets are numbers have a loss, but no accuracy. Without targets there is none.

    Parameters
    ----------
    trainer
    height
        Of each chart, in pixels.
    """
    if not trainer.can_learn:
        return
    trace, score, baseline = trainer.trace(), trainer.score(), trainer.task.baseline()
    history = trainer.history
    iterations, losses = history.column("iteration"), history.column("loss")
    classes = len(trace.output_labels) or None
    score_caption = _score_sentence(score, baseline)
    last = f"Last batch: {_continued(loss_sentence(losses[-1], classes))}" if losses.size else ""
    marks = trainer.marks
    loss = loss_spec(iterations, losses, classes, height=height, marks=marks)
    if classes is None:
        yield Chart(loss, f"{last} {score_caption}")
    else:
        yield Chart(loss, last)
        accuracies = history.column("accuracy")
        yield Chart(
            accuracy_spec(
                iterations,
                accuracies,
                baseline.accuracy,
                _telling(trainer.task.memoryless, baseline.accuracy),
                height=height,
                marks=marks,
            ),
            score_caption,
        )
    yield Chart(
        gradient_norms_spec(trace, height=height),
        f"Last step's loss alone: {backward_sentence(backward_norms(trace))}",
    )


def _score_sentence(score: Score, baseline: Baseline) -> str:
    """Say how the evaluation sequences are scored; where some are held out, the two apart."""
    if score.held_out is None:
        which = (
            f"{score.sequences} of {score.of} evaluation sequences"
            if score.of_fewer
            else "Evaluation sequences"
        )
        return (
            f"{which}: {_continued(score_sentence(score.value, baseline))}{_free_sentence(score)}"
        )
    held_out = score_text(score.held_out, score.measure)
    trained = _continued(score_sentence(score.value, baseline))
    both = f"trained part: {trained} Held out: {held_out}."
    return f"Evaluation sequences, {both}{_free_sentence(score)}"


def _continued(sentence: str) -> str:
    """Write a sentence so that it can follow a colon."""
    return sentence[0].lower() + sentence[1:]


def _free_sentence(score: Score) -> str:
    """Say how many whole answers are right, and how it does with the true answers as inputs."""
    free = score.free
    if free is None:
        return ""
    whole, forced = percent(free.whole), percent(free.forced)
    if free.held_out_whole is not None and free.held_out_forced is not None:
        whole += f" ({percent(free.held_out_whole)} held out)"
        forced += f" ({percent(free.held_out_forced)} held out)"
    return (
        f" This is with its own last answer as input; whole answers right: {whole}. With the true "
        f"answers as input, as in training: {forced} of the symbols."
    )


def _telling(memoryless: float, baseline: float) -> float | None:
    """Return the best score without memory, if a separate line for it would be informative."""
    return memoryless if baseline + 0.08 < memoryless < 0.97 else None
