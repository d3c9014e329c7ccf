import pytest

from rnnviz import Trainer
from rnnviz.visit import Visit, room
from rnnviz.visit.guests import Guests
from tests.visit.small import CONFIG, TASK


@pytest.fixture
def visit(monkeypatch):
    monkeypatch.setattr(room, "GUESTS", Guests())
    return Visit(Trainer(CONFIG, TASK))
