"""Own sequences: read as typed, with targets or without, and refused in a sentence."""

import math

import numpy as np
import pytest

from rnnviz import link
from rnnviz.link import Experiment
from rnnviz.tasks import OwnSequences, has_targets
from rnnviz.tasks.own_sequences import SAMPLE_SEQUENCES, SAMPLE_TARGETS
from rnnviz.training import RunConfig

NOTHING = {"outputs": 0, "answers": "", "targets": ""}


def own(kind, sequences, **settings):
    return OwnSequences(**{"kind": kind, "sequences": sequences, "vocabulary": ""} | settings)


def test_the_targets_of_the_sample_say_whether_the_number_of_b_is_odd():
    for line, targets in zip(SAMPLE_SEQUENCES.split(), SAMPLE_TARGETS.split(), strict=True):
        odd = np.cumsum([symbol == "b" for symbol in line]) % 2
        assert "".join(map(str, odd)) == targets


@pytest.mark.parametrize(
    ("kind", "sequences", "settings", "names", "first"),
    [
        ("characters", "ba b\nabba", {}, ("b", "a", "␣"), [0, 1, 2, 0]),
        ("characters", "a b", {"vocabulary": "\n ab"}, ("⏎", "␣", "a", "b"), [2, 1, 3]),
        ("characters", "a⏎b", {"vocabulary": "\n ab"}, ("⏎", "␣", "a", "b"), [2, 0, 3]),
        (
            "words",
            "the cat the",
            {"vocabulary": "<pad> cat the"},
            ("<pad>", "cat", "the"),
            [2, 1, 2],
        ),
        ("integers", "2, 0 1", {"size": 3}, ("0", "1", "2"), [2, 0, 1]),
    ],
)
def test_symbols_have_the_integers_of_their_places(kind, sequences, settings, names, first):
    task = own(kind, sequences, **NOTHING, **settings)
    assert task.input_names == names
    assert task.probe(0).batch.x[:, 0].argmax(axis=1).tolist() == first
    looked_up = own(kind, sequences, embedding=4, **NOTHING, **settings)
    assert looked_up.embedding_size == 4
    assert looked_up.probe(0).batch.x[:, 0].tolist() == first


@pytest.mark.parametrize("names", ["", "u,v\n", "sequence,u,v\n"])
def test_vectors_are_the_rows_of_a_csv(names):
    rows = [[0.5, -1.0], [2.0, 3.5], [1.0, 0.0], [4.0, 4.0]]
    first = ["7,", "7,", "8,", "8,"] if names.startswith("s") else [""] * 4
    text = "\n".join(f"{which}{u},{v}" for which, (u, v) in zip(first, rows, strict=True))
    task = own("vectors", names + text, **NOTHING)

    assert task.input_names == (("u", "v") if names else ("x1", "x2"))
    count = 2 if first[0] else 1
    assert task.probe_names[-1].startswith(f"{count}: ")
    assert task.probe(0).batch.x[:, 0].tolist() == rows[: 4 // count]


def test_without_targets_no_step_is_scored_and_nothing_is_measured():
    for outputs in (0, 3):
        task = own("characters", "abba", outputs=outputs, answers="", targets="")
        assert not has_targets(task)
        assert not task.evaluation().mask.any()
        assert len(task.output_labels) == outputs
        assert task.probe(0).target_labels == ("",) * 4
        assert math.isnan(task.memoryless)
        assert math.isnan(task.baseline().score)
    assert has_targets(OwnSequences())


def test_targets_are_classes_or_numbers_of_every_step_or_the_last():
    words = own("characters", "ab\nba", outputs=2, answers="no yes", targets="yes\nno",
                asked="last step")  # fmt: skip
    assert words.probe(0).batch.mask[:, 0].tolist() == [False, True]
    assert words.probe(0).batch.y[-1, 0] == 1
    assert words.probe(1).target_labels == ("", "no")

    numbers = own("characters", "ab", outputs=2, answers="", gives="numbers", targets="1 2; 3 -.5")
    assert numbers.probe(0).batch.y[:, 0].tolist() == [[1, 2], [3, -0.5]]
    assert numbers.loss == "squared_error"


def test_where_only_the_last_step_is_asked_a_longer_sequence_keeps_its_end():
    settings = {"outputs": 2, "answers": "0 1"}
    last = own("characters", "abab\nbb", targets="1\n0", asked="last step", **settings)
    every = own("characters", "aabb\nbb", targets="0 1 0 1\n00", **settings)

    assert last.probe(0).input_labels == ("a", "b")
    assert "the last 2 are used" in last.description
    assert every.probe(0).input_labels == ("a", "a")
    assert every.probe(0).target_labels == ("0", "1")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"vocabulary": "a"},
         "each symbol must be one of the 1 of the vocabulary (a), got 'b' in line 1"),
        ({"vocabulary": "aba"}, "vocabulary must have each symbol once, got 'a' twice"),
        ({"sequences": "\n \n"}, "sequences must have 1..1,000 lines, got 0"),
        ({"targets": "0"}, "targets must have a line for each of the 8 sequences, got 1"),
        ({"targets": SAMPLE_TARGETS.replace("01001110", "0100111")},
         "targets must have 8 values in line 1, as its sequence and “Targets at” want, got 7"),
        ({"targets": SAMPLE_TARGETS.replace("1", "2")},
         "each target must be one of the 2 outputs (0 1), got '02002220' in line 1"),
        ({"answers": "a b c"}, "answers must name all 2 outputs, or none, got 3 names"),
        ({"outputs": 0, "answers": ""},
         "outputs must be at least 1 where there are targets, got 0: without a readout there is "
         "nothing to compare them with"),
        ({"kind": "integers", "sequences": "0 2", "targets": ""},
         "each symbol must be one of the 2 of the vocabulary (0 1), got '2' in line 1"),
        ({"kind": "vectors", "sequences": "a,b\n1,2\n3,nan", "targets": ""},
         "each cell must be a finite number, got 'nan' in row 3"),
        ({"kind": "integers", "size": 2001, "sequences": "0 1", "targets": ""},
         "without an embedding there must be at most 2,000 inputs, got 2,001"),
        ({"gives": "numbers", "targets": "x\n" * 8},
         "each target must be a finite number, got 'x' in line 1"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_was_expected_and_what_came(settings, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        OwnSequences(**settings)
    assert str(refusal.value) == sentence


def test_a_link_holds_the_sequences_with_any_symbols():
    task = own("characters", "a<b> ~\nשלום é", embedding=3, outputs=2, answers="", targets="")
    experiment = Experiment(RunConfig(task=task.key), task)
    opened = link.read(link.write(experiment))
    assert not opened.problems
    assert opened.experiment.task == task
