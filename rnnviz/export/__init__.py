"""A run as files that other programs read: `.npz` for NumPy, CSV for everything else.

    export.finished(export.npz(export.snapshot(trainer)))      # bytes of one .npz
    export.finished(export.csv(export.snapshot(trainer)))      # bytes of a .zip with CSV files

Both have the same content: everything computed on the probe (`Trace`), weights and their gradients,
settings, task, history, and a description of every array or column. A file is made in small pieces,
so that a live page can go on between two of them and show the progress.
"""

from rnnviz.export.arrays import npz
from rnnviz.export.content import Snapshot, Work, finished, snapshot
from rnnviz.export.tables import csv

__all__ = ["Snapshot", "Work", "csv", "finished", "npz", "snapshot"]
