"""One file with everything in it, and nothing in it that a label could break."""

import base64
import hashlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.figures import standalone
from rnnviz.figures.picture import pack
from rnnviz.ui.components.unrolled import script
from tests.figures.test_picture import unpack

_NASTY = ("</script><script>alert(1)</script>", "<!-- & \"'", "x" * 200)


class _Read(HTMLParser):
    """The texts and the attributes of the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[dict[str, str | None]] = []
        self._open: str | None = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._open = tag
        self.attributes.append(dict(attrs))
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):  # noqa: ARG002  called with it
        self._open = None

    def handle_data(self, data):
        if self._open:
            self.texts[self._open][-1] += data


def _trainer(iterations: int = 4, **config) -> Trainer:
    trainer = Trainer(RunConfig(**{"hidden_size": 5} | config))
    trainer.advance(iterations=iterations)
    return trainer


def _page(trainer: Trainer, **options) -> str:
    return standalone.page(export.snapshot(trainer), script(), **options)


def _bytes(page: str) -> bytes:
    return base64.b64decode(_Read(page).texts["script"][0])


def test_it_holds_all_kept_traces_as_they_were_measured():
    trainer = _trainer()

    packed = _bytes(_page(trainer))

    iterations = list(trainer.recording.iterations)
    assert packed == pack(trainer.recording.traces, exact=iterations)
    assert all(frame["exact"] for frame in unpack(packed)["frames"])


def test_where_all_traces_are_too_large_the_older_ones_are_rounded_and_it_says_so(monkeypatch):
    trainer = _trainer()
    assert "rounded to 254" not in _page(trainer)
    monkeypatch.setattr(standalone, "MOST_EXACT", 1000)

    page = _page(trainer)

    assert _bytes(page) == pack(trainer.recording.traces)
    assert "rounded to 254 levels" in page


def test_it_says_what_it_is_and_when_that_was_measured():
    read = _Read(_page(_trainer(cell="gru", layers=2)))

    assert read.texts["title"] == ["Gym schedule, GRU"] == read.texts["h1"]
    assert "2 layers of 5 units, measured at iterations 0 to 4." in read.texts["p"][0]


def test_texts_of_the_user_stay_texts():
    trainer = _trainer(1)
    exercises = ("<img src=x onerror=alert(1)>", "b</p>")
    trainer = Trainer(RunConfig(hidden_size=3), replace(trainer.task, exercises=exercises))
    trainer.probe = replace(
        trainer.probe, name=_NASTY[0], input_labels=_NASTY + trainer.probe.input_labels[3:]
    )
    trainer._trace = None
    trainer.recording.clear()

    read = _Read(_page(trainer))

    assert exercises[0] in read.texts["p"][0]
    assert _NASTY[0] in read.texts["p"][0]
    assert len(read.texts["script"]) == 2
    assert "img" not in read.texts
    packed = base64.b64decode(read.texts["script"][0])
    assert tuple(unpack(packed)["sequences"][0]["inputs"][:3]) == _NASTY


def test_its_policy_lets_it_load_nothing_and_run_nothing_but_its_own_script():
    read = _Read(_page(_trainer(1)))

    policy = next(each["content"] for each in read.attributes if "http-equiv" in each)
    digest = base64.b64encode(hashlib.sha256(read.texts["script"][1].encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"script-src 'sha256-{digest}'",
    ]
    assert not [each for each in read.attributes if {"src", "href"} & each.keys()]


def test_where_the_viewer_prefers_nothing_it_looks_like_the_app():
    trainer = _trainer(1)

    light, dark = _page(trainer), _page(trainer, dark=True)

    first = "--st-background-color: "
    assert light.split(first)[1].startswith("#ffffff")
    assert dark.split(first)[1].startswith("#191918")


@pytest.mark.parametrize("sign", ["</script>", "<!--", "<SCRIPT"])
def test_a_script_that_would_end_early_is_refused(sign):
    with pytest.raises(ValueError, match="must not hold"):
        standalone.page(export.snapshot(_trainer(1)), f'const a = "{sign}";')
