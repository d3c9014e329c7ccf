"""One run: its settings, the loop that trains, and how well it does."""
