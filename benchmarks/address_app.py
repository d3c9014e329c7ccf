"""The app, or what it would be if its address did not follow; for `benchmarks/address.py`."""

import os

from rnnviz.ui.shell import address, frame

if os.environ.get("RNNVIZ_BENCHMARK_WITHOUT_ADDRESS"):
    address.link_now = lambda *_: ""
frame.show()
