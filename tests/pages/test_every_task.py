"""Every task of the registry can be chosen, trained and looked into, and no page knows it."""

import pytest

from rnnviz.tasks import TASKS
from tests.pages.conftest import control, go_to, visit_of


@pytest.mark.parametrize("key", [key for key in TASKS if key != "gym"])
def test_every_task_can_be_used_trained_and_looked_into(open_app, key):
    app = open_app("task")
    control(app, "task").set_value(key).run()
    app.button(key="use_task").click().run()
    go_to(app, "studio")
    app.button(key="step").click().run()

    for page in ("gates", "equations", "gradients", "task"):
        go_to(app, page)
        assert not app.exception
        assert not app.error
    assert visit_of(app).trainer.task.key == key
    assert visit_of(app).trainer.iteration == 1


def upload(app, name, data):
    app.file_uploader[0].set_value((name, data, "text/plain")).run()


def test_a_text_file_fills_the_text(open_app):
    app = open_app("task")
    control(app, "task").set_value("symbols").run()

    upload(app, "mine.txt", b"one two three four five one two")

    assert not app.exception
    assert not app.error
    assert control(app, "draft:symbols:text").value == "one two three four five one two"


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), "café".encode("latin-1"), b"a\x00b"]
)
def test_a_file_that_is_no_text_is_refused_and_changes_nothing(open_app, data):
    app = open_app("task")
    control(app, "task").set_value("values").run()
    before = control(app, "draft:values:csv").value

    upload(app, "mine.csv", data)

    assert not app.exception
    assert "Nothing was changed" in app.error[0].value
    assert control(app, "draft:values:csv").value == before
