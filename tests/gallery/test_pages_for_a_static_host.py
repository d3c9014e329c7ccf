"""`rnnviz gallery --out FOLDER` writes pages that need no server and ask no one for anything."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rnnviz.commands import do, gallery
from rnnviz.gallery import EXHIBITS, THEMES

#: The second holds what a page would run, were it not escaped.
SHOWN = (
    replace(EXHIBITS[0], link="v=1&h=3&b=2&it=4"),
    replace(
        EXHIBITS[1],
        title="<script>alert(1)</script> & more",
        sees="<img src=x onerror=alert(2)>",
        link="v=1&cell=rnn&h=2&b=2&it=3",
        recorded="the <b>first</b>",
    ),
)


class Read(HTMLParser):
    """What stands in a page: its elements with their attributes, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data.strip())

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "EXHIBITS", SHOWN)
    assert do("gallery", ["--out", str(tmp_path / "made" / "here")]) == 0
    return tmp_path / "made" / "here"


def test_the_index_has_a_card_for_each_whose_page_and_pictures_are_there(written):
    index = Read((written / "index.html").read_text(encoding="utf-8"))

    assert len(index.of("li")) == len(SHOWN)
    for exhibit in SHOWN:
        assert exhibit.title in index.texts
        assert exhibit.sees in index.texts
        assert f"{exhibit.key}.html" in {a["href"] for a in index.of("a")}
    files = {each["src"] for each in index.of("img")} | {s["srcset"] for s in index.of("source")}
    assert len(files) == len(SHOWN) * len(THEMES)
    for name in files | {a["href"] for a in index.of("a")}:
        assert (written / name).is_file()


def test_nothing_in_a_page_is_run_or_loaded_from_elsewhere(written):
    for file in written.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        page = Read(text)
        assert "default-src 'none'" in text
        assert page.of("link") in ([], [{"rel": "icon", "href": "data:,"}])
        assert not {"iframe", "object"} & {tag for tag, _ in page.elements}
        assert not re.search(r"(src|href|srcset)=.?(https?:)?//", text)
        for _, attributes in page.elements:
            assert "onerror" not in attributes
    assert not Read((written / "index.html").read_text(encoding="utf-8")).of("script")


def test_the_page_of_an_experiment_says_what_its_card_says_and_leads_back(written):
    for exhibit in SHOWN:
        page = Read((written / f"{exhibit.key}.html").read_text(encoding="utf-8"))
        assert exhibit.title in page.texts
        assert any(text.startswith(exhibit.sees) for text in page.texts)
        assert any(exhibit.recorded in text for text in page.texts)
        assert {"href": "index.html"} in page.of("a")
        assert any("iterations 0 to" in text for text in page.texts)


def test_with_an_app_each_card_leads_to_the_running_network(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "EXHIBITS", SHOWN)

    do("gallery", ["--out", str(tmp_path), "--only", "gym", "--app", "https://host.example/"])

    index = Read((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert {"href": "https://host.example/?v=1&h=3&b=2&it=4"} in index.of("a")
    assert len(index.of("li")) == 1


@pytest.mark.parametrize("app", ["javascript:alert(1)", "host.example", "file:///x"])
def test_an_app_that_is_no_address_is_refused_before_anything_is_written(app, tmp_path, capsys):
    assert do("gallery", ["--out", str(tmp_path / "new"), "--app", app]) == 1
    assert "--app must begin with http:// or https://" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_is_refused_in_a_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert do("gallery", ["--out", str(tmp_path / "file")]) == 1
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    assert "rnnviz gallery:" in capsys.readouterr().err
