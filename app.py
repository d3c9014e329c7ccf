"""The app's entry point: `streamlit run app.py`. Menu and frame stand in rnnviz/ui/frame.py."""

from rnnviz.ui import frame

frame.show()
