"""What is for notebooks: the moving picture in a cell (`show`), and one's own training watched.

The floor beside the commands: it may use everything but the pages. What needs a notebook, such as
anywidget or IPython, is imported where it is used.
"""
