"""The Gradients page: the laboratory and its presets."""
