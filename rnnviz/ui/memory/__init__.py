"""The Memory page: what a network remembers, as places in its state space."""
