"""The floor that knows Streamlit, apart from the page scripts."""
