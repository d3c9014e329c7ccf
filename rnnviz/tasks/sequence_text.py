"""Sequences that users type or paste, and what is asked of a network: read, or clearly refused.

Symbols are plain data: compared, counted and shown, never rendered as markup or executed. Lines are
counted from 1; empty ones are skipped.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import shown
from rnnviz.tasks.csv_text import read_table
from rnnviz.tasks.vocabulary import SPACE, check_label

MOST_SEQUENCES = 1_000
MOST_SYMBOLS = 10_000
LONGEST_SEQUENCE = 5_000

#: How characters are shown that can't be seen; typed like this, they mean the same.
SHOWN_AS = {" ": SPACE, "\n": "⏎", "\t": "⇥"}
#: The column of a CSV file that says which sequence a row belongs to.
SEQUENCE = "sequence"

Lines = list[tuple[int, str]]


def lines_of(text: str, what: str) -> Lines:
    """Return the lines of a text that are not empty, each with its number.

    Raises
    ------
    ValueError
        If there is none, or there are more than 1,000.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not 1 <= len(found) <= MOST_SEQUENCES:
        raise ValueError(f"{what} must have 1..{MOST_SEQUENCES:,} lines, got {len(found):,}")
    return found


def characters(line: str) -> tuple[str, ...]:
    """Split into characters (code points), as `sorted(set(text))` of Python does.

    A blank is shown as `␣`, the end of a line as `⏎`; of what can't be shown, its code is.
    """
    return tuple(_visible(character) for character in line)


def _visible(character: str) -> str:
    try:
        return check_label(SHOWN_AS.get(character, character))
    except ValueError:
        return f"U+{ord(character):04X}"


def vocabulary_of(text: str, unit: str) -> tuple[str, ...]:
    """Read a vocabulary, in the order of its integers.

    Parameters
    ----------
    text
        Of characters: one after the other, each once. Of words: with blanks or new lines between.
    unit
        `"characters"` or `"words"`.

    Raises
    ------
    ValueError
        If a symbol is there twice, can't be shown, or there are more than 10,000.
    """
    symbols = characters(text.replace("\r\n", "\n")) if unit == "characters" else words(text)
    if len(symbols) > MOST_SYMBOLS:
        raise ValueError(
            f"vocabulary must have at most {MOST_SYMBOLS:,} symbols, got {len(symbols):,}"
        )
    if len(set(symbols)) < len(symbols):
        twice = Counter(symbols).most_common(1)[0][0]
        raise ValueError(f"vocabulary must have each symbol once, got {shown(twice)} twice")
    return symbols


def words(line: str) -> tuple[str, ...]:
    """Split at blanks."""
    return tuple(check_label(word, "each symbol") for word in line.split())


def symbols_of(line: str, unit: str) -> tuple[str, ...]:
    """Split a line into symbols: `"characters"`, `"words"` or `"integers"`."""
    if unit == "characters":
        return characters(line)
    return words(line.replace(",", " ") if unit == "integers" else line)


def read_symbols(
    lines: Lines, unit: str, vocabulary: Sequence[str]
) -> tuple[NDArray[np.int64], ...]:
    """Read sequences of symbols, one in each line, as the integers of their symbols.

    Raises
    ------
    ValueError
        If a symbol is not in the vocabulary, or a line is too long; says in which line.
    """
    integers = {symbol: place for place, symbol in enumerate(vocabulary)}
    found = []
    for number, line in lines:
        symbols = symbols_of(line, unit)
        if not 1 <= len(symbols) <= LONGEST_SEQUENCE:
            raise ValueError(
                f"each sequence must have 1..{LONGEST_SEQUENCE:,} symbols, got {len(symbols):,} "
                f"in line {number}"
            )
        strange = next((symbol for symbol in symbols if symbol not in integers), None)
        if strange is not None:
            raise ValueError(
                f"each symbol must be one of the {len(vocabulary):,} of the vocabulary "
                f"({listed(vocabulary)}), got {shown(strange)} in line {number}"
            )
        found.append(np.array([integers[symbol] for symbol in symbols], np.int64))
    return tuple(found)


def listed(symbols: Sequence[str], most: int = 8) -> str:
    """Name the first symbols."""
    return " ".join(symbols[:most]) + " …" * (len(symbols) > most)


def read_vectors(text: str) -> tuple[tuple[str, ...], tuple[NDArray[np.float64], ...]]:
    """Read vectors from CSV text: a row for each time step, a column for each input.

    Without names in the first row, the inputs are called x1, x2, ... A column called `sequence`
    says which sequence a row belongs to; without one, all rows are one sequence.

    Returns
    -------
    names : tuple of str, length D
    sequences : tuple of array, (T, D)

    Raises
    ------
    ValueError
        If the text is malformed, or a cell is not a finite number; says in which row.
    """
    table = read_table(_with_names(text))
    names = tuple(name for name in table.names if name != SEQUENCE)
    if not names:
        raise ValueError(f"sequences must have a column of numbers beside {SEQUENCE!r}, got none")
    columns = [
        [_number(cell, table.comma, row) for cell, row in zip(cells, table.rows, strict=True)]
        for name, cells in zip(table.names, table.columns, strict=True)
        if name != SEQUENCE
    ]
    rows = np.array(columns).T
    if SEQUENCE not in table.names:
        groups = [rows]
    else:
        of_row = np.array(table.columns[table.names.index(SEQUENCE)])
        groups = [rows[of_row == which] for which in dict.fromkeys(of_row.tolist())]
    longest = max(map(len, groups))
    if len(groups) > MOST_SEQUENCES or longest > LONGEST_SEQUENCE:
        raise ValueError(
            f"sequences must be at most {MOST_SEQUENCES:,} of at most {LONGEST_SEQUENCE:,} rows, "
            f"got {len(groups):,} of up to {longest:,}"
        )
    return names, tuple(groups)


def _with_names(text: str) -> str:
    """Put names above rows that have none: whose first row holds nothing but numbers."""
    first = text.lstrip().split("\n", 1)[0].strip()
    separator = max(",;\t|", key=first.count)
    cells = first.split(separator)
    if not all(_is_number(cell.strip(), separator == ";") for cell in cells):
        return text
    return separator.join(f"x{place}" for place in range(1, len(cells) + 1)) + "\n" + text


def _is_number(cell: str, comma: bool) -> bool:
    try:
        _number(cell, comma, 1)
    except ValueError:
        return False
    return True


def _number(cell: str, comma: bool, row: int) -> float:
    try:
        value = float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"each cell must be a finite number, got {shown(cell)} in row {row}")
    return value


def read_classes(
    lines: Lines, answers: Sequence[str], steps: Sequence[int]
) -> tuple[NDArray[np.int64], ...]:
    """Read the right answers of each sequence, as integers.

    Parameters
    ----------
    lines
        One for each sequence: its answers, with blanks or commas between them; without any,
        where answers are single characters, one after the other.
    answers
        All that can be answered, in the order of the outputs.
    steps
        How many answers each line must have: the length of its sequence, or 1.

    Raises
    ------
    ValueError
        If an answer is none of them, or a line has more or fewer; says in which line.
    """
    integers = {answer: place for place, answer in enumerate(answers)}
    found = []
    for (number, line), wanted in zip(lines, steps, strict=True):
        named = _answers_in(line, integers, wanted)
        strange = next((answer for answer in named if answer not in integers), None)
        if strange is not None:
            raise ValueError(
                f"each target must be one of the {len(answers):,} outputs ({listed(answers)}), "
                f"got {shown(strange)} in line {number}"
            )
        _check_count(len(named), wanted, number)
        found.append(np.array([integers[answer] for answer in named], np.int64))
    return tuple(found)


def _answers_in(line: str, integers: dict[str, int], wanted: int) -> tuple[str, ...]:
    parts = tuple(line.replace(",", " ").split())
    if len(parts) == wanted and all(part in integers for part in parts):
        return parts
    symbols = characters(line)
    if len(symbols) == wanted and all(symbol in integers for symbol in symbols):
        return symbols
    alone = characters(parts[0]) if len(parts) == 1 else ()
    if parts[0] not in integers and all(symbol in integers for symbol in alone):
        return alone or parts
    return parts


def read_numbers(
    lines: Lines, outputs: int, steps: Sequence[int]
) -> tuple[NDArray[np.float64], ...]:
    """Read the numbers that each output must give, (steps, outputs) for each sequence.

    Parameters
    ----------
    lines
        One for each sequence: its numbers in the order of the outputs, step by step, with blanks,
        commas or semicolons between them.
    outputs
        Numbers of each step.
    steps
        Scored steps of each sequence.

    Raises
    ------
    ValueError
        If something is not a finite number, or a line has more or fewer; says in which line.
    """
    found = []
    for (number, line), wanted in zip(lines, steps, strict=True):
        values = []
        for cell in line.replace(",", " ").replace(";", " ").split():
            if not _is_number(cell, comma=False):
                raise ValueError(
                    f"each target must be a finite number, got {shown(cell)} in line {number}"
                )
            values.append(float(cell))
        _check_count(len(values), wanted * outputs, number)
        found.append(np.array(values).reshape(wanted, outputs))
    return tuple(found)


def _check_count(count: int, wanted: int, line: int) -> None:
    if count != wanted:
        plural = "s" * (wanted != 1)
        raise ValueError(
            f"targets must have {wanted:,} value{plural} in line {line}, as its sequence and "
            f"“Targets at” want, got {count:,}"
        )
