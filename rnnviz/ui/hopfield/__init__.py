"""The Hopfield page: a memory that settles, what it can't hold, and its bridge to attention."""
