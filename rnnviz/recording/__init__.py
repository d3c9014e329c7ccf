"""What the network computed, and when: traces, the history of scalars, and the bounded store."""
