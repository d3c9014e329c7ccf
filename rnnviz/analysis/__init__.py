"""From traces and histories to the numbers that are shown. Nothing is drawn here."""
