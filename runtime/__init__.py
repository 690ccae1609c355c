"""Plugging in. Reads the settings, wires the rooms, starts one role per process, supervises them.

Here live logging, the entry of every role and the small supervisor behind up and demo. What does not
live here: anything that could be tested without a process.
"""
