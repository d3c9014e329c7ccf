"""The Task page: what is to be learned, edited and shown."""
