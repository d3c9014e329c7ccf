"""The entry point: `streamlit run app.py`. Menu and frame are in rnnviz/ui/shell/frame.py."""

from rnnviz.ui.shell import frame

frame.show()
