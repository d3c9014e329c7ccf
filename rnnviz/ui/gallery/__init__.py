"""The Gallery page. It is the second of the menu.

The first sight stays the Studio, where something moves at once and Train is to be pressed. Who then
wants more finds finished experiments before the pages on which one works: reading a title takes
less than choosing a task and a cell, and each opens where what it says can be seen.
"""
