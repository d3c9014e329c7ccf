"""The Gates page: every gate and state, over time steps and over training."""
