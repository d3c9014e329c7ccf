"""The verdict of a race says nothing that its raw scores do not show.

The tables are made by hand, or at random with many ties; what is said about the latter is read back
from the sentence and compared with the raw numbers in the plainest way.
"""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig
from rnnviz.analysis.chance import apart_by_chance, uneven_by_chance
from rnnviz.analysis.standings import Table, Terms
from rnnviz.analysis.verdict import judged, verdict_of
from rnnviz.tasks import GymSchedule, make_task
from rnnviz.training.race import Lane, Race

MARKS = np.arange(0, 110, 10)
ACCURACY = Terms("accuracy", 0.99, "iterations")


def runs(*ends, solved_from=None, before=0.25):
    """Return scores (S, I): `before` up to the last mark, or `ends` from a mark on."""
    scores = np.full((len(ends), MARKS.size), before)
    scores[:, -1] = ends
    for row, end, since in zip(scores, ends, solved_from or [], strict=False):
        row[since <= MARKS] = end
    return scores


def table(name, scores, diverged=None, marks=MARKS, seconds=None, memoryless=np.nan, refused=""):
    seconds = marks / 100 if seconds is None else seconds
    return Table(
        name, marks, scores, seconds, diverged or (False,) * len(scores), memoryless, refused
    )


def said(*tables, terms=ACCURACY):
    return judged(tables, terms).sentence


def test_it_counts_and_says_where_the_ranges_overlap():
    lstm = table("LSTM", runs(1, 1, 1, 0.3, solved_from=[10, 20, 60, 100]))
    rnn = table("RNN", runs(0.25, 0.27, 0.3, 0.31))
    assert said(rnn, lstm) == (
        "LSTM solved 3 of 4, RNN 0 of 4, by iteration 100. "
        "Accuracy at iteration 100: LSTM 30 % to 100 %, RNN 25 % to 31 %. "
        "The ranges of LSTM and RNN overlap. "
        "The counts of LSTM and RNN may be uneven by chance: 3 solved runs of 8, dealt to two "
        "lanes at random, fall as unevenly in 14 % of all deals."
    )
    assert judged([rnn, lstm], ACCURACY).counts == {"RNN": (0, 4), "LSTM": (3, 4)}


def test_it_calls_a_lane_better_where_every_run_is_ahead_of_every_run():
    lstm = table("LSTM", runs(*[1] * 5, solved_from=[10] * 5))
    rnn = table("RNN", runs(0.25, 0.27, 0.3, 0.31, 0.9), memoryless=0.9)
    assert said(lstm, rnn) == (
        "LSTM solved 5 of 5, RNN 0 of 5, by iteration 100. "
        "Accuracy at iteration 100: LSTM 100 %, RNN 25 % to 90 %. "
        "Every LSTM run is better than every RNN run. "
        "No RNN run is above 90 %, the best without memory."
    )


def test_where_all_have_solved_it_it_compares_when():
    early = table("GRU", runs(*[1] * 5, solved_from=[10, 20, 20, 30, 30]))
    late = table("RNN", runs(*[1] * 5, solved_from=[40, 50, 50, 60, 60]))
    touching = table("LSTM", runs(*[1] * 5, solved_from=[30, 40, 40, 40, 40]))
    assert "Every GRU run solved it sooner than every RNN run." in said(early, late)
    assert "Solved from iteration: GRU 10 to 30, RNN 40 to 60." in said(early, late)
    assert "better" not in said(early, late)
    assert "The ranges of GRU and LSTM overlap." in said(early, touching)
    assert "sooner" not in said(early, touching)


def test_counts_that_chance_hardly_makes_are_called_so_though_the_ranges_overlap():
    most = table("LSTM", runs(*[1] * 9, 0.2, solved_from=[10] * 9))
    text = said(most, table("RNN", runs(*[0.3] * 10)))
    assert "better" not in text
    assert text.endswith(
        "The ranges of LSTM and RNN overlap. The counts of LSTM and RNN are hardly uneven by "
        "chance: 9 solved runs of 20, dealt to two lanes at random, fall as unevenly in 0.012 % of "
        "all deals."
    )


def test_one_seed_is_never_compared():
    one = said(table("LSTM", runs(1, solved_from=[10])), table("RNN", runs(0.25)))
    assert one == (
        "LSTM solved it, RNN did not, by iteration 100. Accuracy at iteration 100: LSTM 100 %, "
        "RNN 25 %. That is one seed: another may turn out otherwise."
    )


def test_of_one_seed_without_a_winner_that_is_said_and_of_a_lane_at_its_start_nothing():
    none = said(table("A", runs(0.3)), table("B", runs(0.4)))
    assert none.startswith("No lane has solved it by iteration 100.")
    by_time = Terms("accuracy", 0.99, "seconds")
    slow = said(table("A", runs(0.3)), table("B", runs(0.4)), terms=by_time)
    assert slow.startswith("No lane has solved it in 1 s of computing.")
    start = table("B", runs(0.4)[:, :1], marks=MARKS[:1])
    assert said(table("A", runs(0.3)), start, terms=by_time).startswith("Nothing to compare yet")


def test_lanes_scored_on_other_sequences_are_apart_only_by_more_than_two_points():
    here, near = table("A", runs(*[0.6] * 5)), table("B", runs(*[0.61] * 5))
    assert "Every B run is better than every A run." in said(here, near)
    elsewhere = replace(near, elsewhere=True)
    assert "The ranges of B and A overlap." in said(here, elsewhere)
    assert said(here, elsewhere).endswith(
        "up to 2 percentage points from the others count as overlap."
    )
    far = replace(table("B", runs(*[0.63] * 5)), elsewhere=True)
    assert "Every B run is better than every A run." in said(here, far)


def test_two_seeds_that_are_apart_prove_little():
    assert (
        "So few runs prove little: 4 runs, dealt to two lanes at random, lie as far apart in "
        in (said(table("A", runs(1, 1)), table("B", runs(0.3, 0.3))))
    )


def test_four_good_scores_in_a_row_or_five_with_a_gap_are_not_solved():
    four = runs(0.3)
    four[0, 4:8] = 1
    gap = runs(1)
    gap[0, 4:10] = [1, 1, 0.5, 1, 1, 1]
    five = runs(0.3)
    five[0, 4:9] = 1
    tables = [table(name, scores) for name, scores in (("a", four), ("b", gap), ("c", five))]
    assert [each.solved_at for each in judged(tables, ACCURACY).standings] == [
        (None,),
        (None,),
        (40,),
    ]


def test_a_run_that_scores_well_for_too_short_a_time_is_on_the_way():
    late = table("A", runs(1, 0.3))
    assert "A solved 0 of 2, B 0 of 2" in said(late, table("B", runs(0.2, 0.3)))
    assert "It takes 5 good scores in a row to count as solved; 1 run has fewer so far." in (
        said(late, table("B", runs(0.2, 0.3)))
    )


def test_a_diverged_run_counts_as_not_solved_and_as_behind():
    solved = runs(*[1] * 5, solved_from=[10] * 5)
    lost = solved.copy()
    lost[0, 8:] = np.nan
    text = said(table("A", lost, (True, *[False] * 4)), table("B", solved))
    assert "B solved 5 of 5, A 4 of 5" in text
    assert "Diverged: 1 of 5 (A), which counts as not solved." in text
    assert "The ranges of A and B overlap." not in text.split("Diverged")[1]
    assert "Every A run" not in text
    gone = table("C", np.full((5, 1), 0.2), (True,) * 5, MARKS[:1])
    assert said(table("B", solved), gone).endswith(
        "Diverged: 5 of 5 (C), which counts as not solved."
    )
    assert "better" not in said(table("B", solved), gone)


def test_lanes_are_cut_where_the_one_furthest_behind_is():
    ahead = table("A", runs(*[1] * 4, solved_from=[50] * 4))
    behind = table("B", runs(*[1] * 4)[:, :6], marks=MARKS[:6])
    assert said(ahead, behind).startswith("A solved 0 of 4, B 0 of 4, by iteration 50.")
    by_time = Terms("accuracy", 0.99, "seconds")
    slow = table("B", runs(*[0.4] * 4)[:, :6], marks=MARKS[:6], seconds=MARKS[:6] / 50)
    assert said(ahead, slow, terms=by_time).startswith(
        "In 1 s of computing for each lane, A solved 4 of 4 (iteration 100), "
        "B 0 of 4 (iteration 50)."
    )
    assert "Every A run is better than every B run." in said(ahead, slow, terms=by_time)
    later = table("B", runs(*[0.4] * 4)[:, :6], marks=MARKS[:6], seconds=MARKS[:6] / 45)
    text = said(ahead, later, terms=by_time)
    assert text.startswith("In 1 s")
    assert "B 0 of 4 (iteration 40)." in text


def test_a_name_of_more_than_one_word_is_quoted():
    text = said(
        table("RNN", runs(0.3)),
        table("LSTM, forget bias 3", runs(1, solved_from=[10])),
        table("GRU", runs(1, solved_from=[10])),
    )
    assert text.startswith("“LSTM, forget bias 3” solved it, GRU solved it, RNN did not, by")


def test_less_error_is_better_and_close_scores_are_written_apart():
    terms = Terms("error", 0.01, "iterations")
    low, high = table("A", runs(*[0.12341] * 5)), table("B", runs(*[0.12342] * 5))
    assert said(high, low, terms=terms).endswith(
        "Error at iteration 100: A 0.12341, B 0.12342. Every A run is better than every B run."
    )


def test_a_task_that_nobody_can_call_solved_has_scores_alone():
    text = said(
        table("A", runs(*[0.7] * 5)), table("B", runs(*[0.7] * 5)),
        terms=Terms("accuracy", None, "iterations"),
    )  # fmt: skip
    assert text == "Accuracy at iteration 100: A 70 %, B 70 %. A and B are level in every run."


def test_a_refused_lane_says_why_and_nothing_trained_has_no_verdict():
    refused = table("MLP", np.empty((0, 0)), marks=MARKS[:0], refused="it sees no calendar")
    start = table("A", runs(1, 1)[:, :1], marks=MARKS[:1])
    assert said(start, refused) == (
        "Nothing to compare yet: not all lanes have reached their first mark. "
        "MLP does not race: it sees no calendar."
    )
    assert said(refused, refused).startswith("Nothing to compare yet")
    alone = said(table("A", runs(0.3, 0.4)), refused)
    assert alone == (
        "A solved 0 of 2, by iteration 100. Accuracy at iteration 100: A 30 % to 40 %. "
        "MLP does not race: it sees no calendar."
    )


# ------------------------------------------------------------- read back from the sentence


def drawn(generator, lanes, seeds):
    """Return lanes with few different scores, some diverged runs, and different lengths."""
    tables = []
    for name in "ABCD"[:lanes]:
        level = generator.choice([0.2, 0.5, 0.99, 1.0])
        scores = np.where(
            generator.random((seeds, MARKS.size)) < generator.choice([0.85, 1.0]),
            level,
            generator.choice([0.2, 0.5, 1.0], (seeds, MARKS.size)),
        )
        scores[:, : int(generator.integers(3))] = 0.2
        lost = tuple(bool(x) for x in generator.random(seeds) < generator.choice([0, 0, 0.3]))
        scores[np.array(lost), 7:] = np.nan
        seen = int(generator.integers(6, MARKS.size + 1))
        pace = generator.choice([0.01, 0.013, 0.02])
        tables.append(table(name, scores[:, :seen], lost, MARKS[:seen], MARKS[:seen] * pace))
    return tables


def solved_plainly(scores, lost):
    good = "".join("g" if score >= 0.99 else "." for score in scores)
    return None if lost or "ggggg" not in good else good.index("ggggg")


def plainly(tables, by):
    """Work out from the raw numbers, for each lane: counts, scores, and when it was solved."""
    going = [t for t in tables if not all(t.diverged)] or tables
    clock = (lambda t: t.marks) if by == "iterations" else (lambda t: t.seconds)
    end = min(clock(t)[-1] for t in going)
    found = {}
    for t in tables:
        here = [n for n, now in enumerate(clock(t)) if now <= end]
        rows = [row[here] for row in t.scores]
        at = [solved_plainly(row, lost) for row, lost in zip(rows, t.diverged, strict=True)]
        last = [-9 if lost else row[-1] for row, lost in zip(rows, t.diverged, strict=True)]
        found[t.name] = (at, [None if n is None else clock(t)[n] for n in at], last)
    return found


def read_back(text):
    """Return who is said to be ahead of whom, and in what."""
    said = set()
    for sentence in text.split(". "):
        for verb in ("is better than", "solved it sooner than"):
            firsts, _, behind = sentence.partition(verb)
            pairs = itertools.product(*(re.findall(r"very (.) run", x) for x in (firsts, behind)))
            said |= {(one, verb.split()[-2], other) for one, other in pairs}
    return said


def with_what_follows(said):
    """Add that a lane ahead of one that is ahead of a third is ahead of that, too."""
    more = {(a, w, d) for a, w, b in said for c, v, d in said if b == c and w == v}
    return said if more <= said else with_what_follows(said | more)


@pytest.mark.parametrize("by", ["iterations", "seconds"])
def test_what_is_said_of_random_scores_can_be_read_back_from_them(by):
    generator = np.random.default_rng(14)
    seen = set()
    for _ in range(300):
        lanes, seeds = int(generator.integers(2, 5)), int(generator.integers(2, 7))
        tables = drawn(generator, lanes, seeds)
        verdict, raw = judged(tables, Terms("accuracy", 0.99, by)), plainly(tables, by)
        text = verdict.sentence
        assert verdict.counts == {
            name: (sum(n is not None for n in at), seeds) for name, (at, _, _) in raw.items()
        }
        for name, count in re.findall(r"\b([A-D])(?: solved)? (\d+) of \d", text.split(" Acc")[0]):
            assert int(count) == verdict.counts[name][0]
        claims = read_back(text)
        scored = [name for name, (_, _, last) in raw.items() if max(last) > -9]
        true = set()
        for one, other in itertools.permutations(scored, 2):
            all_solved = None not in raw[one][1] + raw[other][1]
            if all_solved and max(raw[one][1]) < min(raw[other][1]):
                true.add((one, "sooner", other))
            if not all_solved and min(raw[one][2]) > max(raw[other][2]):
                true.add((one, "better", other))
        assert claims <= true <= with_what_follows(claims)
        if len(scored) > 1 and not claims:
            assert re.search("overlap|level in every", text)
        seen |= {what for _, what, _ in claims} | set(re.findall("overlap|level|Diverged", text))
    assert seen >= {"better", "sooner", "overlap", "level", "Diverged"}


def test_the_shares_of_random_deals_are_those_of_all_deals():
    for runs_each in (1, 2, 3, 4):
        places = range(2 * runs_each)
        deals = list(itertools.combinations(places, runs_each))
        apart = [d for d in deals if max(d) < runs_each or min(d) >= runs_each]
        assert apart_by_chance(runs_each) == pytest.approx(len(apart) / len(deals))
        for one, other in itertools.product(range(runs_each + 1), repeat=2):
            counts = [sum(place < one + other for place in deal) for deal in deals]
            uneven = [n for n in counts if abs(2 * n - one - other) >= abs(one - other)]
            assert uneven_by_chance(one, other, runs_each) == pytest.approx(
                len(uneven) / len(deals)
            )


# --------------------------------------------------------------------------------- of real races


def test_a_real_race_has_its_verdict_from_its_own_scores():
    lanes = [Lane(RunConfig(cell=cell, hidden_size=8), cell.upper()) for cell in ("lstm", "mlp")]
    race = Race(GymSchedule(), [*lanes, Lane(RunConfig(cell="mlp"), "CAL", features=True)], [1, 2])
    assert verdict_of(race).sentence.startswith("Nothing to compare yet")
    race.advance(iterations=20)
    verdict = verdict_of(race)
    for lane, standing in zip(race.lanes, verdict.standings, strict=True):
        assert list(standing.scores) == race.curves(lane, "score")[1][:, -1].tolist()
        assert standing.iteration == 20
    assert "CAL: trained and scored on other days of the same schedule" in verdict.sentence
    refused = Race(make_task("order"), [lanes[0], Lane(RunConfig(cell="mlp"), "CAL", True)], [1])
    refused.advance(iterations=1)
    assert "CAL does not race: CAL sees the calendar" in verdict_of(refused).sentence
