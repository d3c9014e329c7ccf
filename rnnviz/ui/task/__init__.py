"""The Task page: choose, edit and view what the network must learn."""
