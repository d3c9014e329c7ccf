import json
import shutil
import subprocess
from importlib.resources import files

import numpy as np
import pytest

from rnnviz import figures
from rnnviz.figures.chart import Chart
from rnnviz.ui.components import plot as component
from rnnviz.ui.components.plot import LIBRARY, plots, provide_plotly
from rnnviz.ui.components.script import joined
from tests.figures.test_payload import unpack

SCRIPT = joined(component._SCRIPTS)
LIBRARY_SIZE = len((files("plotly") / "package_data" / "plotly.min.js").read_bytes())


@pytest.fixture
def sent(monkeypatch):
    """Catch the documents that would go to the browser."""
    documents = []

    def catch(key, data, **reports):  # noqa: ARG001
        message = json.loads(data)
        assert message["clicks"] == bool(reports)
        documents.extend(message["charts"])

    monkeypatch.setattr(component, "_mount", catch)
    return documents


def test_plotly_js_is_put_whole_where_streamlit_serves_it(tmp_path):
    assert provide_plotly(tmp_path / "static")
    assert [path.name for path in (tmp_path / "static").iterdir()] == [LIBRARY]
    assert (tmp_path / "static" / LIBRARY).stat().st_size == LIBRARY_SIZE


def test_a_file_that_is_there_is_not_written_again(tmp_path):
    provide_plotly(tmp_path)
    before = (tmp_path / LIBRARY).stat().st_mtime_ns
    assert provide_plotly(tmp_path)
    assert (tmp_path / LIBRARY).stat().st_mtime_ns == before


def test_half_a_file_is_replaced(tmp_path):
    (tmp_path / LIBRARY).write_text("half")
    assert provide_plotly(tmp_path)
    assert (tmp_path / LIBRARY).stat().st_size == LIBRARY_SIZE


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr(shutil, "copyfile", refuse)
    assert not provide_plotly(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_no_folder_can_be_made_is_no_error(tmp_path):
    (tmp_path / "static").write_text("a file in the way")
    assert not provide_plotly(tmp_path / "static")


def test_the_browser_gets_the_numbers_the_words_and_the_height(sent):
    spec = figures.loss_spec([0, 1], [3.0, 2.0], height=210)

    plots([Chart(spec, caption="Falls.", label="Loss.")], key="loss", live=True)

    (document,) = sent
    np.testing.assert_array_equal(unpack(document["data"][0]["y"]), [3.0, 2.0])
    assert (document["height"], document["caption"]) == (210, "Falls.")
    assert document["label"] == "Loss. Falls."
    assert document["library"] == f"app/static/{LIBRARY}"


def test_a_plotly_figure_is_drawn_like_its_spec_without_its_template(sent):
    plots([Chart(figures.loss([0, 1], [3.0, 2.0]))], key="loss", live=True)
    (document,) = sent
    np.testing.assert_array_equal(unpack(document["data"][0]["y"]), [3.0, 2.0])
    assert "template" not in document["layout"]


def test_several_charts_are_sent_in_their_order(sent):
    plots([Chart(figures.loss_spec([0], [loss])) for loss in (1.0, 2.0)], key="loss", live=True)
    assert [unpack(document["data"][0]["y"])[0] for document in sent] == [1.0, 2.0]


def test_zoom_is_kept_until_the_revision_changes(sent):
    for revision in ("run 1", "run 2"):
        plots([Chart(figures.loss_spec([0], [1.0]))], key="loss", revision=revision, live=True)
    assert [document["layout"]["uirevision"] for document in sent] == ["run 1", "run 2"]


def test_clicks_are_asked_for_only_where_somebody_listens(monkeypatch):
    asked = []
    monkeypatch.setattr(component, "_mount", lambda **mounted: asked.append(mounted))
    for listener in (None, print):
        plots([], key="some", on_click=listener, live=True)
    assert "on_clicked_change" not in asked[0]
    assert asked[1]["on_clicked_change"] is print


def test_the_script_is_sent_without_its_comments_and_imports():
    sources = sum(len(path.read_text(encoding="utf-8")) for path in component._SCRIPTS)
    assert len(SCRIPT) < 0.75 * sources
    assert "@param" not in SCRIPT
    assert "import " not in SCRIPT
    assert "new URL(path, document.baseURI)" in SCRIPT


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_script_is_valid():
    command = ["node", "--check", "--input-type=module"]
    checked = subprocess.run(command, input=SCRIPT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_frames_go_along_and_a_chart_that_is_asked_for_is_drawn_at_once(sent):
    spec = figures.loss_spec([0, 1], [3.0, 2.0])
    moving = {**spec, "frames": [{"name": "0", "data": [{"y": np.array([1.0, 2.0])}]}]}

    plots([Chart(spec)], key="loss", live=True)
    plots([Chart(moving)], key="moving", live=False)

    assert (sent[0]["live"], "frames" in sent[0]) == (True, False)
    assert sent[1]["live"] is False
    np.testing.assert_array_equal(unpack(sent[1]["frames"][0]["data"][0]["y"]), [1.0, 2.0])
