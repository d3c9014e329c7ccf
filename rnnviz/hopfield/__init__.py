"""Hopfield networks, classic and modern: memories that settle instead of reading a sequence.

>>> from rnnviz.hopfield import Hopfield, Modern, flipped, random_patterns
>>> patterns = random_patterns(5, units=100, seed=0)
>>> recall = Hopfield(patterns).recall(flipped(patterns[0], 0.2, seed=0))
>>> (recall.end == patterns[0]).all()
True
>>> Modern(patterns, beta=1.0).recall(flipped(patterns[0], 0.2, seed=0)).round()

Letters: `P` patterns, `N` units, `B` states at once. A pattern is an array (N,) of +1 and -1.

================= ==================================================================
classic.py        `Hopfield`: Hebb's rule, energy, recall unit by unit or all at once
modern.py         `Modern`: one softmax over all patterns, which is attention
patterns.py       random patterns and letters, and how to spoil them
capacity.py       how many patterns fit: measured, and the theory beside it
false_memories.py where random starts end: patterns, negatives, mixtures, others
validation.py     checks of the arguments, and the error messages
================= ==================================================================
"""

from rnnviz.hopfield.capacity import critical_load, first_flips
from rnnviz.hopfield.classic import KEPT, Hopfield, Recall
from rnnviz.hopfield.modern import Modern
from rnnviz.hopfield.patterns import LETTERS, covered, flipped, letter, random_patterns

__all__ = [
    "KEPT",
    "LETTERS",
    "Hopfield",
    "Modern",
    "Recall",
    "covered",
    "critical_load",
    "first_flips",
    "flipped",
    "letter",
    "random_patterns",
]
