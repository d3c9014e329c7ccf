"""Exhibit: an experiment that is worth opening, with what is to be seen there and its check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from rnnviz.link import Experiment, View, read

Numbers = Mapping[str, float]
#: The page on which an experiment opens whose link names none.
FIRST_PAGE = "studio"


@dataclass(frozen=True)
class Claim:
    """What an exhibit shows, as numbers of its run.

    Parameters
    ----------
    measure
        Trains the experiment, and what it is compared with, and returns numbers by name.
    holds
        Whether these numbers are what title and sentence say.
    """

    measure: Callable[[Experiment], Numbers]
    holds: Callable[[Numbers], bool]


@dataclass(frozen=True)
class Exhibit:
    """An experiment of the gallery.

    Parameters
    ----------
    key
        Of small letters and `-`: the name of its picture, and of its page where the gallery is
        written to files.
    title
        What happens, in a few words. It says no more than the claim.
    sees
        One sentence of what to see. It says no more than the claim.
    link
        Leads to the experiment: a query string, as it stands in the address.
    claim : Claim
    recorded
        Which of several runs the link's own is, where the sentence is about several: its picture,
        and its page among the files, show it alone.
    """

    key: str
    title: str
    sees: str
    link: str
    claim: Claim
    recorded: str = ""

    @cached_property
    def experiment(self) -> Experiment:
        """What the link leads to; it names its page, the Studio where the link names none."""
        experiment = read(self.link).experiment
        view: View = experiment.view
        return replace(experiment, view=replace(view, page=view.page or FIRST_PAGE))


def seeded(experiment: Experiment, seed: int) -> Experiment:
    """Return the same experiment, with the same changes, from other random numbers."""
    stages = tuple(
        replace(stage, setup=replace(stage.setup, config=replace(stage.setup.config, seed=seed)))
        for stage in experiment.stages
    )
    return replace(experiment, config=replace(experiment.config, seed=seed), stages=stages)
