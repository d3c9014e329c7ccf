"""What the page Race shows, without the page: its charts, and a card for each lane.

>>> from dataclasses import replace
>>> from rnnviz import RunConfig
>>> from rnnviz.tasks import TemporalOrder
>>> from rnnviz.training.race import Lane, Race
>>> from rnnviz.views import race as views
>>> config = RunConfig(task="order", hidden_size=8)
>>> lanes = [Lane(replace(config, cell=cell), cell) for cell in ("rnn", "gru")]
>>> race = Race(TemporalOrder(length=20), lanes, seeds=range(3))
>>> race.advance(iterations=40)
40
>>> loss, score, reach, gradient = views.charts(race)
>>> [card.state for card in views.cards(race)]
['iteration 40, ...', 'iteration 40, ...']
"""

from rnnviz.views.race.cards import Card, cards, exactness, planned
from rnnviz.views.race.charts import charts

__all__ = ["Card", "cards", "charts", "exactness", "planned"]
