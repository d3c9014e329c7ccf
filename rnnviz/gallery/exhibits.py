"""The experiments of the gallery, in the order in which they are shown."""

from __future__ import annotations

from rnnviz.gallery import claims, looking
from rnnviz.gallery.exhibit import Claim, Exhibit

EXHIBITS: tuple[Exhibit, ...] = (
    Exhibit(
        key="gym",
        title="A gym schedule is learned",
        sees="After 120 iterations the LSTM names the next exercise on every day on which it can "
        "be known.",
        link="v=1&it=120",
        claim=Claim(claims.score, lambda n: n["score"] == 1.0),
    ),
    Exhibit(
        key="forget-gates-shut",
        title="The forget gates are shut",
        sees="The same network, with every forget gate held at 0 after 120 iterations: it is right "
        "on fewer days than a model without memory can be.",
        link="v=1&it=120&do=120_hold_f_0",
        claim=Claim(
            claims.before_and_after,
            lambda n: n["before"] == 1.0 and n["after"] < n["memoryless"],
        ),
    ),
    Exhibit(
        key="without-memory",
        title="The same schedule without memory",
        sees="An MLP sees one day at a time, so it stays at 80 % of the days: no model without "
        "memory can do better.",
        link="v=1&cell=mlp&it=120",
        claim=Claim(
            claims.score,
            lambda n: 0.795 < n["score"] <= n["memoryless"] == 0.8,
        ),
    ),
    Exhibit(
        key="missed-days",
        title="Days are missed",
        sees="One day in five is missed, and the schedule waits; the LSTM keeps what was due, and "
        "is right on at least 97 % of the days.",
        link="v=1&miss=0.2&probe=10&it=200",
        claim=Claim(claims.score, lambda n: n["score"] >= 0.97),
    ),
    Exhibit(
        key="text",
        title="A text that continues itself",
        sees="Given its first three words, the LSTM writes the rest of the text without a mistake; "
        "try it below the picture.",
        link="v=1&task=symbols&it=450",
        claim=Claim(claims.continued, lambda n: n["share"] == 1.0),
    ),
    Exhibit(
        key="brackets",
        title="Which bracket must close",
        sees="The LSTM has learned to close the bracket that was opened last: where only one "
        "symbol can follow, it names that in at least 95 % of the cases.",
        link="v=1&task=brackets&it=200",
        claim=Claim(claims.score, lambda n: n["score"] >= 0.95 > n["memoryless"] + 0.1),
    ),
    Exhibit(
        key="counting",
        title="A cell state counts",
        sees="The cell state of unit 8 follows the a’s minus the b’s, with a correlation of at "
        "least 0.9, and the end is predicted on time.",
        link="v=1&task=count&h=12&it=150&u=8",
        claim=Claim(claims.counted, lambda n: n["score"] >= 0.99 and n["correlation"] >= 0.9),
    ),
    Exhibit(
        key="parity",
        title="Odd or even",
        sees="After every bit the GRU tells whether the ones so far are odd or even, and is right "
        "on at least 99 % of them; without memory 54 % is the best.",
        link="v=1&task=parity&cell=gru&it=250",
        claim=Claim(claims.score, lambda n: n["score"] >= 0.99 and 0.535 < n["memoryless"] < 0.545),
    ),
    Exhibit(
        key="adding",
        title="Two marked numbers are added",
        sees="Of 20 numbers two are marked, and the GRU tells their sum, with less than a quarter "
        "of the squared error of always giving the mean.",
        link="v=1&task=adding&cell=gru&it=200",
        claim=Claim(claims.score, lambda n: n["score"] < n["guessing"] / 4),
    ),
    Exhibit(
        key="temporal-order",
        title="A GRU remembers the order, an RNN beside it does not yet",
        sees="Two symbols of 40 matter, and their order; after 240 iterations the GRU is right on "
        "at least 90 % of the sequences, the RNN on less than 80 %.",
        link="v=1&task=order&cell=gru&lr=0.02&b=16&len=40&it=240&p.beside=rnn",
        claim=claims.beside("rnn"),
        recorded="the GRU",
    ),
    Exhibit(
        key="learning-rate",
        title="The learning rate is far too high",
        sees="After 100 iterations every day that can be known is right; then the learning rate is "
        "5, and 20 iterations later fewer than 80 % are.",
        link="v=1&it=120&do=100_lr_5",
        claim=Claim(claims.before_and_after, lambda n: n["before"] == 1.0 and n["after"] < 0.8),
    ),
    Exhibit(
        key="vanishing",
        title="The gradient vanishes in a tanh RNN",
        sees="Less than a ten-thousandth of the gradient arrives at the first symbol that "
        "matters, and the network does little better than guessing.",
        link="v=1&task=order&cell=rnn&b=16&len=100&it=100&page=gradients&p.preset=vanishing",
        claim=claims.of_preset("vanish"),
    ),
    Exhibit(
        key="explosion",
        title="The gradient explodes at radius 1.3",
        sees="With ReLU each step back multiplies the gradient by more than 1.2; the largest norm "
        "is over 10,000 times that of radius 1, and that of tanh.",
        link="v=1&task=order&cell=relu&opt=sgd&mom=0&b=16&rho=1.3&it=40&page=gradients"
        "&p.preset=explosion",
        claim=claims.of_preset("explode"),
        recorded="ReLU at radius 1.3",
    ),
    Exhibit(
        key="clipping",
        title="Clipping saves a run at learning rate 0.5",
        sees="Four runs: at 0.5 only the clipped one learns the task, at 0.05 both do.",
        link="v=1&task=order&cell=rnn&h=24&opt=sgd&lr=0.5&mom=0&b=8&len=12&it=250&page=gradients"
        "&p.preset=clipping",
        claim=claims.of_preset("clip"),
        recorded="learning rate 0.5, not clipped",
    ),
    Exhibit(
        key="truncation",
        title="What a truncated gradient can still learn",
        sees="Cut every 12 steps, the gradient never reaches the first symbol, and the task is "
        "learned all the same; cut every 10, it is not.",
        link="v=1&task=order&cell=gru&lr=0.02&b=16&trunc=10&len=24&it=200&page=gradients"
        "&p.preset=truncation",
        claim=claims.of_preset("truncate"),
        recorded="cut every 10 steps",
    ),
    Exhibit(
        key="shortcut",
        title="Attention is a way around the recurrence",
        sees="Only the last answer is trained; with attention over a thousand times as much of its "
        "gradient arrives 49 steps back, and the symbol is recalled.",
        link="v=1&task=recall&cell=gru&att=dot&b=16&clip=1&len=50&asked=last+step&it=100"
        "&page=gradients&p.preset=shortcut",
        claim=claims.of_preset("shortcut"),
        recorded="GRU with attention",
    ),
    Exhibit(
        key="triangle",
        title="A schedule of three days is a triangle",
        sees="Two directions hold at least 95 % of the variance of the hidden states, and the "
        "automaton that is read from them is the schedule: three states in a cycle.",
        link="v=1&ex=shoulder~biceps~cardio&len=14&it=300&page=memory"
        "&p.machine=yes&p.preset=the-triangle-of-the-gym",
        claim=claims.of_preset("triangle"),
    ),
    Exhibit(
        key="two-states",
        title="Parity is a machine with two states",
        sees="Sixteen numbers go from step to step, and yet a machine with two states gives at "
        "least 95 % of the answers, also on sequences of twice the length.",
        link="v=1&task=parity&cell=gru&clip=1&it=400&page=memory&view=automaton"
        "&p.preset=two-states-suffice",
        claim=claims.of_preset("two"),
    ),
    Exhibit(
        key="anti-diagonal",
        title="Reversing, an RNN looks back along the anti-diagonal",
        sees="Answering from zero state, the RNN has at least 90 % of the sequences right as a "
        "whole, with at least 90 % of its attention on the step where the symbol due was read.",
        link="v=1&task=reorder&cell=rnn&att=general&lr=0.02&kinds=10&from=zero+state&len=8"
        "&it=150&page=gates&view=attention",
        claim=Claim(looking.reversing, lambda n: n["whole"] >= 0.9 and n["true"] >= 0.9),
    ),
    Exhibit(
        key="one-step-beside",
        title="Attention is not explanation",
        sees="The GRU has at least 90 % of the symbols right, and yet, from the second answer on, "
        "at least 90 % of its attention lies one step after the one where the symbol was read.",
        link="v=1&task=reorder&cell=gru&h=32&att=general&from=zero+state&len=14"
        "&it=200&page=gates&view=attention",
        claim=Claim(looking.reversing, lambda n: n["right"] >= 0.9 and n["after"] >= 0.9),
    ),
    Exhibit(
        key="handed-over",
        title="Handed the last state, attention stays nearly even",
        sees="Answering from its last state, the LSTM reverses at least 90 % of the sequences; the "
        "entropy of its attention stays above 95 % of that of even weights.",
        link="v=1&task=reorder&att=dot&kinds=3&len=8&it=250&page=gates&view=attention",
        claim=Claim(looking.reversing, lambda n: n["whole"] >= 0.9 and n["spread"] > 0.95),
    ),
    Exhibit(
        key="dates",
        title="With attention, an RNN translates dates",
        sees="With attention the RNN writes at least 80 % of the dates that it never saw without a "
        "mistake; after as many iterations without it, fewer than 20 %.",
        link="v=1&task=dates&cell=rnn&h=32&att=general&b=16&clip=1&ways=2&it=600"
        "&page=gates&view=attention",
        claim=Claim(looking.held_out_answers, lambda n: n["whole"] >= 0.8 and n["without"] < 0.2),
    ),
    Exhibit(
        key="forget-bias",
        title="Forget bias 0 against 3",
        sees="With bias 3 the gradient hardly shrinks along the cell state, and after 100 "
        "iterations the first symbol is recalled; with bias 0 neither.",
        link="v=1&task=recall&h=24&fb=0&it=100&page=gradients&p.preset=forget-bias",
        claim=claims.of_preset("bias"),
        recorded="forget bias 0",
    ),
    Exhibit(
        key="identity",
        title="ReLU that starts from the identity",
        sees="With the identity as recurrent weights the factor per step starts near 1, with an "
        "orthogonal matrix below 0.9; the identity ends with the smaller error.",
        link="v=1&task=adding&cell=relu&h=24&lr=0.003&clip=1&init=identity&len=50&it=600"
        "&page=gradients&p.preset=relu-identity",
        claim=claims.of_preset("identity"),
        recorded="the identity",
    ),
    Exhibit(
        key="cell-path",
        title="What keeps the gradient in an LSTM",
        sees="Along the cell state it keeps over 93 % per step at the start; more than twice what "
        "the forget gates alone would leave arrives at the other end.",
        link="v=1&task=order&lr=0.003&b=16&fb=3&len=50&it=60&page=gradients&p.preset=cell-path",
        claim=claims.of_preset("cell"),
        recorded="the LSTM with forget bias 3",
    ),
)
