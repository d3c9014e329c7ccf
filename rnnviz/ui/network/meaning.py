"""What the file does not say: the symbols, the input to look at, and the targets."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnnviz.tasks import OwnSequences
from rnnviz.ui.network.desk import Desk, File
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.weights import Model, guesses

_OF_A_TEXT = "The characters of a text"
_OWN = "A list of symbols"
_INTEGERS = "Whole numbers from 0"
_VECTORS = "Numbers: vectors as CSV"

_NO_TARGETS, _CLASSES, _NUMBERS = "None", "Classes", "Numbers"
_STEPS = ("every step", "last step")


def meaning(visit: Visit, file: File, model: Model) -> OwnSequences | None:
    """Draw what must be said of a network; return the task, or None where something is wrong."""
    settings = {
        **_inputs(file, model),
        "embedding": model.embedding_size or 0,
        "outputs": model.output_size,
        "length": OwnSequences.fields[-1].high,
    }
    settings |= _targets(file, model, settings)
    task = visit.part(Desk).task(**settings)
    if isinstance(task, OwnSequences) and task.input_size != model.input_size:
        task = _wrong_size(task.input_size, model)
    if isinstance(task, str):
        st.error(escaped(task), icon=":material/block:")
        return None
    if task.has_targets:
        compared = "Outputs are compared with the targets, so gradients are shown too."
    elif model.output_size:
        compared = "Without targets: gates, states and outputs, but no loss and no gradients."
    else:
        compared = "Without a readout: gates and states alone."
    count = len(task.probe_names)
    which = f"{count:,} sequences of {task.length:,} steps" if count > 1 else f"{task.length} steps"
    st.success(f"This fits: {which}. {compared}", icon=":material/check_circle:")
    return task


def _wrong_size(size: int, model: Model) -> str:
    return f"The network has {model.input_size:,} inputs, and this gives it {size:,}."


# ------------------------------------------------------------------ inputs


def _inputs(file: File, model: Model) -> dict[str, Any]:
    """Return the settings of the inputs."""
    meanings = _meanings(model)
    first = _OF_A_TEXT if file.is_example else _likeliest(model, meanings)
    chosen = _choose(file.key("meaning"), "What are the inputs?", meanings, first, _HELP)
    if chosen == _VECTORS:
        offered = guesses.some_vectors(model.input_size)
        text = _area(file, chosen, "Vectors to look at", offered, "A row for each time step.")
        return {"kind": "vectors", "sequences": text, "vocabulary": ""}
    if chosen == _INTEGERS:
        offered = guesses.some_integers(model.input_size)
        text = _area(
            file, chosen, "Sequence to look at", offered, "Whole numbers, with blanks between."
        )
        size = model.input_size
        return {"kind": "integers", "sequences": text, "vocabulary": "", "size": size}
    if chosen == _OWN:
        return _own_symbols(file, model)
    if chosen == _OF_A_TEXT:
        return _of_a_text(file, model)
    vocabulary = next(
        each.characters for each in guesses.alphabets(model.input_size) if each.label == chosen
    )
    return _characters(file, chosen, vocabulary, guesses.some_of(vocabulary))


_HELP = (
    "A file of weights does not say what its inputs stand for. Choose what the network was "
    "trained with: other symbols, or another order of them, make it compute something else."
)


def _meanings(model: Model) -> list[str]:
    named = [alphabet.label for alphabet in guesses.alphabets(model.input_size)]
    symbols = [*named, _OF_A_TEXT, _OWN, _INTEGERS]
    return symbols if model.embedding_size is not None else [*symbols, _VECTORS]


def _likeliest(model: Model, meanings: list[str]) -> str:
    """Return what to offer first: an alphabet of that size; else vectors, or whole numbers."""
    if meanings[0] != _OF_A_TEXT and model.input_size > 2:
        return meanings[0]
    return _INTEGERS if model.embedding_size is not None else _VECTORS


def _of_a_text(file: File, model: Model) -> dict[str, Any]:
    text = _area(
        file,
        f"{_OF_A_TEXT}:from",
        "A text with all its characters",
        guesses.EXAMPLE_TEXT if file.is_example else "",
        "Best the text that it was trained on. Characters are numbered in the order of "
        "sorted(set(text)) in Python.",
    )
    st.caption(guesses.characters_sentence(text, model.input_size))
    vocabulary = guesses.characters_of(text)
    return _characters(file, _OF_A_TEXT, vocabulary or "?", guesses.beginning_of(text) or "?")


def _own_symbols(file: File, model: Model) -> dict[str, Any]:
    offered = " ".join(map(str, range(model.input_size)))
    vocabulary = _area(
        file,
        f"{_OWN}:vocabulary",
        f"The {model.input_size:,} symbols, in their order",
        offered,
        "With blanks or new lines between them; the first has the integer 0.",
    )
    symbols = vocabulary.split()
    first = " ".join((symbols * 12)[:12])
    text = _area(file, _OWN, "Sequence to look at", first, "Symbols, with blanks between.")
    return {"kind": "words", "sequences": text or "?", "vocabulary": vocabulary}


def _characters(file: File, name: str, vocabulary: str, offered: str) -> dict[str, Any]:
    text = _area(
        file,
        name,
        "Text to look at",
        offered,
        "Its characters are the time steps. Several lines are several examples; ⏎ stands for the "
        "end of a line.",
    )
    return {"kind": "characters", "sequences": text or "?", "vocabulary": vocabulary}


# ------------------------------------------------------------------ targets


def _targets(file: File, model: Model, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the outputs and their targets."""
    nothing = {"answers": "", "targets": "", "gives": "classes"}
    if not model.output_size:
        return nothing
    choices = [_NO_TARGETS, _CLASSES, _NUMBERS]
    helped = "With targets there is a loss, and with it the gradients, and it can be trained."
    same = model.output_size == model.input_size and inputs["kind"] != "vectors"
    first = _CLASSES if file.is_example else _NO_TARGETS
    chosen = _choose(file.key("targets"), "Targets", choices, first, helped)
    if chosen == _NO_TARGETS:
        gives = "numbers" if inputs["kind"] == "vectors" else "classes"
        return nothing | {"gives": gives}
    asked = _choose(file.key("asked"), "Targets at", list(_STEPS), _STEPS[0], "")
    names = ""
    if chosen == _CLASSES:
        names = st.text_input(
            f"Names of the {model.output_size:,} outputs",
            key=file.key("answers"),
            persist_state="session",
            placeholder="as the symbols" if same else "0 1 2 …",
            help="With blanks between. Empty: the symbols where there are as many, else numbers.",
        )
    offered = _offered_targets(file, chosen, asked, model, inputs, same and not names.strip())
    text = _area(
        file,
        f"targets:{chosen}:{asked}",
        "Targets",
        offered,
        "A line for each sequence: what is right at its steps, with blanks between.",
    )
    gives = "classes" if chosen == _CLASSES else "numbers"
    return {"answers": names, "targets": text, "gives": gives, "asked": asked}


def _following(file: File, inputs: dict[str, Any]) -> str:
    """Return what follows in the text whose beginning is looked at; "" where it is another one."""
    text = session.value(file.key(f"text:{_OF_A_TEXT}:from"))
    if inputs["kind"] != "characters" or not isinstance(text, str):
        return ""
    beginning, rest = guesses.beginning_of(text), guesses.after_beginning(text)
    return rest if inputs["sequences"] == beginning else ""


def _offered_targets(
    file: File, chosen: str, asked: str, model: Model, inputs: dict[str, Any], next_symbols: bool
) -> str:
    """Return targets of the right number: the next symbols, where those can be answered."""
    try:
        task = OwnSequences(**inputs | {"outputs": 0, "answers": "", "targets": "", "embedding": 0})
    except ValueError:
        return ""  # The sentence is about the inputs then.
    lines = []
    for place in range(len(task.probe_names)):
        seen = task.probe(place).input_labels
        following = _following(file, inputs) or seen[0]
        if chosen == _NUMBERS:
            one = ["0"] * model.output_size
            each = [" ".join(one)] * len(seen)
        elif next_symbols:
            each = [*seen[1:], following]
        else:
            each = ["0"] * len(seen)
        lines.append(" ".join(each[-1:] if asked == _STEPS[1] else each))
    return "\n".join(lines)


# ------------------------------------------------------------------ controls


def _choose(key: str, label: str, options: list[str], first: str, helped: str) -> str:
    """Draw a choice; what a browser sends that is not offered counts as the first."""
    if session.value(key) not in options:
        session.show(key, first)
    chosen: str = st.selectbox(
        label, options, key=key, persist_state="session", help=helped or None
    )
    return chosen


def _area(file: File, name: str, label: str, offered: str, helped: str) -> str:
    """Draw a text; each meaning has its own. What is offered changes until it was typed over."""
    key, before = file.key(f"text:{name}"), file.key(f"offered:{name}")
    now = session.value(key)
    if not isinstance(now, str) or (now == session.value(before) and now != offered):
        session.show(key, offered)
    session.show(before, offered)
    return str(
        st.text_area(
            label,
            key=key,
            persist_state="session",
            height=160 if "\n" in offered else 68,
            help=helped,
        )
    )
