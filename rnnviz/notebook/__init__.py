"""What is for notebooks: the moving picture in a cell (`show`), and one's own training watched.

The floor beside the commands: it may use everything but the pages. What needs a notebook, such as
anywidget or IPython, is imported where it is used; PyTorch never is: models and tensors are told
by what they have.

============ ===================================================================================
show.py      `show`: the moving picture in a cell; widget.py is its live form
watch.py     `watch` and `Watch`: count iterations, keep a trace where one is due
replay.py    the model's recurrent part, computed again by the engine on one sequence
modules.py   which modules of a model are what, and the way of their weights into the engine
taken.py     what was kept, to take away: named arrays, the picture as one page
probe.py     the layouts of the user's arrays: inputs, targets, mask, own losses
============ ===================================================================================
"""
