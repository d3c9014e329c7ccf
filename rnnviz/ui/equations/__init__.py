"""The Equations page: one unit at one time step, with the numbers in the formulas."""
