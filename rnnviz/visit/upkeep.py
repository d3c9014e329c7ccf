"""What a page keeps for a visitor, where it takes memory or processes."""

from __future__ import annotations


class Upkeep:
    """A part of a visit that takes more than a few numbers."""

    @property
    def needs_mb(self) -> float:
        """Estimated maximum of its memory, in megabytes."""
        return 0.0

    def leave(self) -> None:
        """End what works for the visitor outside of their turns: the browser has gone."""
