"""The app's own components: one folder each, with Python, JavaScript and CSS."""
