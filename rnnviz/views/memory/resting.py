"""Where the network rests while an input is held: fixed points of kept iterations, in slices."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

from rnnviz.analysis.memory.births import Moment, births_sentence
from rnnviz.analysis.memory.fixed_points import FixedPoints, search_in, symbols
from rnnviz.analysis.memory.resting_search import NO_INPUT
from rnnviz.analysis.memory.resting_sentences import sentence
from rnnviz.engine import Network, StepMap
from rnnviz.figures.chart import Chart
from rnnviz.figures.fixed_point_charts import births_spec
from rnnviz.recording import Trace
from rnnviz.tasks.task import Task
from rnnviz.views.memory.over_training import Measurement
from rnnviz.views.memory.scene import MemoryScene

#: The input that is held, besides the numbers of the symbols.
NOTHING_HELD = -1


def offered(task: Task) -> dict[int, str]:
    """Return the inputs that can be held, by their numbers: none, and each symbol."""
    return {NOTHING_HELD: NO_INPUT, **dict(enumerate(symbols(task)))}


def refusal(scene: MemoryScene) -> str:
    """Say why there are no fixed points to search for; "" if there are."""
    try:
        StepMap(scene.network, _layer(scene))
    except ValueError as refused:
        said = str(refused)
        return f"{said[0].upper()}{said[1:]}."
    return ""


def work(scene: MemoryScene) -> Iterator[None]:
    """Search at the iteration that is looked at, then at the others if all are wanted."""
    if scene.held is None or refusal(scene):
        return
    searched, whole = _measured(scene), _whole(scene)
    yield from searched.at(whole, scene.trace)
    if scene.everywhere:
        yield from searched.everywhere(whole)


def found_at(scene: MemoryScene) -> dict[int, FixedPoints]:
    """Return what was found so far, by iteration: that of the scene, or of all kept ones."""
    if scene.held is None:
        return {}
    searched, whole = _measured(scene), _whole(scene)
    shown = searched.shown(whole)
    found = {} if shown is None else dict([shown])
    if scene.everywhere:
        found |= {_iteration(each): each for each in searched.found(whole)}
    return found


def births(scene: MemoryScene) -> tuple[Chart, ...]:
    """Show how many points there were at each iteration measured, if there are several."""
    course = _course(scene)
    if len(course) < 2:
        return ()
    caption = births_sentence([each for each in course if each.iteration <= scene.trace.iteration])
    spec = births_spec(course, scene.marks, scene.rewound_to)
    return (Chart(spec, caption, "Number of fixed points over training.", 0.3),)


def said(scene: MemoryScene) -> str:
    """Say what was found at the iteration that is looked at."""
    if scene.held is None:
        return ""
    refused = refusal(scene)
    if refused:
        return refused
    shown = _measured(scene).shown(_whole(scene))
    return "" if shown is None else sentence(shown[1])


def _course(scene: MemoryScene) -> list[Moment]:
    found = found_at(scene)
    return [Moment.of(found[iteration]) for iteration in sorted(found)]


def _measured(scene: MemoryScene) -> Measurement[FixedPoints]:
    """Return the search with the input that is held."""
    task, held, layer = scene.trainer.task, scene.held, _layer(scene)
    named = None if held in (None, NOTHING_HELD) else offered(task).get(held)

    def measure(network: Network, trace: Trace) -> Generator[None, None, FixedPoints]:
        search = search_in(network, task, named, layer=layer, iteration=trace.iteration)
        while not search.done:
            search.advance(0.0)
            yield
        return search.found

    return Measurement(f"fixed points, input {held}", measure, lambda found: found.nbytes)


def _whole(scene: MemoryScene) -> MemoryScene:
    """Return the scene of which it is kept: it is the same for whatever layer is looked at."""
    return replace(scene, layer=_layer(scene) or 0, letter="h")


def _layer(scene: MemoryScene) -> int | None:
    """Return the layer whose steps are a map of their own; None is all of them together."""
    return scene.layer if scene.trace.bidirectional else None


def _iteration(found: FixedPoints) -> int:
    return -1 if found.iteration is None else found.iteration
