"""What a network remembers: its states, where they rest, and the machine that they form.

`states` the states of the evaluation sequences with what is known of each step, `planes` the
directions in which they vary most, `clouds` the same points over training.
"""
