"""The page Race: its presets and settings, the lanes side by side, and what was measured."""
