"""Everything that knows Streamlit, except the page scripts."""
