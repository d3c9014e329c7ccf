"""What a network remembers: its states, where they rest, and the machine that they form."""
