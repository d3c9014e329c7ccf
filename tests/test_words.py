"""The words of the package's texts are the standard ones."""

import re

from tests.serving import ROOT

#: A gradient is taken with respect to something, not "by" it.
_BY = re.compile(
    r"\bgradients?(?: of the loss)?\s+by\s+(?:the|its|their|every|each|all|those|them|weights)\b"
)


def test_a_gradient_is_taken_with_respect_to_something():
    texts = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("rnnviz/**/*.py")}
    assert texts
    found = [
        f"{path.name}: {said[0]}" for path, text in texts.items() for said in _BY.finditer(text)
    ]
    assert not found
