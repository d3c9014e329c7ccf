"""What a network remembers: its states, where they rest, and the machine that they form.

`states` the states of the evaluation sequences with what is known of each step, `planes` the
directions in which they vary most, `clouds` the same points over training.

`fixed_points` where the network rests while its input stays the same: `newton` and `resting_search`
find these points, `resting` holds them, `resting_sentences` describes them, `births` follows them
over training. `automaton` reads a machine from the states: `symbols` what it reads and answers,
`clusters`, `foreseeing`, `merging` and `hypothesis` the way to its states, `machine` the result,
`grammars` the true machines of tasks.

`eigenvalues` of the step, `time_constants` of gates, `at_once` all steps by Newton's method,
`alike` where units behave alike; `claims` and `machine_claims` what the presets say, measured.
"""
