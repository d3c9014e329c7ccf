"""The page Sweep: many runs around the visitor's own, and what they have in common."""
