"""A whole experiment as a link: settings, what was done while it trained, and what is looked at.

A run is exact from its seed, so a link needs no memory of a server: `read` tells the experiment,
`Replay` does it again, and the network has the same weights to the last bit.

>>> opened = link.read("v=1&cell=gru&h=32&seed=7&it=1200&do=300_lr_0.003&page=gates&u=3&t=12")
>>> opened.experiment.config.hidden_size, opened.experiment.view.unit, opened.problems
(32, 3, ())
>>> replay = link.Replay(opened.experiment)     # its trainer is at iteration 0
>>> while not replay.done:
...     replay.advance(seconds=0.05)            # a slice; progress, time_left
>>> there = link.experiment_of(replay.trainer, opened.experiment.view)
>>> link.write(there.experiment) == link.write(opened.experiment)
True

The interface:

* `Experiment`: `config`, `task`, `probe`, `iteration`, `stages` (what was changed, and when),
  `view` (a `View`: page, its view, unit, layer, time step, shown iteration, a page's own words),
  `hidden` (controls that are not shown). Frozen, compared by value. `experiment.until(0)` is the
  same one at its start.
* `experiment_of(trainer, view, hidden)` -> `Opened(experiment, problems)`: of a run as it stands.
  The problems say what a link can't hold, which is weights that were set by hand.
* `write(experiment)` -> the query string, without `?`. Longer than `LONG_CHARACTERS`: offer a file.
* `read(query or mapping)` -> `Opened`; never raises. Problems are plain sentences, not markup.
  `reading` is the same as a generator of small steps, for who shares the processor: it takes up to
  a second with a text of 5 MB (`opened = yield from reading(query)`, or `finish(steps)`).
* `write_file`, `read_file`: the same words in a `.rnnviz.json` file. `file_text(experiment)` and
  `reading_file(bytes)` are for downloads and uploads.
* `Replay(experiment)`: `advance(seconds)`, `done`, `progress`, `time_left`, `trainer`; a job of the
  live loop. `estimate_s(experiment)` tells the seconds before it begins.
* `open_link(link)` -> the `Trainer` at its iteration, also as `rnnviz.open`.

The keys are the `short` of the fields: those of a run, of its task, and those in `words.py`. What
the user interface wants to say besides goes into `View.more`, which is `p.<key>=<text>`: the page
checks it itself, as well as `page` and `name`. A link that is written by hand may leave out `v`.
"""

from rnnviz.link.experiment import (
    Experiment,
    Opened,
    Stage,
    View,
    experiment_of,
    iteration_of,
)
from rnnviz.link.file import SUFFIX, file_text, read_file, reading_file, write_file
from rnnviz.link.opening import open_link
from rnnviz.link.reading import finish, read, reading
from rnnviz.link.replay import Replay, estimate_s
from rnnviz.link.writing import LONG_CHARACTERS, write

__all__ = [
    "LONG_CHARACTERS",
    "SUFFIX",
    "Experiment",
    "Opened",
    "Replay",
    "Stage",
    "View",
    "estimate_s",
    "experiment_of",
    "file_text",
    "finish",
    "iteration_of",
    "open_link",
    "read",
    "read_file",
    "reading",
    "reading_file",
    "write",
    "write_file",
]
