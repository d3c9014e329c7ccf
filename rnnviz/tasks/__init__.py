"""Where sequences come from: one file per task, and the registry of them."""
