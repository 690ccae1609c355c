"""The law. Pure functions and frozen dataclasses over the standard library alone.

Here live the kinds of document, the antecedent rules, the state machines, what may go out under
contingency, and the one function that decides. What does not live here: clocks, logs, databases,
networks, JSON. Time, chance and every window are arguments.
"""
